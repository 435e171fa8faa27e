"""
What can happen to certificates. One file a subject.
"""

from hutong.certificates.actions.issuing import issue, reissue, render
from hutong.certificates.actions.parties import ask_party_credential
from hutong.certificates.actions.proposals import approve, propose, refuse
from hutong.certificates.actions.standing import (
    approve_revocation,
    ask_revocation,
    dismiss_revocation,
    resume,
    suspend,
)
from hutong.certificates.actions.templates import (
    adopt_template,
    dismiss_template,
    propose_template,
)

__all__ = [
    "adopt_template",
    "approve",
    "approve_revocation",
    "ask_party_credential",
    "ask_revocation",
    "dismiss_revocation",
    "dismiss_template",
    "issue",
    "propose",
    "propose_template",
    "refuse",
    "reissue",
    "render",
    "resume",
    "suspend",
]

"""
What can happen to certificates. One file a subject.
"""

from hutong.certificates.actions.issuing import issue, render
from hutong.certificates.actions.parties import ask_party_credential
from hutong.certificates.actions.proposals import approve, propose, refuse
from hutong.certificates.actions.reissuing import (
    advance_reissue,
    approve_reissue,
    decline_reissue,
    propose_reissue,
    reissue,
    resume_reissue,
    stop_reissue,
    withdraw_reissue,
)
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
    "advance_reissue",
    "approve",
    "approve_reissue",
    "approve_revocation",
    "ask_party_credential",
    "ask_revocation",
    "decline_reissue",
    "dismiss_revocation",
    "dismiss_template",
    "issue",
    "propose",
    "propose_reissue",
    "propose_template",
    "refuse",
    "reissue",
    "render",
    "resume",
    "resume_reissue",
    "stop_reissue",
    "suspend",
    "withdraw_reissue",
]

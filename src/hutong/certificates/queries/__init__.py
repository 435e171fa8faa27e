"""
What can be asked about certificates, and by whom. One file a subject.
"""

from hutong.certificates.queries.accreditations import AccreditationView, accreditations
from hutong.certificates.queries.audit import audit
from hutong.certificates.queries.files import content, file, is_office, may_open, printed_code
from hutong.certificates.queries.proposals import (
    ProposalView,
    proposal,
    proposal_view,
    proposals,
)
from hutong.certificates.queries.register import (
    CertificateView,
    Standing,
    by_id,
    by_subject,
    certificate,
    find,
    latest_of_thread,
    mine,
    next_in_thread,
    of_party,
    of_technology,
    register,
    revocations_asked,
    view,
    years,
)
from hutong.certificates.queries.reissues import (
    ReissueView,
    reissue,
    reissue_view,
    reissues,
    to_reissue,
)
from hutong.certificates.queries.standing import signed_status_list, standing, verify, witnesses
from hutong.certificates.queries.templates import (
    TemplateView,
    template,
    template_in_force,
    template_view,
    templates,
    templates_proposed,
    versions_in_force,
    wording_of,
)

__all__ = [
    "AccreditationView",
    "CertificateView",
    "ProposalView",
    "ReissueView",
    "Standing",
    "TemplateView",
    "accreditations",
    "audit",
    "by_id",
    "by_subject",
    "certificate",
    "content",
    "file",
    "find",
    "is_office",
    "latest_of_thread",
    "may_open",
    "mine",
    "next_in_thread",
    "of_party",
    "of_technology",
    "printed_code",
    "proposal",
    "proposal_view",
    "proposals",
    "register",
    "reissue",
    "reissue_view",
    "reissues",
    "revocations_asked",
    "signed_status_list",
    "standing",
    "template",
    "template_in_force",
    "template_view",
    "templates",
    "templates_proposed",
    "to_reissue",
    "verify",
    "versions_in_force",
    "view",
    "witnesses",
    "wording_of",
    "years",
]

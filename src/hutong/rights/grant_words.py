"""
The words of what is filed: the few codes that rules, events and tables share. Pure.
"""

from enum import StrEnum


class FilingKind(StrEnum):
    LICENCE = "licence"  # and sublicence
    SURRENDER = "surrender"
    PLEDGE = "pledge"
    CONSENT = "consent"
    RELEASE = "release"
    REDISTRIBUTION = "redistribution"
    RESTRICTION = "restriction"  # an officer notes a pre-emption, or public funding
    TERMINATION = "termination"
    CANCELLATION = "cancellation"
    CORRECTION = "correction"


class FilingStatus(StrEnum):
    AGREEING = "agreeing"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ENTERED = "entered"
    DECLINED = "declined"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

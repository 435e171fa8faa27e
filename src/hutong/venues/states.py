"""
States of what this venue keeps about membership, and how one stands with the network.

    change       waiting ─▶ proposed ─▶ approved ─▶ listed        waiting: came from elsewhere
                     └──────────┴─▶ declined    lapsed            30 days after it was proposed
    undertaking  proposed ─▶ accepted ─▶ done | withdrawn         found a network, or join one
    application  received ─▶ taken_up | declined                  of a venue that wants to be let in

Pure.
"""

from enum import StrEnum


class Standing(StrEnum):
    """How a venue stands by the list in force."""

    GOOD = "good"
    EXPIRED = "expired"  # a member, but the list is too old to rely on (NE-6)
    SUSPENDED = "suspended"
    LEFT = "left"
    UNKNOWN = "unknown"


class ChangeStatus(StrEnum):
    WAITING = "waiting"
    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    LISTED = "listed"
    LAPSED = "lapsed"


class UndertakingKind(StrEnum):
    FOUND = "found"
    JOIN = "join"


class UndertakingStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class ApplicationStatus(StrEnum):
    RECEIVED = "received"
    TAKEN_UP = "taken_up"
    DECLINED = "declined"

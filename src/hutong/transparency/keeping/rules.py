"""
Changes of keys, and what happened to them.

    rotate       the prepared key takes the place of the one in use, which signs beside it for a while
    compromise   a key is trusted no more as of a moment; when it is in use, a new one replaces it

Pure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hutong.kit.event import Event, Private, Visibility
from hutong.kit.refusal import N_, Reason, reason

OVERLAP: Final = timedelta(days=30)  # the former log and witness key signs beside the new one


class Change(StrEnum):
    ROTATE = "rotate"
    COMPROMISE = "compromise"


class ChangeStatus(StrEnum):
    ASKED = "asked"
    DONE = "done"
    DECLINED = "declined"


class Refusal(Reason):
    UNKNOWN = reason(
        "transparency.key_unknown", "", N_("The keyring has no key with this name in use."), 404
    )
    ASKED_ALREADY = reason(
        "transparency.key_change_asked",
        "PA-5",
        N_("This change waits for a second officer already."),
    )
    IN_THE_FUTURE = reason(
        "transparency.compromise_in_future",
        "",
        N_("A key is compromised as of now or of a moment that has passed."),
        422,
    )
    REASON_MISSING = reason(
        "transparency.key_reason_missing", "", N_("Say why; the journal keeps it."), 422
    )


@dataclass(frozen=True, kw_only=True)
class KeyRotated(Event, kind="transparency.KeyRotated"):
    """`key` is in use from now on; `former` signs beside it until then. Keys as they are published."""

    purpose: str
    key: str
    former: str
    used_from: datetime  # real time, as are all moments of keys
    former_until: datetime
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class KeyCompromised(Event, kind="transparency.KeyCompromised"):
    """What `key` signed counts only where the log shows that it was there before `since`."""

    purpose: str
    key: str
    since: datetime
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class KeyChangeAsked(Event, kind="transparency.KeyChangeAsked", visibility=Visibility.JOURNALLED):
    change: Change
    purpose: str
    key: str
    since: datetime | None
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class KeyChangeDeclined(
    Event, kind="transparency.KeyChangeDeclined", visibility=Visibility.JOURNALLED
):
    change: Change
    purpose: str
    key: str

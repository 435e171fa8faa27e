"""
What venues read from each other about membership: bounded, and believed only as far as it is signed.

Pure.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hutong.venues.fields import DocumentInvalid
from hutong.venues.lists import SignedList

MEMBERS: Final = "hutong-members/1"
MEMBERS_PATH: Final = "/network/members"
APPLY_PATH: Final = "/network/apply"
MOST_LISTS: Final = 50
MAX_APPLICATION_BYTES: Final = 256 * 1024
MAX_MEMBERS_BYTES: Final = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersPage:
    """One page of a venue's answer: lists newest first, and where the page before them begins."""

    network: str
    lists: tuple[SignedList, ...]
    before: int | None
    contradictions: tuple[tuple[SignedList, SignedList], ...]
    changes: tuple[Mapping[str, Any], ...]  # each with its approvals; judged when they are taken

    @classmethod
    def parse(cls, raw: bytes) -> "MembersPage":
        """Read an answer. Raises DocumentInvalid. Fields it does not know are passed over."""
        try:
            told = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise DocumentInvalid("the answer is not JSON") from error
        if not isinstance(told, dict) or told.get("format") != MEMBERS:
            raise DocumentInvalid(f"the answer is not {MEMBERS}")
        before = told.get("before")
        if before is not None and (type(before) is not int or before < 0):
            raise DocumentInvalid("before: must be a number or null")
        pairs = [_list(pair, "contradictions") for pair in _list(told, "contradictions")]
        if any(len(pair) != 2 for pair in pairs):
            raise DocumentInvalid("contradictions: must be pairs of lists")
        return cls(
            network=str(told.get("network")),
            lists=tuple(SignedList.read(one) for one in _list(told, "lists")),
            before=before,
            contradictions=tuple(
                (SignedList.read(one), SignedList.read(other)) for one, other in pairs
            ),
            changes=tuple(one for one in _list(told, "changes") if isinstance(one, dict)),
        )


def _list(told: Any, name: str) -> list[Any]:
    value = told.get(name, []) if isinstance(told, dict) else told
    if not isinstance(value, list):
        raise DocumentInvalid(f"{name}: must be a list")
    return value

"""
What a venue may say in its own words on a kind of certificate, as versioned data (CE-1, CE-2).

    proposed (version n) ──another officer──→ adopted: certificates issued from now on use it
                         └────────────────→ dismissed

Version 0 is what the house comes with. The page's setting stays the house's; a template gives the
words in both languages, the seal's word and the order of the fields. A certificate keeps the version
it was issued under until it is reissued.

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hutong.certificates.fields import Field, Type
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.words import Pair
from hutong.kit.refusal import N_, Reason, Refused, reason

OFFICE_NOTE: Final = Pair(
    "法定权利的转移、质押等以国家主管机关的登记为准，本证书不替代该登记。",
    "For statutory rights, transfer and pledge take effect by entry at the competent office; "
    "this certificate does not replace it.",
)
MAX_HEADING, MAX_STATEMENT, MAX_NOTE, MAX_SEAL = 60, 300, 300, 4
_EN_TIMES: Final = 2  # the same said in English takes about twice the letters
_IN_TABLE: Final = frozenset({Type.PARTY, Type.HOLDERS})


class Refusal(Reason):
    INVALID = reason(
        "certificates.template_invalid", "CE-2", N_("The template's {field} {problem}."), 422
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The venue's words on a kind of certificate; `order` names the fields as they follow."""

    heading: Pair  # above the venue's name, for whoever it acts under; may be empty
    statement: Pair
    note: Pair
    seal: str
    order: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        return {
            "heading": list(self.heading),
            "statement": list(self.statement),
            "note": list(self.note),
            "seal": self.seal,
            "order": list(self.order),
        }


def default(kind: Kind) -> Wording:
    """The words the house comes with: version 0."""
    of = KINDS[kind]
    return Wording(
        heading=Pair("", ""),
        statement=of.statement,
        note=OFFICE_NOTE if of.office_note else Pair("", ""),
        seal="鉴证",
        order=tuple(one.name for one in rows(kind)),
    )


def rows(kind: Kind) -> list[Field]:
    """The fields that stand as rows; parties and holders have the table."""
    return [one for one in KINDS[kind].fields if one.shown and one.type not in _IN_TABLE]


def read(kind: Kind, data: Mapping[str, Any]) -> Wording:
    """Check a template's data. Refused with the part and what is wrong with it."""
    unknown = set(data) - {"heading", "statement", "note", "seal", "order"}
    if unknown:
        raise _refused(min(unknown)[:40], N_("is not part of a template"))
    order = data.get("order")
    names = [one.name for one in rows(kind)]
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(names):
        raise _refused("order", N_("does not name every field of the kind once"))
    seal = data.get("seal")
    if not isinstance(seal, str) or not _fits(seal, MAX_SEAL) or not seal:
        raise _refused("seal", N_("is not one to four characters"))
    return Wording(
        heading=_pair(data, "heading", MAX_HEADING, needed=False),
        statement=_pair(data, "statement", MAX_STATEMENT, needed=True),
        note=_pair(data, "note", MAX_NOTE, needed=False),
        seal=seal,
        order=tuple(order),
    )


def stored(kind: Kind, data: Mapping[str, Any]) -> Wording:
    """Read a template as it was adopted; fields the kind has gained since follow at the end."""
    names = [one.name for one in rows(kind)]
    order = [name for name in data["order"] if name in names]
    order += [name for name in names if name not in order]
    return Wording(
        heading=Pair(*data["heading"]),
        statement=Pair(*data["statement"]),
        note=Pair(*data["note"]),
        seal=data["seal"],
        order=tuple(order),
    )


def _pair(data: Mapping[str, Any], name: str, limit: int, *, needed: bool) -> Pair:
    given = data.get(name)
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise _refused(name, N_("is not a pair of texts, Chinese and English"))
    zh, en = given
    if not all(isinstance(text, str) for text in given):
        raise _refused(name, N_("is not a pair of texts, Chinese and English"))
    if bool(zh) != bool(en):
        raise _refused(name, N_("stands in one language only"))
    if needed and not zh:
        raise _refused(name, N_("is missing"))
    if not _fits(zh, limit) or not _fits(en, limit * _EN_TIMES):
        raise _refused(name, N_("is too long or has characters that cannot be printed"))
    return Pair(zh, en)


def _fits(text: str, limit: int) -> bool:
    return len(text) <= limit and text == text.strip() and all(ord(c) >= 0x20 for c in text)


def _refused(field: str, problem: str) -> Refused:
    return Refused(Refusal.INVALID, field=field, problem=problem)

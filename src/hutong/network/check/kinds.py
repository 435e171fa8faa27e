"""
Every kind of message, as docs/network.md has it: about what it is, its body, and what is answered
when it names what nobody knows.

    Spoken(about, body, unknown)      `body`: well formed, of things that are nowhere

Data alone; tests hold it against what this venue speaks and against the document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hutong.kit.ids import new_id

UNFIT: Final = "network.body_unfit"
DIGEST: Final = "sha256:" + "0" * 64
AMOUNT: Final = {"amount_fen": 1, "currency": "CNY"}
PERSON: Final = {"person": {"id": str(new_id()), "role": "agent"}}
NOWHERE: Final = "ZZ-NOBODY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A kind of message. `about`: the subject it is about, with the body's field that names it.

    `unknown`: the codes of the refusal, one of which it is; "" where it is answered `{}`; none where
    asking would do something. `undecided`: or 503. `unfit`: what refuses a body, where it names no
    field. `fields`: those whose type is looked at before anything else.
    """

    about: tuple[str, str]
    body: Mapping[str, Any]
    unknown: tuple[str, ...] = ()
    undecided: bool = False
    unfit: str = UNFIT
    more: Callable[[str], Mapping[str, Any]] = lambda code: {}
    fields: tuple[str, ...] | None = None

    def fresh(self, code: str) -> tuple[str, dict[str, Any]]:
        """A subject that was never used, and the body about it, for the venue `code`."""
        kind, named = self.about
        id = str(new_id())
        told = {named: id} if named else {}
        return f"{kind}:{id}", {**told, **self.body, **self.more(code)}

    @property
    def checked(self) -> tuple[str, ...]:
        """The fields of the body whose type is checked one by one."""
        if self.fields is not None:
            return self.fields
        named = (self.about[1],) if self.about[1] else ()
        return (*named, *self.body)


_PART_OF_DEAL: Final = {"part": str(new_id()), "deal": str(new_id())}
_SOLD: Final = {
    **_PART_OF_DEAL,
    **AMOUNT,
    "number": "ZZ-D2022-00001",
    "price_fen": 2,
    "contents": DIGEST,
    "contract": "x",
    "contract_digest": DIGEST,
    "sign_by": "2022-06-20T01:00:00.000000Z",
    "buyer": {"home": NOWHERE, "id": str(new_id()), "credential": None},
}


def _order(*unknown: str, **body: Any) -> Spoken:
    return Spoken(about=("order", "order"), body=body, unknown=unknown or ("trade.unknown_order",))


def _move(*unknown: str, **body: Any) -> Spoken:
    return Spoken(about=("custody", "move"), body=body, unknown=unknown)


def _duplicate(*unknown: str, **body: Any) -> Spoken:
    return Spoken(about=("duplicate", "claim"), body=body, unknown=unknown)


def _project(*unknown: str, **body: Any) -> Spoken:
    return Spoken(about=("project", "project"), body=body, unknown=unknown)


def _statement(code: str) -> Mapping[str, Any]:
    """One between two venues neither of which is the asked one or the asking one."""
    line = [f"{new_id()}:price", 1]
    told = {"between": ["ZZ-A", "ZZ-B"], "number": 1, "previous": None, "currency": "CNY"}
    return {"statement": {"format": "hutong-clearing/1", **told, "lines": [line], "net_fen": 1}}


_CLAIM: Final = {"claim": str(new_id()), "term": 0}
_INTEND: Final = {"listing": str(new_id()), "accepts_conditions": True, "credential": {}}
_LISTED: Final = {"listing": str(new_id()), "number": "ZZ-GP-2022-000001", "shares": {}}
_PART: Final = {"part": str(new_id()), "bundle": str(new_id()), "technologies": 1, "asked_fen": 1}
_INVITE: Final = {
    **dict.fromkeys(("number", "title_zh", "title_en", "summary", "conditions"), "x"),
    "parts_by": "2022-06-20T01:00:00.000000Z",
}
_FOUND: Final = {
    "number": DIGEST,
    "venue": NOWHERE,
    "technology": str(new_id()),
    "claim_holding": str(new_id()),
    "venue_holding": "ZZ-OTHER",
    "technology_holding": str(new_id()),
}
_AWARDED: Final = {
    "deal": str(new_id()),
    "number": "ZZ-JY-2022-000001",
    "price_fen": 1,
    "contract": "x",
    # of exactly that text
    "contract_digest": "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    "sign_by": "2022-06-20T01:00:00.000000Z",
}

AREAS: Final[Mapping[str, tuple[str, Mapping[str, Spoken]]]] = {
    "membership": (
        "Membership: Messages",
        {
            "venues.approval": Spoken(
                about=("membership_change", ""),
                body={"change": {}, "approval": {}},
                unknown=("venues.document_invalid",),
                fields=(),
            ),
            "venues.list": Spoken(
                about=("network", ""),
                body={"list": {}},
                unknown=("venues.document_invalid",),
                fields=(),
            ),
        },
    ),
    "claims": (
        "Claims of numbers: Messages",
        {
            "claims.claim": Spoken(
                about=("claim", ""),
                body=_CLAIM | {"number": "ZZ0", "technology": str(new_id())},
                unfit="claims.number_unfit",
                fields=("number",),
            ),
            "claims.release": Spoken(
                about=("claim", ""),
                body=_CLAIM,
                unknown=("claims.not_claimed", "claims.other_term"),
                undecided=True,
                fields=(),
            ),
            "claims.move": Spoken(
                about=("claim", ""),
                body=_CLAIM,
                more=lambda code: {"to": code},
                unknown=("claims.not_claimed", "claims.other_term"),
                undecided=True,
                fields=(),
            ),
            "claims.final": Spoken(
                about=("claim", ""),
                body=_CLAIM | {"outcome": "granted", "holder": ""},
                unknown=("",),
                fields=("claim",),
            ),
            "claims.batch": Spoken(about=("claims", ""), body={"claims": []}, unknown=("",)),
            "claims.finals": Spoken(about=("claims", ""), body={"finals": []}, unknown=("",)),
        },
    ),
    "custody": (
        "Custody",
        {
            "custody.offer": _move("custody.dossier_wrong", dossier={}, log_size=0),
            "custody.answer": _move("custody.no_move", accepted=False, why="x", chapter=""),
            "custody.withdraw": _move("custody.no_move", why="x", failed=False),
            "custody.moved": _move("custody.no_move", index=0),
        },
    ),
    "duplicates": (
        "Claims of numbers: A right registered twice",
        {
            "duplicates.found": Spoken(
                about=("duplicate", "claim"),
                body=_FOUND,
                unknown=("duplicates.not_registrar", "duplicates.not_concerned"),
            ),
            "duplicates.state": _duplicate("not_found", statement="x"),
            "duplicates.decided": _duplicate("not_found", upheld=NOWHERE, reasons="x"),
        },
    ),
    "projects": (
        "Joint projects",
        {
            "projects.invite": _project(**_INVITE),
            "projects.answer": _project("projects.unknown", joins=False, reason="x"),
            "projects.part": _project("projects.unknown", **_PART, entry_index=0),
            "projects.withdraw": _project("projects.unknown", part=str(new_id())),
            "projects.listed": _project("", **_LISTED),
            "projects.ended": _project("", ending="withdrawn"),
        },
    ),
    "sales": (
        "Selling a joint project",
        {
            "sales.award": _project("sales.unknown_part", **_SOLD),
            "sales.accept": _project("deals.unknown_part", part=str(new_id()), text_digest=DIGEST),
            "sales.assure": _project("sales.unknown_part", **_PART_OF_DEAL, **AMOUNT),
            "sales.ready": _project("deals.unknown_part", part=str(new_id())),
            "sales.move": _project("sales.unknown_part", **_PART_OF_DEAL, amount_fen=1),
            "sales.end": _project("", **_PART_OF_DEAL),
        },
    ),
    "institutions": (
        "Institutions",
        {
            "recognition.show": Spoken(
                about=("party", ""),
                body={"credential": {}, "log_size": 2**53 - 1},
                unknown=(),
                undecided=True,
            ),
            "recognition.accredit": Spoken(about=("certificate", ""), body={"credential": {}}),
        },
    ),
    "trade": (
        "Trade across venues",
        {
            "trade.intend": Spoken(about=("order", "order"), body=_INTEND | PERSON),
            "trade.guarantee": _order(**AMOUNT),
            "trade.withdraw": _order(**PERSON),
            "trade.sign": _order(text_digest=DIGEST, **PERSON),
            "trade.pay": _order(**AMOUNT),
            "trade.qualified": _order(deposit_fen=1, currency="CNY"),
            "trade.declined": _order(why="x"),
            "trade.released": _order(),
            "trade.called": _order(applied=False, amount_fen=1),
            "trade.lot": Spoken(
                about=("order", "order"),
                body={"lot": str(new_id()), "paddle": 1},
                unknown=("trade.unknown_order",),
                fields=("order", "lot"),
            ),
            "trade.awarded": _order(**_AWARDED),
            "trade.signed": _order(),
            "trade.price": _order(**AMOUNT, pay_by="2022-06-20T01:00:00.000000Z"),
            "trade.settled": _order(certificates=[]),
            "trade.ended": _order(how="terminated", back_fen=0),
            "trade.returned": _order(back_fen=1),
        },
    ),
    "countersigning": (
        "Trade across venues: Certified by both",
        {
            "trade.certified": _order(credential={}),
            "trade.countersigned": _order("countersigning.does_not_hold", countersignature={}),
        },
    ),
    "clearing": (
        "Clearing",
        {
            "clearing.statement": Spoken(
                about=("clearing", ""),
                body={"statement": {}},
                more=_statement,
                unknown=("clearing.not_proposer",),
            ),
            "clearing.paid": Spoken(
                about=("clearing", ""),
                body={"digest": DIGEST, "bank_reference": "x"},
                unknown=("not_found",),
            ),
            "clearing.received": Spoken(
                about=("clearing", ""), body={"digest": DIGEST}, unknown=("not_found",)
            ),
        },
    ),
}
KINDS: Final[Mapping[str, Spoken]] = {
    name: one for _, kinds in AREAS.values() for name, one in kinds.items()
}


def wrong(value: object) -> object:
    """A value that the field cannot have, whatever else is right."""
    if isinstance(value, str) and len(value) == 36:
        return value.upper() if value.upper() != value else f"{{{value}}}"
    if isinstance(value, int) and not isinstance(value, bool):
        return -1
    return {} if isinstance(value, list) else []

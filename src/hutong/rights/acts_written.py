"""
How an act is written down as plain JSON, and read back: for the entry's row, its digest, and pages.

A first registration's holdings stand beside the entry and not in its facts, unless it corrects one:
then what stands beside is the end of the replay, and the facts say what is right. Pure.
"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from hutong.rights.acts import (
    Act,
    Cancellation,
    Consent,
    Empowerment,
    EntryKind,
    FirstRegistration,
    Freeze,
    Licence,
    Lift,
    Mode,
    Pledge,
    PreEmption,
    Proceeds,
    Redistribution,
    Release,
    StateFunding,
    StruckOut,
    Surrender,
    Termination,
    Transfer,
)
from hutong.rights.scope import Scope
from hutong.rights.shares import Holdings, parse_share


def act_facts(act: Act, *, corrects: bool = False) -> dict[str, Any]:
    """Write an act as plain JSON."""
    match act:
        case FirstRegistration(holdings=holdings):
            return {"holdings": _rows(holdings)} if corrects else {}
        case Transfer():
            written = {
                "giver": str(act.giver), "taker": str(act.taker), "share": str(act.share),
            }  # fmt: skip
            return written | ({"abroad": True} if act.abroad else {})
        case Redistribution(holdings=holdings, joined=joined):
            return {"holdings": _rows(holdings), "joined": _ids(joined)}
        case Empowerment(giver=giver, shares=shares):
            return {
                "giver": str(giver),
                "shares": [[str(party), str(share)] for party, share in shares],
            }
        case Licence():
            return {
                "licensor": str(act.licensor),
                "licensee": str(act.licensee),
                "mode": act.mode.value,
                "scope": act.scope.facts(),
                "sublicensable": act.sublicensable,
                "parent": str(act.parent) if act.parent else None,
                "accepted": _ids(act.accepted),
                "joined": _ids(act.joined),
                "abroad": act.abroad,
            }
        case Surrender(grant=grant, licensee=licensee):
            return {"grant": str(grant), "licensee": str(licensee)}
        case Termination(grant=grant, authority=authority, paper=paper):
            return {"grant": str(grant), "authority": authority, "paper": paper}
        case Freeze(authority=authority, paper=paper):
            return {"authority": authority, "paper": paper}
        case Lift(freeze=freeze, authority=authority, paper=paper):
            return {"freeze": str(freeze), "authority": authority, "paper": paper}
        case Pledge():
            return {
                "pledgor": str(act.pledgor),
                "pledgee": str(act.pledgee),
                "rank": act.rank,
                "secured_fen": act.secured_fen,
                "currency": act.currency,
                "debt_due_on": act.debt_due_on.isoformat() if act.debt_due_on else None,
                "joined": _ids(act.joined),
            }
        case Consent():
            return {
                "restriction": str(act.restriction),
                "by": str(act.by) if act.by else None,
                "kinds": sorted(act.kinds),
                "until": act.until.isoformat(),
                "taker": str(act.taker) if act.taker else None,
                "proceeds": act.proceeds.value,
            }
        case PreEmption(holder=holder, origin=origin, words=words):
            return {"holder": str(holder), "origin": origin, "words": words}
        case StateFunding(programme=programme, authority=authority, paper=paper):
            return {"programme": programme, "authority": authority, "paper": paper}
        case Release(restriction=restriction, by=by, authority=authority, paper=paper):
            return {
                "restriction": str(restriction),
                "by": str(by) if by else None,
                "authority": authority,
                "paper": paper,
            }
        case Cancellation(authority=authority, paper=paper):
            return {"authority": authority, "paper": paper}
        case StruckOut(reason=reason):
            return {"reason": reason}


def act_from(kind: str, facts: dict[str, Any], holdings: Holdings | None) -> Act:
    """Read what `act_facts` wrote; `holdings` are those that stand beside the entry."""
    match EntryKind(kind):
        case EntryKind.FIRST_REGISTRATION:
            if "holdings" in facts:
                return FirstRegistration(holdings=_holdings(facts["holdings"]))
            assert holdings is not None, "a first registration stands with its holdings"
            return FirstRegistration(holdings=holdings)
        case EntryKind.TRANSFER:
            return Transfer(
                giver=UUID(facts["giver"]),
                taker=UUID(facts["taker"]),
                share=parse_share(facts["share"]),
                abroad=facts.get("abroad", False),
            )
        case EntryKind.REDISTRIBUTION:
            return Redistribution(
                holdings=_holdings(facts["holdings"]), joined=_set(facts["joined"])
            )
        case EntryKind.EMPOWERMENT:
            return Empowerment(
                giver=UUID(facts["giver"]),
                shares=tuple((UUID(party), parse_share(share)) for party, share in facts["shares"]),
            )
        case EntryKind.LICENCE | EntryKind.SUBLICENCE | EntryKind.LONG_TERM_USE:
            return Licence(
                licensor=UUID(facts["licensor"]),
                licensee=UUID(facts["licensee"]),
                mode=Mode(facts["mode"]),
                scope=Scope.read(facts["scope"]),
                sublicensable=facts["sublicensable"],
                parent=_id(facts["parent"]),
                accepted=_set(facts["accepted"]),
                joined=_set(facts["joined"]),
                abroad=facts["abroad"],
                long_term=kind == EntryKind.LONG_TERM_USE,
            )
        case EntryKind.SURRENDER:
            return Surrender(grant=UUID(facts["grant"]), licensee=UUID(facts["licensee"]))
        case EntryKind.TERMINATION:
            return Termination(grant=UUID(facts["grant"]), **_on_paper(facts))
        case EntryKind.FREEZE:
            return Freeze(**_on_paper(facts))
        case EntryKind.LIFT:
            return Lift(freeze=UUID(facts["freeze"]), **_on_paper(facts))
        case EntryKind.PLEDGE:
            return Pledge(
                pledgor=UUID(facts["pledgor"]),
                pledgee=UUID(facts["pledgee"]),
                rank=facts["rank"],
                secured_fen=facts["secured_fen"],
                currency=facts["currency"],
                debt_due_on=_day(facts["debt_due_on"]),
                joined=_set(facts["joined"]),
            )
        case EntryKind.CONSENT:
            return Consent(
                restriction=UUID(facts["restriction"]),
                by=_id(facts["by"]),
                kinds=frozenset(facts["kinds"]),
                until=date.fromisoformat(facts["until"]),
                taker=_id(facts["taker"]),
                proceeds=Proceeds(facts["proceeds"]),
            )
        case EntryKind.PRE_EMPTION:
            return PreEmption(
                holder=UUID(facts["holder"]), origin=facts["origin"], words=facts["words"]
            )
        case EntryKind.STATE_FUNDING:
            return StateFunding(programme=facts["programme"], **_on_paper(facts))
        case EntryKind.RELEASE:
            return Release(
                restriction=UUID(facts["restriction"]), by=_id(facts["by"]), **_on_paper(facts)
            )
        case EntryKind.CANCELLATION:
            return Cancellation(**_on_paper(facts))
        case EntryKind.STRUCK_OUT:
            return StruckOut(reason=facts["reason"])


MOST_LETTERS = 400  # of an authority, a paper, a programme, as the doors for each take them


def misshapen(act: Act) -> str | None:
    """Which field of an act read from outside is not what it must be; None when all are."""
    shape: Any = type(act)
    hints = _hints(shape)
    for field in fields(act):
        if not _fits(getattr(act, field.name), hints[field.name]):
            return field.name
    return None


@cache
def _hints(of: Any) -> dict[str, Any]:
    return get_type_hints(of)


def _fits(value: Any, hint: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    if get_origin(hint) is frozenset:
        return isinstance(value, frozenset) and all(_fits(v, get_args(hint)[0]) for v in value)
    if hint is str:
        return isinstance(value, str) and len(value) <= MOST_LETTERS and "\x00" not in value
    if hint is int:
        return type(value) is int
    return isinstance(value, get_origin(hint) or hint)


def _on_paper(facts: dict[str, Any]) -> dict[str, str]:
    return {"authority": facts["authority"], "paper": facts["paper"]}


def _rows(holdings: Holdings) -> list[list[str]]:
    return [
        [power.value, str(party), str(numerator), str(denominator)]
        for power, party, numerator, denominator in holdings.rows()
    ]


def _holdings(rows: Iterable[list[str]]) -> Holdings:
    return Holdings.from_rows(
        (power, UUID(party), int(numerator), int(denominator))
        for power, party, numerator, denominator in rows
    )


def _ids(ids: Iterable[UUID]) -> list[str]:
    return sorted(str(id) for id in ids)


def _set(ids: Iterable[str]) -> frozenset[UUID]:
    return frozenset(UUID(id) for id in ids)


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

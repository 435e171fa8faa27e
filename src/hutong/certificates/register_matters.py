"""
From an entry of the register to the certificate of it (RR-7, CE-1).

    moves holdings        rights registration: who holds what now        thread title:<technology>
    grants use            licence                                        thread grant:<entry>
    everything else       certificate of the entry                       thread of what it is about

Of two certificates in a thread the later stands: a release supersedes the pledge's, a correction
that of the entry it corrects, a transfer the former holders'.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.certificates.content import (
    HolderFacts,
    Matter,
    RightsRegistration,
    Stated,
    Thread,
)
from hutong.certificates.kinds import Kind
from hutong.certificates.matters import (
    field_words,
    party_facts,
    technology_facts,
    territory_words,
)
from hutong.parties import queries as parties
from hutong.rights import queries as rights
from hutong.rights.queries import EntryView

NONE = Fraction(0)
GRANTS = frozenset({"licence", "sublicence", "long_term_use"})
# What an entry is about, by the name of the fact that says so, and the thread it belongs to.
_ABOUT = {"grant": "grant", "freeze": "freeze", "restriction": "restriction"}
_OPENS = {
    **dict.fromkeys(GRANTS, "grant"),
    "freeze": "freeze",
    "pledge": "restriction",
    "pre_emption": "restriction",
    "state_funding": "restriction",
}
_PARTIES = {
    "pledgor": "pledgor",
    "pledgee": "pledgee",
    "licensee": "licensee",
    "holder": "beneficiary",
    "by": "beneficiary",
}


def of_entry(id: UUID) -> tuple[Matter, tuple[UUID, ...]]:
    """What to certify of a register entry; with the technology it is about."""
    entry = rights.entry(id)
    if entry.holdings is not None:
        return _registration(entry), (entry.technology,)
    if entry.kind.value in GRANTS:
        return _licence(entry), (entry.technology,)
    return _other(entry), (entry.technology,)


def _registration(entry: EntryView) -> RightsRegistration:
    held = entry.holdings
    assert held is not None
    ids = sorted(held.parties(), key=lambda id: (-held.ownership.get(id, NONE), str(id)))
    named = parties.parties(ids)
    return RightsRegistration(
        register_number=entry.number,
        sequence=entry.sequence,
        registered_on=entry.effective_on,
        technology=technology_facts([entry.technology])[0],
        holders=tuple(
            HolderFacts(
                party=party_facts(named[id]),
                ownership=held.ownership.get(id, NONE),
                disposal=held.disposal.get(id, NONE),
                income=held.income.get(id, NONE),
            )
            for id in ids
        ),
        entry=entry.kind.value,
        corrects=_number(entry.corrects),
    )


def _licence(entry: EntryView) -> Stated:
    facts, scope = entry.facts, entry.facts["scope"]
    parent = facts.get("parent")
    return Stated(
        kind=Kind.LICENCE,
        thread=_thread(entry),
        said={
            "technology": technology_facts([entry.technology])[0].plain(),
            "grant": {
                "mode": facts["mode"],
                "territory": territory_words(scope["territory"], scope["without"]),
                "field": field_words(scope["ipc"], scope["industries"]),
                "starts_on": scope["starts_on"],
                "ends_on": scope["ends_on"],
                "sublicensable": "yes" if facts["sublicensable"] else "no",
                **({"parent": _number(UUID(parent))} if parent else {}),
            },
            "register": _register(entry),
            "licensor": _party(facts["licensor"]),
            "licensee": _party(facts["licensee"]),
        },
    )


def _other(entry: EntryView) -> Stated:
    facts = entry.facts
    about = {
        "entry": _number(_named_entry(facts)),
        "authority": facts.get("authority"),
        "paper": facts.get("paper"),
        "debt_fen": facts.get("secured_fen"),
        "currency": facts.get("currency"),
        "rank": facts.get("rank"),
        "due_on": facts.get("debt_due_on"),
        "until": facts.get("until"),
        "programme": facts.get("programme"),
        "reason": facts.get("reason") or facts.get("words"),
    }
    named = {said: facts[fact] for fact, said in _PARTIES.items() if facts.get(fact)}
    known = {name: value for name, value in about.items() if value}
    return Stated(
        kind=Kind.REGISTER_ENTRY,
        thread=_thread(entry),
        said={
            "technology": technology_facts([entry.technology])[0].plain(),
            "register": {**_register(entry), "entry": entry.kind.value},
            **({"about": known} if known else {}),
            **{said: _party(id) for said, id in named.items()},
        },
    )


def _register(entry: EntryView) -> dict[str, Any]:
    corrects = _number(entry.corrects)
    return {
        "number": entry.number,
        "sequence": entry.sequence,
        "registered_on": entry.effective_on.isoformat(),
        **({"corrects": corrects} if corrects else {}),
    }


def _thread(entry: EntryView) -> Thread | None:
    first = _first(entry)
    kind = first.kind.value
    if first.holdings is not None or kind == "cancellation":
        return Thread(name=f"title:{entry.technology}", sequence=entry.sequence)
    if opened := _OPENS.get(kind):
        return Thread(name=f"{opened}:{first.id}", sequence=entry.sequence)
    for fact, thread in _ABOUT.items():
        if named := first.facts.get(fact):
            opening = _first(rights.entry(UUID(named)))
            return Thread(name=f"{thread}:{opening.id}", sequence=entry.sequence)
    return None


def _first(entry: EntryView) -> EntryView:
    """The entry that began what this one corrects, or itself."""
    while entry.corrects is not None:
        entry = rights.entry(entry.corrects)
    return entry


def _named_entry(facts: Mapping[str, Any]) -> UUID | None:
    return next((UUID(facts[name]) for name in _ABOUT if facts.get(name)), None)


def _number(id: UUID | None) -> str:
    return rights.entry(id).number if id else ""


def _party(id: str) -> dict[str, Any]:
    return party_facts(parties.party(UUID(id))).plain()

"""
What the tables say of parties, invitations, mandates, offices and control, against what the journal says.
"""

from collections.abc import Callable, Iterator
from typing import Any

from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.parties import membership, rules
from hutong.parties.models import Control, Invitation, Mandate, Office, Party
from hutong.parties.rules import LEADS_TO

Facts = dict[str, Any]
# The entries that say anew what a party is called and known by.
DETAILED = tuple(
    event.kind
    for event in (
        rules.Registered,
        rules.Corrected,
        rules.Recognised,
        rules.RecognitionRenewed,
    )
)


def audit() -> Iterator[Discrepancy]:
    """Name every row that does not follow from the journal."""
    yield from _parties()
    yield from _spans(
        "mandate",
        {str(m.id): _held(m.role, m.revoked_at) for m in Mandate.objects.all()},
        membership.MandateGranted,
        membership.MandateRevoked,
        lambda granted, revoked: _held(granted["role"], revoked),
    )
    yield from _spans(
        "invitation",
        {str(i.id): f"{i.role}, {i.ending or 'open'}" for i in Invitation.objects.all()},
        membership.Invited,
        membership.InvitationEnded,
        lambda begun, ended: f"{begun['role']}, {ended['ending'] if ended else 'open'}",
    )
    yield from _spans(
        "office",
        {str(o.id): _held(o.role, o.dismissed_at) for o in Office.objects.all()},
        membership.OfficerAppointed,
        membership.OfficerDismissed,
        lambda appointed, dismissed: _held(appointed["role"], dismissed),
    )
    yield from _spans(
        "control",
        {str(c.id): f"since {c.since} until {c.until}" for c in Control.objects.all()},
        membership.ControlRecorded,
        membership.ControlEnded,
        lambda begun, ended: f"since {begun['since']} until {ended and ended['until']}",
    )


def _parties() -> Iterator[Discrepancy]:
    told = _told_of_parties()
    for row in Party.objects.prefetch_related("identifiers").iterator(chunk_size=500):
        place = f"parties.party {row.id}"
        expected = told.pop(str(row.id), None)
        if expected is None:
            yield Discrepancy(place, "an entry of its registration", "none")
            continue
        found = {
            "status": row.status,
            "name_zh": row.name_zh,
            "name_en": row.name_en,
            "identifiers": sorted([i.scheme, i.value] for i in row.identifiers.all()),
            "state_owned": row.state_owned,
        }
        for field, value in expected.items():
            if found[field] != value:
                yield Discrepancy(f"{place} {field}", str(value), str(found[field]))
    for id in told:
        yield Discrepancy(f"parties.party {id}", "a row", "none")


def _told_of_parties() -> dict[str, Facts]:
    """What the journal says each party is; details that were erased are not claimed."""
    told: dict[str, Facts] = {}
    others = (rules.StateOwnershipMarked, rules.IdentifierReleased)
    kinds = (*{*LEADS_TO, *DETAILED}, *(event.kind for event in others))
    for entry in journal.of_kinds(kinds):
        party = told.setdefault(entry.facts["party"], {})
        if entry.kind in LEADS_TO:
            party["status"] = LEADS_TO[entry.kind].value
        if entry.kind == rules.StateOwnershipMarked.kind:
            party["state_owned"] = entry.facts["state_owned"]
        if entry.kind == rules.IdentifierReleased.kind:
            _release(party, entry.private)
        if entry.kind in DETAILED:
            for field in ("name_zh", "name_en", "identifiers", "state_owned"):
                party.pop(field, None)
            if entry.private is not None:
                details = entry.private["details"]
                party |= {**details, "identifiers": sorted(details["identifiers"])}
    return told


def _release(party: Facts, private: Facts | None) -> None:
    """Take a released number from what is told; nothing is claimed of numbers once it is erased."""
    if private is None:
        party.pop("identifiers", None)
    elif "identifiers" in party:
        party["identifiers"] = [i for i in party["identifiers"] if i != private["identifier"]]


def _spans(
    table: str,
    rows: dict[str, str],
    begun: type,
    ended: type,
    word: Callable[[Facts, Facts | None], str],
) -> Iterator[Discrepancy]:
    """Compare rows with the pair of entries that begins and ends each."""
    beginnings: dict[str, Facts] = {}
    endings: dict[str, Facts] = {}
    for entry in journal.of_kinds((begun.kind, ended.kind)):  # type: ignore[attr-defined]
        side = beginnings if entry.kind == begun.kind else endings  # type: ignore[attr-defined]
        side[entry.facts[table]] = entry.facts
    for id, facts in beginnings.items():
        expected, found = word(facts, endings.get(id)), rows.pop(id, "no row")
        if found != expected:
            yield Discrepancy(f"parties.{table} {id}", expected, found)
    for id in rows:
        yield Discrepancy(f"parties.{table} {id}", "an entry of its beginning", "none")


def _held(role: str, ended: object) -> str:
    return f"{role}, {'ended' if ended else 'live'}"

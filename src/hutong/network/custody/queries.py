"""
What can be asked of moves of custody: those under way, and the dossier of one.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from hutong.journal import queries as journal
from hutong.kit.actor import Actor
from hutong.kit.audit import Discrepancy
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.claims import queries as claims
from hutong.network.claims.rules import Status as ClaimStatus
from hutong.network.custody import rules
from hutong.network.custody.models import CustodyMove
from hutong.network.custody.rules import Direction, Dossier, PartyTold, Refusal, Status
from hutong.network.mirrors import faces
from hutong.network.mirrors import queries as mirrors
from hutong.network.mirrors.picture import RECORD, ThingKind
from hutong.network.recognition import actions as recognition
from hutong.parties import queries as parties
from hutong.rights import queries as rights
from hutong.rights.queries.audit import WRITTEN
from hutong.rights.queries.chapters import named as parties_named
from hutong.technologies import queries as technologies
from hutong.technologies.queries import TechnologyView
from hutong.technologies.rules import STATUTORY
from hutong.venues import queries as venues

OPERATE: Final = "network.operate"
LED_TO: Final = {
    rules.Wished.kind: Status.WISHED,
    rules.Proposed.kind: Status.PROPOSED,
    rules.Offered.kind: Status.OFFERED,
    rules.Received.kind: Status.RECEIVED,
    rules.TakenUp.kind: Status.TAKEN_UP,
    rules.Accepted.kind: Status.ACCEPTED,
    rules.Handed.kind: Status.HANDED,
    rules.Closed.kind: Status.MOVED,
    rules.Opened.kind: Status.OPENED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """A move of custody as this venue knows it."""

    id: UUID
    direction: Direction
    technology: UUID
    title_zh: str
    title_en: str
    peer: str
    status: Status
    reason: str
    why: str
    party: UUID | None
    begun_by: UUID | None
    decided_by: UUID | None
    begun_at: datetime
    changed_at: datetime
    entries: int
    index: int | None

    @property
    def is_over(self) -> bool:
        return self.status in rules.OVER


def moves(actor: Actor, *statuses: Status, limit: int = 200) -> list[MoveView]:
    """Moves of custody for officers of the network, latest first; all, or those in `statuses`."""
    actor.need(OPERATE)
    rows = CustodyMove.objects.order_by("-changed_at", "id")
    rows = rows.filter(status__in=[s.value for s in statuses]) if statuses else rows
    return [view(row) for row in rows[:limit]]


def move(actor: Actor, id: UUID) -> MoveView:
    actor.need(OPERATE)
    row = CustodyMove.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="move of custody")
    return view(row)


def dossier(actor: Actor, id: UUID) -> Dossier | None:
    """The dossier of a move, for officers; None where there is none (any more)."""
    actor.need(OPERATE)
    row = CustodyMove.objects.filter(id=id).first()
    return Dossier.read(row.dossier, row.peer) if row is not None and row.dossier else None


def wishes_of(party: UUID) -> list[MoveView]:
    """What a party asked for, and what became of it, latest first."""
    rows = CustodyMove.objects.filter(party=party, direction=Direction.GOING)
    return [view(row) for row in rows.order_by("-changed_at", "id")[:200]]


def of_technology(technology: UUID) -> MoveView | None:
    """The latest move of a technology that was, or is to be, carried out."""
    rows = CustodyMove.objects.filter(technology=technology)
    row = (
        rows.exclude(status__in=["declined", "withdrawn", "failed"]).order_by("-changed_at").first()
    )
    return view(row) if row else None


def named(ids: Collection[UUID]) -> dict[UUID, str]:
    """What technologies, or what moves are of, are called: in Chinese, or else in English, or by id."""
    moved = CustodyMove.objects.filter(id__in=ids).values_list("id", "title_zh", "title_en")
    found = {id: zh or en for id, zh, en in moved}
    here = technologies.technologies(set(ids) - found.keys())
    found |= {id: one.title_zh or one.title_en for id, one in here.items()}
    return {id: found.get(id) or str(id) for id in ids}


def choosable(ids: Collection[UUID]) -> list[TechnologyView]:
    """Of these technologies those registered here that are on no way to another venue, by title."""
    under_way = CustodyMove.objects.filter(technology__in=ids).exclude(
        status__in=[status.value for status in rules.OVER]
    )
    left = rights.registered_among(ids) - set(under_way.values_list("technology", flat=True))
    found = technologies.technologies(left).values()
    return sorted(
        (one for one in found if not one.moved_to), key=lambda t: (t.title_zh or t.title_en, t.id)
    )


def view(row: CustodyMove) -> MoveView:
    return MoveView(
        id=row.id,
        direction=Direction(row.direction),
        technology=row.technology,
        title_zh=row.title_zh,
        title_en=row.title_en,
        peer=row.peer,
        status=Status(row.status),
        reason=row.reason,
        why=row.why,
        party=row.party,
        begun_by=row.begun_by,
        decided_by=row.decided_by,
        begun_at=row.begun_at,
        changed_at=row.changed_at,
        entries=len((row.dossier or {}).get("entries", ())),
        index=row.index,
    )


# -- the dossier ------------------------------------------------------------------------------------


def dossier_of(
    technology: UUID, *, reason: str = "", listing: Mapping[str, Any] | None = None
) -> Dossier:
    """What the next venue is shown of a technology registered here, and of its open offer.

    Raises Refused: TOO_LONG, NO_CLAIM, NOT_VOUCHED.
    """
    found = technologies.technology(technology)
    entries = rights.chapter(technology)
    if len(entries) > rules.MOST_ENTRIES:
        raise Refused(Refusal.TOO_LONG, entries=len(entries), most=rules.MOST_ENTRIES)
    claim = claims.of_technology(technology)
    numbered = found.kind in STATUTORY and bool(
        found.numbers.get("application") or found.numbers.get("registration")
    )
    if numbered and (claim is None or claim.status is not ClaimStatus.FINAL):
        raise Refused(Refusal.NO_CLAIM)
    people = parties_named(entries) | ({found.party} if found.party else set())
    people |= {UUID(listing["seller"])} if listing else set()
    made = Dossier(
        technology=technology,
        record=technologies.record(technology).as_json(),
        party=found.party,
        entries=entries,
        indexes=[_index_of(technology, UUID(one["id"])) for one in entries],
        parties=[_told(one) for one in parties.parties(people).values()],
        number=claim.number if claim else "",
        claim=claim.id if claim else None,
        reason=reason,
        listing=listing,
    )
    if len(json.dumps(made.as_json())) > rules.MOST_BYTES:
        raise Refused(Refusal.TOO_LONG, entries=len(entries), most=rules.MOST_ENTRIES)
    return made


def _index_of(technology: UUID, entry: UUID) -> int:
    """Where in our log an entry's digest stands: where it was written, or taken over."""
    written = journal.latest_of(subject("right_entry", entry), *WRITTEN)
    taken = written or journal.latest_of(subject("technology", technology), rules.TAKEN)
    if taken is None or taken.log_index is None:
        raise Refused(CommonRefusal.OUT_OF_STATE, status="not in the log yet", needed="in the log")
    return taken.log_index


def _told(party: parties.PartyView) -> PartyTold:
    elsewhere = parties.recognition_of(party.id)
    if elsewhere is not None:
        return PartyTold(
            id=party.id, home=elsewhere.home_venue, home_id=elsewhere.foreign_id, credential=None
        )
    certificate = recognition.latest_credential(party.id)
    if certificate is None or not party.is_verified:
        raise Refused(Refusal.NOT_VOUCHED, name=party.name)
    return PartyTold(
        id=party.id,
        home=venues.my_code(),
        home_id=party.id,
        credential=recognition.credential_of(certificate),
    )


# -- another venue's log, as our mirror has it ----------------------------------------------------------


def held_of(code: str) -> int:
    found = mirrors.mirror(code)
    return found.held_size if found else 0


def leaves_of(code: str) -> Callable[[int], bytes | None]:
    """The entries of a venue's log that we hold, by index."""
    found = mirrors.mirror(code)

    def leaf_at(index: int) -> bytes | None:
        if found is None or index >= found.held_size:
            return None
        at, leaf = next(mirrors.entries(found.id, start=index), (None, None))
        return leaf if at == index else None

    return leaf_at


def record_of(code: str, technology: UUID) -> Any:
    """What a venue's log tells of a technology; None where it tells nothing."""
    found = mirrors.fields_of(code, ThingKind.TECHNOLOGY, technology)
    return faces.value(found, RECORD) if found else None


def is_on_offer(code: str, listing: UUID, technology: UUID) -> bool:
    """Whether a venue's log tells of a listing that offers the technology alone."""
    found = mirrors.fields_of(code, ThingKind.LISTING, listing)
    text = faces.named(faces.value(found, "text")) if found else {}
    offered = [faces.named(one).get("technology") for one in text.get("technologies") or ()]
    return offered == [str(technology)]


def texts_of(code: str) -> Callable[[str], Any]:
    """What the texts beside a venue's log say, by digest; None where one is not here."""
    found = mirrors.mirror(code)

    def text_of(digest: str) -> Any:
        if found is None:
            return None
        try:
            data = mirrors.text(found, digest)
        except LookupError:
            return None
        return json.loads(data)["value"] if data is not None else None

    return text_of


def audit() -> Iterator[Discrepancy]:
    """Where each move stands, re-derived from the journal."""
    expected: dict[str, str] = {}
    for entry in journal.of_kinds([*LED_TO, rules.Ended.kind]):
        led = entry.facts["how"] if entry.kind == rules.Ended.kind else LED_TO[entry.kind].value
        expected[entry.facts["move"]] = led
    for row in CustodyMove.objects.order_by("id"):
        should = expected.pop(str(row.id), "")
        if row.status != should:
            yield Discrepancy(f"network.custodymove {row.id} status", should or "none", row.status)
    for id in expected:
        yield Discrepancy(f"network.custodymove {id}", "a row", "none")

"""
The venue that wants a number: asked of the registrar, settled by its word, given back, written over
(NE-5, NE-8).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hutong.journal.actions import Recording, action, nothing_changed, record, record_many
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import Event
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import Refused
from hutong.network.claims import queries, rules
from hutong.network.claims.actions.entering import ENTER, enter_claims, withheld
from hutong.network.claims.models import OwnClaim
from hutong.network.claims.rules import Entered, Refusal, Status
from hutong.network.claims.together import line_of, send, together
from hutong.network.messages.rules import Answer, Message, Undecided
from hutong.rights import queries as rights
from hutong.technologies import queries as register
from hutong.technologies.queries import TechnologyView
from hutong.technologies.rules import STATUTORY
from hutong.venues import queries as venues

AT_ONCE = 200  # in one transaction
KIND = {
    Status.ASKED: "claims.claim",
    Status.RELEASING: "claims.release",
    Status.MOVING: "claims.move",
}
FINAL_SAY = {Refusal.NOT_CLAIMED.code, Refusal.NOT_HOLDER.code}


@action(power=None)
def ask(
    *, actor: Actor, now: datetime, number: str, technology: UUID, about: str
) -> queries.OwnView:
    """Claim a number for a technology that somebody here wants registered.

    What was claimed for the same and is not over is not claimed twice. Raises Refused
    (NUMBER_UNFIT, TAKEN by another technology of our own).
    """
    digest = rules.number_digest(number)
    live = OwnClaim.objects.select_for_update().filter(number=digest, status__in=rules.STANDING)
    row = live.first()
    if row is not None:
        if row.technology != technology or row.status in (Status.RELEASING, Status.MOVING):
            raise Refused(Refusal.TAKEN, venue=row.holder or venues.my_code())
        row.about, row.wanted = about, True
        row.save(update_fields=["about", "wanted"])
        nothing_changed()
        return queries.own_view(row)
    row = OwnClaim.objects.create(
        id=new_id(), technology=technology, text=number, number=digest, about=about, asked_at=now
    )
    ask_registrar(row, now)
    return queries.own_view(row)


@action(power=None)
def ask_many(
    *, actor: Actor, now: datetime, numbers: Mapping[UUID, str], about: str
) -> dict[UUID, str]:
    """Claim numbers, technology by technology, for one thing that somebody wants: as `ask` of each,
    but asked of the database, the journal and the registrar together.

    Returns what could not be asked for: to whom it belongs, or nothing where it is no number.
    """
    nothing_changed()
    lost: dict[UUID, str] = {}
    digests: dict[UUID, str] = {}
    for technology, number in numbers.items():
        try:
            digests[technology] = rules.number_digest(number)
        except Refused:
            lost[technology] = ""
    rows = OwnClaim.objects.select_for_update().filter(
        number__in=digests.values(), status__in=rules.STANDING
    )
    standing = {row.number: row for row in rows}
    fresh: list[OwnClaim] = []
    for technology, digest in digests.items():
        row = standing.get(digest)
        if row is None:
            row = OwnClaim(
                id=new_id(),
                technology=technology,
                text=numbers[technology],
                number=digest,
                about=about,
                asked_at=now,
            )
            standing[digest] = row
            fresh.append(row)
        elif row.technology != technology or row.status in (Status.RELEASING, Status.MOVING):
            lost[technology] = row.holder or venues.my_code()
        elif row not in fresh:
            row.about, row.wanted = about, True
            row.save(update_fields=["about", "wanted"])
    _ask_many(fresh, now)
    return lost


@action(power=None)
def enrol(*, actor: Actor, now: datetime, technologies: Collection[UUID] | None = None) -> int:
    """Claim the numbers of what is registered here already, as a venue does that joins (NE-5).

    `technologies`: of these only. Whose number another holds is found so, for both to settle.
    Returns how many were asked for.
    """
    nothing_changed()
    here = rights.registered_here() if technologies is None else list(technologies)
    standing = OwnClaim.objects.exclude(status=Status.RELEASED)
    if technologies is not None:
        standing = standing.filter(technology__in=here)
    claimed = set(standing.values_list("technology", flat=True))
    fresh = [one for one in here if one not in claimed]
    asked = 0
    with together(now):
        for at in range(0, len(fresh), AT_ONCE):
            for found in register.technologies(fresh[at : at + AT_ONCE]).values():
                asked += _enrol(found, now)
    return asked


def _enrol(found: TechnologyView, now: datetime) -> bool:
    text = found.numbers.get("application") or found.numbers.get("registration")
    if found.kind not in STATUTORY or not text:
        return False
    try:
        ask(
            actor=SYSTEM,
            now=now,
            number=rules.normalised(text),
            technology=found.id,
            about=subject("technology", found.id),
        )
    except Refused:
        return False  # no number that could be claimed, or another technology's here
    return True


@action(power=None)
def release(
    *, actor: Actor, now: datetime, about: str, technologies: Collection[UUID] | None = None
) -> int:
    """Give back what was claimed for something that will not be registered. Returns how many.

    `technologies`: only what was claimed for these. What is not final yet is given back when it is.
    """
    rows = OwnClaim.objects.select_for_update().filter(about=about)
    if technologies is not None:
        rows = rows.filter(technology__in=technologies)
    asked = rows.filter(status=Status.ASKED).update(wanted=False)
    final = list(rows.filter(status=Status.FINAL))
    for row in final:
        _release(row, now)
    if not final:
        nothing_changed()
    return asked + len(final)


def _release(row: OwnClaim, now: datetime) -> None:
    row.status, row.wanted, row.term = Status.RELEASING.value, False, -1
    row.save()
    record(
        subject("claim", row.id),
        rules.ReleaseAsked(claim=row.id, number=row.number, technology=row.technology),
    )
    ask_registrar(row, now)


@action(power=None)
def follow(*, actor: Actor, now: datetime) -> int:
    """Ask again, in the term in force, what was asked in another. Returns how many."""
    office = queries.office()
    if office is None or (office.ours and not (office.open and not withheld())):
        nothing_changed()
        return 0
    under_way = OwnClaim.objects.filter(status__in=[s.value for s in rules.UNDER_WAY])
    rows = under_way.exclude(term=office.term).select_for_update(skip_locked=True)
    found = list(rows.order_by("asked_at", "id")[:AT_ONCE])
    with together(now):
        done = sum(ask_registrar(row, now) for row in found)
    if not done:
        nothing_changed()
    return done


def ask_registrar(row: OwnClaim, now: datetime) -> bool:
    """Ask the registrar: by message, or ourselves where we are it. False: not now."""
    office = queries.office()
    if office is None or (office.ours and not office.open):
        row.save()
        record(claim_subject(row), _asked(row, office))
        return False
    row.term, row.registrar = office.term, office.registrar
    kind, body = KIND[Status(row.status)], {"claim": str(row.id), "term": row.term}
    if row.status == Status.ASKED:
        registered = row.about == subject("technology", row.technology)
        body |= {"number": row.text, "technology": str(row.technology), "registered": registered}
    elif row.status == Status.MOVING:
        body |= {"to": row.holder}
    row.save()
    record(claim_subject(row), _asked(row, office))
    if not office.ours:
        send(to=office.registrar, about=line_of(row.number), kind=kind, body=body, now=now)
        return True
    try:
        with transaction.atomic():
            ENTER[kind](body=body, venue=venues.my_code())
    except (Undecided, Refused) as why:
        _on_refusal(row, why.reason.code if isinstance(why, Refused) else "", now)
        return False
    return True


def _ask_many(rows: list[OwnClaim], now: datetime) -> None:
    """Ask for fresh claims in one go; where we are the registrar they are entered at once."""
    office = queries.office()
    not_now = office is None or (office.ours and not office.open)
    for row in rows:
        if office is not None and not not_now:
            row.term, row.registrar = office.term, office.registrar
    OwnClaim.objects.bulk_create(rows)
    record_many([Recording(claim_subject(row), _asked(row, office), SYSTEM, now) for row in rows])
    if office is None or not_now or not rows:
        return
    bodies = [
        {
            "claim": str(row.id),
            "term": row.term,
            "number": row.text,
            "technology": str(row.technology),
            "registered": False,
        }
        for row in rows
    ]
    if not office.ours:
        with together(now):
            for row, body in zip(rows, bodies, strict=True):
                about, kind = line_of(row.number), KIND[Status.ASKED]
                send(to=office.registrar, about=about, kind=kind, body=body, now=now)
        return
    try:
        with transaction.atomic():
            refused = enter_claims(bodies=bodies, venue=venues.my_code(), now=now)
    except Undecided:
        for row in rows:
            _on_refusal(row, "", now)
        return
    for row, why in zip(rows, refused, strict=True):
        if why is not None:
            _on_refusal(row, why.reason.code, now)


def _asked(row: OwnClaim, office: queries.Office | None) -> Event:
    return rules.ClaimAsked(
        claim=row.id,
        number=row.number,
        technology=row.technology,
        registrar=office.registrar if office else "",
        term=row.term,
    )


def claim_subject(row: OwnClaim) -> str:
    return subject("claim", row.id)


def on_answer(message: Message, answer: Answer, now: datetime) -> None:
    """The registrar has entered what we asked, or will not: what is final it tells by itself."""
    row = OwnClaim.objects.select_for_update().filter(id=message.uuid("claim")).first()
    if row is not None and answer.refused is not None and row.term == message.body.get("term"):
        _on_refusal(row, answer.refused, now)


def _on_refusal(row: OwnClaim, code: str, now: datetime) -> None:
    """Of another term: asked again. A release of what nobody knows has happened."""
    if code == Refusal.NOT_CLAIMED.code and row.status == Status.RELEASING:
        row.status, row.settled_at = Status.RELEASED.value, now
    elif code in FINAL_SAY and row.status == Status.MOVING:
        to, row.status, row.holder = row.holder, Status.FINAL.value, ""
        record(
            claim_subject(row),
            rules.MoveRefused(
                claim=row.id, number=row.number, technology=row.technology, to=to, why=code
            ),
        )
    else:
        row.term = -1
    row.save()


@action(power=None)
def settle(
    *,
    actor: Actor,
    now: datetime,
    claim: UUID,
    term: int,
    outcome: Entered,
    holder: str,
) -> None:
    """Take in what became final, when it is the answer to what we asked last."""
    row = OwnClaim.objects.select_for_update().filter(id=claim).first()
    if row is None or row.term != term or Status(row.status) not in rules.UNDER_WAY:
        nothing_changed()
        return
    asked, moving = row.status == Status.ASKED, row.status == Status.MOVING
    if asked and outcome is Entered.GRANTED:
        row.status = Status.FINAL.value
        told: Event = rules.ClaimFinal(
            claim=row.id, number=row.number, technology=row.technology, term=term
        )
    elif asked and outcome is Entered.REFUSED and holder:
        row.status, row.holder = Status.LOST.value, holder
        told = rules.ClaimLost(
            claim=row.id,
            number=row.number,
            technology=row.technology,
            venue_holding=holder,
            term=term,
        )
    elif moving and outcome is Entered.MOVED and holder == row.holder:
        row.status = Status.MOVED.value
        told = rules.ClaimPassedOn(
            claim=row.id, number=row.number, technology=row.technology, to=holder
        )
    elif row.status == Status.RELEASING and outcome is Entered.RELEASED:
        row.status = Status.RELEASED.value
        told = rules.ClaimGivenBack(claim=row.id, number=row.number, technology=row.technology)
    else:
        nothing_changed()
        return
    row.settled_at = now
    row.save()
    record(claim_subject(row), told)
    if row.status == Status.FINAL and not row.wanted:
        _release(row, now)


def on_final(message: Message, now: datetime) -> Mapping[str, Any]:
    """`claims.final`, from the registrar we asked."""
    row = OwnClaim.objects.filter(id=message.uuid("claim")).first()
    if row is not None and row.registrar == message.sender:
        try:
            outcome = Entered(message.text("outcome"))
        except ValueError as error:
            raise Refused(Refusal.NOT_CLAIMED) from error
        holder = message.body.get("holder")
        settle(
            actor=SYSTEM,
            now=now,
            claim=row.id,
            term=message.whole("term"),
            outcome=outcome,
            holder=holder if isinstance(holder, str) else "",
        )
    return {}

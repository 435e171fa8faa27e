"""
One technology at a time: intend, enter, update, retire (TE-1, TE-2, TE-3).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from hutong.documents import actions as documents
from hutong.journal.actions import Recording, action, nothing_changed, record, record_many
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.technologies import reading, records, rules
from hutong.technologies.actions.entitled import ENTER_ANY, own, party_to_enter_for
from hutong.technologies.models import BundlePart, Key, Technology
from hutong.technologies.queries import Outcome, TechnologyView, plan, technology
from hutong.technologies.records import Record
from hutong.technologies.rules import Kind, Refusal, Status


@action(power=None)
def intend(
    *, actor: Actor, now: datetime, said: Mapping[str, Any], party: UUID | None = None
) -> TechnologyView:
    """Announce a technology (意向进场). It needs no number yet. `said`: see `reading.read`."""
    return _begin(actor, now, said, party, Status.INTENDED)


@action(power=None)
def enter(
    *, actor: Actor, now: datetime, said: Mapping[str, Any], party: UUID | None = None
) -> TechnologyView:
    """Enter a technology (进场). `said`: see `reading.read`.

    A record of a feed that no party has taken up becomes the party's. Raises Refused:
    technologies.record_invalid with all faults, technologies.number_taken.
    """
    return _begin(actor, now, said, party, Status.ENTERED)


@action(power=ENTER_ANY)
def enter_for(
    *,
    actor: Actor,
    now: datetime,
    party: UUID,
    said: Mapping[str, Any],
    instruction: Mapping[str, Any],
) -> TechnologyView:
    """Enter a technology for a party that asked the venue to; `instruction` is its paper.

    The paper is kept with the technology, read by the party and by officers. Refused as `enter`.
    """
    made = enter(actor=actor, now=now, said=said, party=party)
    owner = subject("technology", made.id)
    paper = documents.store(actor=actor, now=now, owner=owner, **instruction)
    told = rules.Instructed(technology=made.id, run=None, document=paper.id, party=party)
    record(owner, told)
    return made


def _begin(
    actor: Actor, now: datetime, said: Mapping[str, Any], party: UUID | None, status: Status
) -> TechnologyView:
    party = party_to_enter_for(actor, party)
    new = checked(said, need_number=status is Status.ENTERED)
    (planned,) = plan([new], party, lock=True)
    row = planned.standing
    if planned.outcome is not Outcome.ENTER:
        if planned.outcome is Outcome.FAULTY or row is None or row.party is not None:
            raise _taken(new, row)
        _store(row, planned.record, party, now, actor)
        if status is Status.ENTERED and row.status == Status.INTENDED.value:
            row.status, row.entered_at = status.value, now
        row.save()
        sync_keys(row.id, planned.keys)
    else:
        row = Technology(status=status.value)
        _store(row, new, party, now, actor)
        moment = {"intended_at": now} if status is Status.INTENDED else {"entered_at": now}
        for name, value in moment.items():
            setattr(row, name, value)
        row.save(force_insert=True)
        sync_keys(row.id, planned.keys)
    _record_as(row, Status(row.status))
    return technology(row.id)


def _store(row: Technology, new: Record, party: UUID, now: datetime, actor: Actor) -> None:
    row.take(new)
    row.party, row.refreshed_at = party, now
    row.entered_by = row.entered_by or actor.person


def _record_as(row: Technology, status: Status) -> None:
    event = rules.Intended if status is Status.INTENDED else rules.Entered
    assert row.party is not None
    record(
        subject("technology", row.id),
        event(
            technology=row.id,
            technology_kind=row.kind,
            record=row.record().as_json(),
            digest=bytes(row.record_digest).hex(),
            party=row.party,
        ),
    )


@action(power=None)
def enter_intended(*, actor: Actor, now: datetime, technology: UUID) -> TechnologyView:
    """Let an intended technology enter; now it needs what an entered one needs."""
    row = own(actor, technology)
    if why := rules.why_not_enter(row.state()):
        raise Refused(why, status=row.status)
    checked(records.said_of(row.record()))
    row.status, row.entered_at, row.refreshed_at = Status.ENTERED.value, now, now
    row.save()
    _record_as(row, Status.ENTERED)
    return _view(row.id)


@action(power=None)
def update(
    *, actor: Actor, now: datetime, technology: UUID, changes: Mapping[str, Any]
) -> TechnologyView:
    """Change what is said of a technology; fields not in `changes` stay.

    Kind, titles and numbers stand once its rights are registered. An update that changes nothing is
    no act.
    """
    row = own(actor, technology)
    if row.kind == Kind.BUNDLE.value:
        changes = {name: value for name, value in changes.items() if name != "kind"}
    old = row.record()
    new = checked(
        {**records.said_of(old), **changes, "source": old.source, "reference": old.reference},
        need_number=row.status == Status.ENTERED.value,
        bundle=row.kind == Kind.BUNDLE.value,
    )
    changed = records.changed_fields(old, new)
    rules.check_update(row.state(), changed)
    if not changed:
        nothing_changed()
        return _view(row.id)
    row.take(new)
    row.refreshed_at = now
    row.save()
    sync_keys(row.id, records.keys_of(new))
    record(
        subject("technology", row.id),
        rules.Updated(
            technology=row.id,
            technology_kind=row.kind,
            record=new.as_json(),
            digest=bytes(row.record_digest).hex(),
        ),
    )
    return _view(row.id)


@action(power=None)
def retire(*, actor: Actor, now: datetime, technology: UUID, reason: str) -> TechnologyView:
    """Take a technology off the market, with a reason. Unregistered, it sets its numbers free."""
    row = own(actor, technology)
    reason = reason.strip()
    if not reason:
        raise Refused(CommonRefusal.INVALID, field="reason", problem="give a reason")
    rules.check_retire(row.state(in_bundle=_in_live_bundle(row.id)))
    row.status, row.retired_at = Status.RETIRED.value, now
    row.save()
    if row.registered_at is None:
        Key.objects.filter(technology=row.id).update(live=False)
    record(subject("technology", row.id), rules.Retired(technology=row.id, reason=reason))
    return _view(row.id)


@action(power=None)
def mark_registered(*, actor: Actor, now: datetime, technologies: Sequence[UUID]) -> None:
    """Note that their rights are in the register: kinds, titles and numbers stand from now on.

    Called down by the register inside its own act; what was noted before stays as it is.
    """
    rows = list(Technology.objects.select_for_update().filter(id__in=technologies).order_by("id"))
    if len(rows) < len(set(technologies)):
        raise Refused(CommonRefusal.NOT_FOUND, what="technology")
    fresh = [row.id for row in rows if row.registered_at is None]
    if not fresh:
        nothing_changed()
        return
    Technology.objects.filter(id__in=fresh).update(registered_at=now)
    record_many(
        [
            Recording(subject("technology", id), rules.Fixed(technology=id), actor, now)
            for id in fresh
        ]
    )


def checked(said: Mapping[str, Any], *, need_number: bool = True, bundle: bool = False) -> Record:
    """The record, or Refused with every fault of it."""
    read = reading.read(said, need_number=need_number, bundle=bundle)
    if read.record is None:
        faults = [finding.as_json() for finding in read.findings]
        summary = "; ".join(f"{f.field}: {f.wrong()} {f.mend()}" for f in read.findings[:5])
        raise Refused(Refusal.RECORD_INVALID, summary=summary, faults=faults)
    return read.record


def sync_keys(technology: UUID, keys: tuple[str, ...]) -> None:
    """Make the technology's keys exactly `keys`. Raises Refused when another holds one (TE-3)."""
    Key.objects.filter(technology=technology).exclude(key__in=keys).delete()
    have = set(Key.objects.filter(technology=technology).values_list("key", flat=True))
    try:
        with transaction.atomic():
            Key.objects.bulk_create(
                Key(technology_id=technology, key=key) for key in keys if key not in have
            )
    except IntegrityError as error:
        raise Refused(Refusal.NUMBER_TAKEN, number=", ".join(keys)) from error


def _taken(new: Record, row: Technology | None) -> Refused:
    number = next(iter(new.numbers.values()), new.title_zh or new.title_en)
    return Refused(Refusal.NUMBER_TAKEN, number=number, technology=str(row.id) if row else "")


def require_in_no_bundle(id: UUID) -> None:
    """Refuse what is part of a bundle that is on the market."""
    if _in_live_bundle(id):
        raise Refused(Refusal.IN_BUNDLE)


def _in_live_bundle(id: UUID) -> bool:
    live = [status.value for status in rules.LIVE]
    return BundlePart.objects.filter(part=id, bundle__status__in=live).exists()


def _view(id: UUID) -> TechnologyView:
    return technology(id)

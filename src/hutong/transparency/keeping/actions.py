"""
Changing keys: asked by one officer, decided by another; done at once by whoever runs the machine.

The entry is written first, in the database; then the keyring follows (`settle`). Between the two the
former key still signs, and the prepared one waits in the file.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hutong.journal import queries as journal
from hutong.journal.actions import action, record
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.moments import parse_iso
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency import queries, rotation
from hutong.transparency.keeping import rules
from hutong.transparency.keeping.models import KeyChange
from hutong.transparency.keeping.rules import (
    Change,
    ChangeStatus,
    KeyCompromised,
    KeyRotated,
    Refusal,
)
from hutong.transparency.keys import Held, Keyring, Purpose, find_passphrase


@action(power="venue.operate")
def ask_change(
    *,
    actor: Actor,
    now: datetime,
    real_now: datetime,
    change: Change,
    key: str,
    reason: str,
    since: datetime | None = None,
) -> UUID:
    """Ask for a key (as it is published) to be replaced, or declared compromised (PA-5)."""
    held = _held(key)
    _check(change, held, since, reason, real_now)
    if KeyChange.objects.filter(change=change, key=key, status=ChangeStatus.ASKED).exists():
        raise Refused(Refusal.ASKED_ALREADY)
    row = KeyChange.objects.create(
        change=change.value,
        purpose=held.purpose.value,
        key=key,
        since=since,
        reason=reason.strip(),
        asked_by=actor.person,
        asked_at=now,
    )
    record(
        _subject(held.purpose),
        rules.KeyChangeAsked(
            change=change, purpose=row.purpose, key=key, since=since, reason=row.reason
        ),
    )
    return row.id


@action(power="venue.operate")
def accept_change(*, actor: Actor, now: datetime, real_now: datetime, change: UUID) -> None:
    """Do what another officer asked for."""
    row = _asked(change)
    require_other_eyes(actor, [row.asked_by])
    _decide(row, ChangeStatus.DONE, actor, now)
    if row.change == Change.ROTATE:
        rotate(
            actor=actor,
            now=now,
            real_now=real_now,
            purpose=Purpose(row.purpose),
            reason=row.reason,
        )
    else:
        assert row.since is not None
        compromise(
            actor=actor,
            now=now,
            real_now=real_now,
            key=row.key,
            since=row.since,
            reason=row.reason,
        )


@action(power="venue.operate")
def decline_change(*, actor: Actor, now: datetime, change: UUID) -> None:
    """Leave the key as it is; whoever asked may take it back so."""
    row = _asked(change)
    _decide(row, ChangeStatus.DECLINED, actor, now)
    record(
        _subject(Purpose(row.purpose)),
        rules.KeyChangeDeclined(change=Change(row.change), purpose=row.purpose, key=row.key),
    )


@action(power="venue.operate")
def rotate(
    *, actor: Actor, now: datetime, real_now: datetime, purpose: Purpose, reason: str
) -> str:
    """Put the prepared key of a purpose in use, or a new one where none is; returns its name.

    The former one signs beside it for `OVERLAP`, so that who knows only that one learns the new one
    from a log it signed.
    """
    keyring = queries.keyring()
    former = keyring.in_use(purpose)
    _check(Change.ROTATE, former, None, reason, real_now)
    return _replace(keyring, former, real_now, real_now + rules.OVERLAP, reason)


@action(power="venue.operate")
def compromise(
    *,
    actor: Actor,
    now: datetime,
    real_now: datetime,
    key: str,
    since: datetime,
    reason: str,
) -> str | None:
    """Declare a key compromised as of `since`; one in use is replaced, and signs no more.

    Returns the name of the key that took its place.
    """
    held = _held(key)
    _check(Change.COMPROMISE, held, since, reason, real_now)
    keyring, replaced = queries.keyring(), None
    if held.text == keyring.in_use(held.purpose).text:
        replaced = _replace(keyring, held, real_now, real_now, reason)
    record(
        _subject(held.purpose),
        KeyCompromised(purpose=held.purpose.value, key=key, since=since, reason=reason.strip()),
    )
    transaction.on_commit(settle, robust=True)
    return replaced


def settle() -> None:
    """Make the keyring follow the journal: what was decided and not yet done to the file.

    Raises KeysUnusable when the journal puts in use a key that the keyring does not hold.
    """
    directory = queries.keys_directory()
    keyring = queries.keyring()
    used = {held.text for held in keyring.held if not held.prepared}
    compromised = {held.text for held in keyring.held if held.compromised_from is not None}
    latest = {}
    for entry in journal.of_kinds([KeyRotated.kind, KeyCompromised.kind]):
        if entry.kind == KeyRotated.kind:
            latest[entry.facts["purpose"]] = entry.facts
        elif entry.facts["key"] not in compromised:
            since = parse_iso(entry.facts["since"])
            rotation.mark_compromised(directory, _passphrase(), entry.facts["key"], since=since)
    for facts in latest.values():
        if facts["key"] not in used:
            rotation.put_in_use(
                directory,
                _passphrase(),
                facts["key"],
                at=parse_iso(facts["used_from"]),
                former_until=parse_iso(facts["former_until"]),
            )


def _replace(
    keyring: Keyring, former: Held, real_now: datetime, former_until: datetime, reason: str
) -> str:
    purpose = former.purpose
    new = keyring.prepared(purpose) or rotation.prepare(
        queries.keys_directory(), _passphrase(), purpose, made_at=real_now
    )
    record(
        _subject(purpose),
        KeyRotated(
            purpose=purpose.value,
            key=new.text,
            former=former.text,
            used_from=real_now,
            former_until=former_until,
            reason=reason.strip(),
        ),
    )
    transaction.on_commit(settle, robust=True)
    return new.text


def _check(
    change: Change, held: Held, since: datetime | None, reason: str, real_now: datetime
) -> None:
    if not reason.strip():
        raise Refused(Refusal.REASON_MISSING)
    if held.compromised_from is not None:
        raise Refused(CommonRefusal.OUT_OF_STATE, status="compromised", needed="trusted")
    if change is Change.ROTATE and held.used_until is not None:
        raise Refused(Refusal.UNKNOWN)
    if change is Change.COMPROMISE and (since is None or since > real_now):
        raise Refused(Refusal.IN_THE_FUTURE)


def _held(key: str) -> Held:
    for held in queries.keyring().held:
        if held.text == key and not held.prepared:
            return held
    raise Refused(Refusal.UNKNOWN)


def _asked(change: UUID) -> KeyChange:
    row = KeyChange.objects.select_for_update().filter(id=change).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="change")
    if row.status != ChangeStatus.ASKED:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed="asked")
    return row


def _decide(row: KeyChange, status: ChangeStatus, actor: Actor, now: datetime) -> None:
    row.status, row.decided_by, row.decided_at = status.value, actor.person, now
    row.save(update_fields=["status", "decided_by", "decided_at"])


def _subject(purpose: Purpose) -> str:
    return f"key:{purpose.value}"


def _passphrase() -> str:
    return find_passphrase(queries.keys_directory())

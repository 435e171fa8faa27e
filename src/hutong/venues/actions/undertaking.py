"""
What this venue undertakes for itself: to found a network, or to ask to be let into one (PA-5).

    proposed ─▶ accepted (another officer) ─▶ founded at once
                                           ─▶ asked for, until a list has us in it (adopting.py)
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency import queries as log
from hutong.venues import chain, lists, queries, signing
from hutong.venues.actions.adopting import begin
from hutong.venues.fields import DIGEST, DocumentInvalid, address
from hutong.venues.lists import Kind
from hutong.venues.models import Network, Undertaking
from hutong.venues.rules import (
    Applied,
    Founded,
    Refusal,
    UndertakingProposed,
    UndertakingWithdrawn,
)
from hutong.venues.states import UndertakingKind, UndertakingStatus

POWER = "network.operate"
TRIED_EVERY = timedelta(minutes=1)
OPEN = [UndertakingStatus.PROPOSED.value, UndertakingStatus.ACCEPTED.value]


@action(power=POWER)
def propose_founding(*, actor: Actor, now: datetime, name: str) -> UUID:
    """Propose to found a network with this venue as its first member and registrar."""
    name = name.strip()
    if not 2 <= len(name) <= 120:
        raise Refused(Refusal.NAME_INVALID)
    return _propose(actor, now, Undertaking(kind=UndertakingKind.FOUND.value, name=name))


@action(power=POWER)
def propose_joining(*, actor: Actor, now: datetime, url: str, anchor: str) -> UUID:
    """Propose to ask a member at `url` to let us into the network of `anchor`.

    The anchor comes from a person one trusts, never from that address: it tells the true network
    from one that somebody shows.
    """
    try:
        url = address(url.strip().rstrip("/"), "url")
    except DocumentInvalid as error:
        raise Refused(Refusal.ADDRESS_INVALID) from error
    if not DIGEST.fullmatch(anchor.strip()):
        raise Refused(Refusal.ANCHOR_INVALID)
    wanted = Undertaking(kind=UndertakingKind.JOIN.value, url=url, anchor=anchor.strip())
    return _propose(actor, now, wanted)


def _propose(actor: Actor, now: datetime, row: Undertaking) -> UUID:
    current = Network.objects.filter(is_current=True).first()
    if current is not None:
        raise Refused(Refusal.IN_NETWORK, network=current.name)
    if Undertaking.objects.select_for_update().filter(status__in=OPEN).exists():
        raise Refused(Refusal.UNDERTAKEN)
    row.proposed_by, row.proposed_at = actor.person, now
    row.save()
    told = {"name": row.name, "url": row.url, "anchor": row.anchor}
    record(_subject(row), UndertakingProposed(undertaking=UndertakingKind(row.kind), told=told))
    return row.id


@action(power=POWER)
def accept_undertaking(
    *, actor: Actor, now: datetime, real_now: datetime, undertaking: UUID
) -> None:
    """Do what another officer proposed: found the network, or sign the application."""
    row: Undertaking = Undertaking.objects.lock_or_refuse("undertaking", id=undertaking)
    if row.status != UndertakingStatus.PROPOSED:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed="proposed")
    require_other_eyes(actor, [row.proposed_by])
    row.decided_by, row.decided_at = actor.person, now
    if row.kind == UndertakingKind.FOUND:
        row.status = UndertakingStatus.DONE.value
        row.save()
        _found(row, now, real_now)
        return
    application = lists.apply_for(
        row.anchor, _described(), at=real_now, signer=log.keyring().message_signer
    )
    row.status, row.application = UndertakingStatus.ACCEPTED.value, application.as_json()
    row.next_try_at = real_now
    row.save()
    record(_subject(row), Applied(network=row.anchor, told=application.as_json()))


def _found(row: Undertaking, now: datetime, real_now: datetime) -> None:
    keyring = log.keyring()
    me, signer = _described(), keyring.message_signer
    change = lists.Change(
        id=new_id(),
        network=None,
        kind=Kind.FOUND,
        venue=me.code,
        details={"name": row.name, "members": [me.as_json()]},
        reason="",
        proposed_by=me.code,
        proposed_at=real_now,
    )
    first = chain.genesis(name=row.name, members=[me], change=change, at=real_now)
    signed = signing.sign(first, venue=me.code, signer=signer, directory=keyring.directory)
    roll = chain.open_genesis(signed)
    record(_subject(row), Founded(network=roll.network, told=signed.as_json()))
    begin([signed], [roll], now)


def _described() -> lists.Description:
    me = queries.me()
    try:
        return lists.Description.read(me.as_json())
    except DocumentInvalid as error:
        problem = f"{error} (HUTONG_ORIGIN is {settings.ORIGIN})"
        raise Refused(Refusal.DOCUMENT_INVALID, problem=problem) from error


@action(power=POWER)
def withdraw_undertaking(*, actor: Actor, now: datetime, undertaking: UUID) -> None:
    """Give it up; one officer suffices. An application that was sent may still be approved."""
    row: Undertaking = Undertaking.objects.lock_or_refuse("undertaking", id=undertaking)
    if row.status not in OPEN:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed="proposed")
    row.status = UndertakingStatus.WITHDRAWN.value
    row.decided_by, row.decided_at = actor.person, now
    row.save()
    record(_subject(row), UndertakingWithdrawn(undertaking=UndertakingKind(row.kind)))


@action(power=None)
def note_sent(
    *, actor: Actor, now: datetime, real_now: datetime, undertaking: UUID, problem: str
) -> None:
    """Note how sending our application went, and when the member is asked again."""
    nothing_changed()
    row: Undertaking = Undertaking.objects.lock_or_refuse("undertaking", id=undertaking)
    row.problem, row.next_try_at = problem[:500], real_now + TRIED_EVERY
    row.sent_at = row.sent_at if problem else row.sent_at or real_now
    row.save(update_fields=["problem", "next_try_at", "sent_at"])


def _subject(row: Undertaking) -> str:
    return subject("undertaking", row.id)

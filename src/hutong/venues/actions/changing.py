"""
A change of the list: one officer takes it up, another approves it for the venue (PA-5).

    propose ─┐
    take_change (another venue's) ─▶ take_up ─┴─▶ approve | decline
    take_approval (another member's) ─▶ at the registrar: enough? (listing.py)
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import N_, CommonRefusal, Refused, Told
from hutong.transparency import queries as log
from hutong.venues import approvals, lists, queries, rolls
from hutong.venues.actions.locking import locked_network
from hutong.venues.fields import DocumentInvalid
from hutong.venues.lists import Held, Kind
from hutong.venues.models import OPEN, Application, Approval, Change, Network
from hutong.venues.rolls import SKEW, ListInvalid, Roll
from hutong.venues.rules import (
    MOST_WAITING,
    ApprovalTaken,
    Approved,
    ChangeDeclined,
    ChangeLapsed,
    ChangeProposed,
    ChangeReceived,
    Refusal,
)
from hutong.venues.states import ApplicationStatus, ChangeStatus

POWER = "network.operate"


@action(power=POWER)
def propose(
    *,
    actor: Actor,
    now: datetime,
    real_now: datetime,
    kind: Kind,
    venue: str,
    details: Mapping[str, Any] | None = None,
    reason: str = "",
    application: str | None = None,
) -> str:
    """Propose a change; another officer approves it for this venue. Returns its digest.

    `application`: the digest of the application that an admission answers.
    """
    network = locked_network()
    roll = queries.roll_of(network)
    told = dict(details or {})
    if kind is Kind.ADMIT:
        told = {"application": _taken_up(network, application, actor, now)}
        venue = str(told["application"]["member"]["code"])
    if kind is Kind.REGISTRAR:
        told = {"base": roll.digest}
    if kind is Kind.RENEW or kind is Kind.FOUND:
        raise Refused(Refusal.CHANGE_INVALID, problem=Told(N_("a registrar renews by itself")))
    change = lists.Change(
        id=new_id(),
        network=roll.network,
        kind=kind,
        venue=venue.strip(),
        details=told,
        reason=reason.strip(),
        proposed_by=queries.my_code(),
        proposed_at=real_now,
    )
    _need_possible(roll, change, real_now)
    row = _store(network, change, ChangeStatus.PROPOSED)
    row.taken_up_by, row.taken_up_at = actor.person, now
    row.save(update_fields=["taken_up_by", "taken_up_at"])
    if application is not None:
        Application.objects.filter(digest=application).update(change=row)
    record(_subject(row), ChangeProposed(change=row.digest, change_kind=kind, venue=change.venue))
    return row.digest


def _taken_up(network: Network, application: str | None, actor: Actor, now: datetime) -> Any:
    row = Application.objects.lock_or_refuse("application", network=network, digest=application)
    if row.status != ApplicationStatus.RECEIVED:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed="received")
    row.status, row.decided_by, row.decided_at = (
        ApplicationStatus.TAKEN_UP.value,
        actor.person,
        now,
    )
    row.save(update_fields=["status", "decided_by", "decided_at"])
    return row.told


@action(power=POWER)
def take_up(*, actor: Actor, now: datetime, change: str) -> None:
    """Take up what another venue proposed, for another officer here to decide."""
    row = _open(change, ChangeStatus.WAITING)
    if not _has_a_say(row):
        raise Refused(Refusal.NOT_FOR_US)
    row.status, row.taken_up_by, row.taken_up_at = ChangeStatus.PROPOSED.value, actor.person, now
    row.save(update_fields=["status", "taken_up_by", "taken_up_at"])
    record(
        _subject(row),
        ChangeProposed(change=row.digest, change_kind=Kind(row.kind), venue=row.venue),
    )


@action(power=POWER)
def approve(
    *, actor: Actor, now: datetime, real_now: datetime, change: str, held: Held | None = None
) -> None:
    """Approve for this venue what another officer took up; signed with our message key.

    `held` is what we hold of the registrar's log: a vote to replace it says so, and promises to
    acknowledge no more of it and to adopt no more of its lists until the vote is over.
    """
    network = locked_network()
    row = _open(change, ChangeStatus.PROPOSED)
    require_other_eyes(actor, [row.taken_up_by])
    told = lists.Change.read(row.told)
    roll = queries.roll_of(network)
    _need_possible(roll, told, real_now)
    if told.kind is Kind.REGISTRAR:
        _need_free_to_vote(network, roll, told, held, real_now)
    elif held is not None:
        held = None
    mine, signer = queries.my_code(), log.keyring().message_signer
    approval = lists.approve(
        told, venue=mine, at=max(real_now, told.proposed_at), signer=signer, held=held
    )
    try:
        approvals.need_approval(roll, told, approval, at=approval.at)
    except ListInvalid as error:
        keys = roll.members[mine].message_keys if mine in roll.members else ()
        if approval.key not in keys:
            raise Refused(Refusal.KEYS_NOT_LISTED, key=approval.key) from error
        raise Refused(Refusal.APPROVAL_INVALID, problem=error.why) from error
    Approval.objects.create(change=row, venue=mine, at=approval.at, told=approval.as_json())
    _decide(row, ChangeStatus.APPROVED, actor, now)
    record(
        _subject(row),
        Approved(
            change=row.digest,
            change_kind=told.kind,
            venue=row.venue,
            told=told.as_json(),
            approval=approval.as_json(),
        ),
    )


def _need_free_to_vote(
    network: Network, roll: Roll, change: lists.Change, held: Held | None, real_now: datetime
) -> None:
    if held is None:
        raise Refused(Refusal.HELD_UNKNOWN)
    vote = queries.vote_on(network, roll, real_now)
    if vote is not None and vote != change.venue:
        raise Refused(Refusal.VOTED, venue=vote)


@action(power=POWER)
def decline(*, actor: Actor, now: datetime, change: str, why: str) -> None:
    """Do not approve it; whoever took it up may take it back so. Others may still approve."""
    if not why.strip():
        raise Refused(Refusal.REASON_MISSING)
    row = _open(change, ChangeStatus.WAITING, ChangeStatus.PROPOSED)
    row.why = why.strip()
    _decide(row, ChangeStatus.DECLINED, actor, now)
    record(
        _subject(row),
        ChangeDeclined(change=row.digest, change_kind=Kind(row.kind), venue=row.venue, why=row.why),
    )


@action(power=None)
def take_change(*, actor: Actor, now: datetime, real_now: datetime, told: Any) -> str:
    """Take a change that another venue proposes: it waits for our officers. Returns its digest."""
    try:
        change = lists.Change.read(told)
    except DocumentInvalid as error:
        raise Refused(Refusal.DOCUMENT_INVALID, problem=str(error)) from error
    network = locked_network()
    if change.network != network.anchor:
        raise Refused(Refusal.ANOTHER_NETWORK, anchor=network.anchor)
    if Change.objects.filter(digest=change.digest).exists():
        nothing_changed()
        return change.digest
    if change.proposed_at > real_now + SKEW:
        raise Refused(Refusal.FROM_THE_FUTURE, at=change.proposed_at)
    waiting = Change.objects.filter(network=network, status=ChangeStatus.WAITING)
    if waiting.count() >= MOST_WAITING:
        raise Refused(Refusal.FLOODED)
    _need_possible(queries.roll_of(network), change, real_now)
    row = _store(network, change, ChangeStatus.WAITING)
    record(
        _subject(row),
        ChangeReceived(
            change=row.digest,
            change_kind=change.kind,
            venue=change.venue,
            proposing_venue=change.proposed_by,
            told=change.as_json(),
        ),
    )
    return row.digest


@action(power=None)
def take_approval(*, actor: Actor, now: datetime, real_now: datetime, told: Any) -> bool:
    """Keep another member's approval of a change we know. Returns whether it was new.

    Refused when it does not count: it is for another change, forged, or its venue has no say.
    """
    try:
        approval = lists.Approval.read(told)
    except DocumentInvalid as error:
        raise Refused(Refusal.DOCUMENT_INVALID, problem=str(error)) from error
    network = locked_network()
    row = Change.objects.filter(network=network, digest=approval.change).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="change")
    if (
        row.status not in {*OPEN, ChangeStatus.DECLINED.value}
        or row.approvals.filter(venue=approval.venue).exists()
    ):
        nothing_changed()
        return False
    if approval.at > real_now + SKEW:
        raise Refused(Refusal.FROM_THE_FUTURE, at=approval.at)
    roll, change = queries.roll_of(network), lists.Change.read(row.told)
    try:
        approvals.need_approval(roll, change, approval, at=approval.at)
    except ListInvalid as error:
        raise Refused(Refusal.APPROVAL_INVALID, problem=error.why) from error
    Approval.objects.create(
        change=row, venue=approval.venue, at=approval.at, told=approval.as_json()
    )
    record(
        _subject(row),
        ApprovalTaken(
            change=row.digest, approving_venue=approval.venue, approval=approval.as_json()
        ),
    )
    return True


@action(power=None)
def lapse(*, actor: Actor, now: datetime, real_now: datetime) -> int:
    """End the changes whose time is over, and those the list no longer admits of."""
    nothing_changed()
    network = Network.objects.select_for_update().filter(is_current=True).first()
    if network is None:
        return 0
    roll, ended = queries.roll_of(network), 0
    for row in Change.objects.filter(network=network, status__in=OPEN).order_by("digest"):
        change = lists.Change.read(row.told)
        if real_now <= rolls.lapses_at(change) and queries.why_impossible(roll, change) is None:
            continue
        row.status = ChangeStatus.LAPSED.value
        row.save(update_fields=["status"])
        record(_subject(row), ChangeLapsed(change=row.digest))
        ended += 1
    return ended


def _store(network: Network, change: lists.Change, status: ChangeStatus) -> Change:
    return Change.objects.create(
        digest=change.digest,
        id=change.id,
        network=network,
        kind=change.kind.value,
        venue=change.venue,
        proposed_by=change.proposed_by,
        proposed_at=change.proposed_at,
        told=change.as_json(),
        status=status.value,
    )


def _need_possible(roll: Roll, change: lists.Change, real_now: datetime) -> None:
    problem = queries.why_impossible(roll, change)
    if problem is None and real_now > rolls.lapses_at(change):
        problem = Told(N_("it was proposed too long ago"))
    if problem is not None:
        raise Refused(Refusal.CHANGE_INVALID, problem=problem)


def _open(digest: str, *statuses: ChangeStatus) -> Change:
    row: Change = Change.objects.lock_or_refuse("change", digest=digest, network__is_current=True)
    if row.status not in statuses:
        raise Refused(CommonRefusal.OUT_OF_STATE, status=row.status, needed=statuses[0].value)
    return row


def _has_a_say(row: Change) -> bool:
    roll = queries.roll_of(row.network)
    return approvals.needed(roll, lists.Change.read(row.told)).counts(queries.my_code())


def _decide(row: Change, status: ChangeStatus, actor: Actor, now: datetime) -> None:
    row.status, row.decided_by, row.decided_at = status.value, actor.person, now
    row.save(update_fields=["status", "decided_by", "decided_at", "why"])


def _subject(row: Change) -> str:
    return subject("membership_change", row.id)

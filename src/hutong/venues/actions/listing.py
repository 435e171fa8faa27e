"""
The registrar's hand: whatever has its approvals becomes the next list, and the list is kept young.
"""

from datetime import datetime

from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.ids import new_id
from hutong.kit.refusal import Refused
from hutong.transparency import queries as log
from hutong.venues import approvals, chain, lists, queries, rolls, signing
from hutong.venues.actions.adopting import adopt
from hutong.venues.grounds import Grounds
from hutong.venues.lists import Kind
from hutong.venues.models import OPEN, Change, Network
from hutong.venues.rolls import Roll
from hutong.venues.rules import CHANGES_WHO_COUNTS, Refusal, is_due_for_renewal
from hutong.venues.states import ChangeStatus


@action(power=None)
def issue(*, actor: Actor, now: datetime, real_now: datetime, grounds: Grounds) -> int:
    """Make lists of the changes that have their approvals. Returns how many were made.

    As registrar of all, of one that changes who counts only once the lists before are final; as
    the venue that a vote makes registrar, of that vote, when we hold what its voters do.
    """
    nothing_changed()
    network = Network.objects.select_for_update().filter(is_current=True).first()
    made = 0
    while (
        network is not None and network.is_current and _issue_one(network, now, real_now, grounds)
    ):
        made += 1
        network.refresh_from_db()
    return made


def _issue_one(network: Network, now: datetime, real_now: datetime, grounds: Grounds) -> bool:
    roll, mine = queries.roll_of(network), queries.my_code()
    statuses = [*OPEN, ChangeStatus.DECLINED.value]  # declined here, approved by enough others
    rows = Change.objects.filter(network=network, status__in=statuses)
    for row in rows.order_by("proposed_at", "digest").prefetch_related("approvals"):
        change = lists.Change.read(row.told)
        maker = change.venue if change.kind is Kind.REGISTRAR else roll.registrar
        if maker != mine or queries.why_impossible(roll, change) is not None:
            continue
        given = [lists.Approval.read(one.told) for one in row.approvals.all()]
        if change.kind is Kind.REGISTRAR:
            given = [one for one in given if one.held is not None and grounds.holds(one.held)]
        at = max([real_now, *(one.at for one in given)])
        counting = approvals.approvals_for(roll, change, given, at=at)
        if counting is None or at > rolls.lapses_at(change):
            continue
        if change.kind in CHANGES_WHO_COUNTS and not grounds.are_final():
            continue
        return _make(roll, change, counting, at, now, real_now)
    return False


@action(power=None)
def renew(*, actor: Actor, now: datetime, real_now: datetime) -> bool:
    """As registrar, let the same members stand for another while, once the list is a third gone."""
    nothing_changed()
    network = Network.objects.select_for_update().filter(is_current=True).first()
    if network is None or network.registrar != queries.my_code():
        return False
    roll = queries.roll_of(network)
    if not is_due_for_renewal(roll, real_now):
        return False
    change = lists.Change(
        id=new_id(),
        network=roll.network,
        kind=Kind.RENEW,
        venue=roll.registrar,
        details={},
        reason="",
        proposed_by=roll.registrar,
        proposed_at=real_now,
    )
    return _make(roll, change, (), real_now, now, real_now)


def _make(
    roll: Roll,
    change: lists.Change,
    given: tuple[lists.Approval, ...],
    at: datetime,
    now: datetime,
    real_now: datetime,
) -> bool:
    new = chain.next_list(roll, change, given, at=at)
    keyring = log.keyring()
    signer, mine = keyring.message_signer, roll.members[new.registrar]
    if lists.key_of(signer) not in mine.message_keys:
        raise Refused(Refusal.KEYS_NOT_LISTED, key=lists.key_of(signer))
    signed = signing.sign(new, venue=mine.code, signer=signer, directory=keyring.directory)
    return adopt(actor=SYSTEM, now=now, real_now=max(real_now, at), lists=[signed]) > 0

"""
What members hold of the registrar's log, what has become final by it, and telling whom it concerns
(NE-5).
"""

from datetime import datetime

from django.db import connection, transaction

from hutong.journal import queries as journal
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.ids import subject
from hutong.network.claims import queries, rules
from hutong.network.claims.actions.asking import settle
from hutong.network.claims.actions.entering import withheld
from hutong.network.claims.models import BookClaim, Holding
from hutong.network.claims.rules import Entered
from hutong.network.claims.together import line_of, send, together
from hutong.network.mirrors import queries as mirrors
from hutong.transparency import merkle
from hutong.transparency import queries as log
from hutong.transparency.merkle import EMPTY_ROOT, Hash
from hutong.venues import queries as venues
from hutong.venues.lists import State

AT_ONCE = 200  # in one transaction
CHANNEL = "hutong_held"


@action(power=None)
def tell(*, actor: Actor, now: datetime) -> int:
    """Tell claimants what has become final. Returns how many."""
    office = queries.office()
    waiting = BookClaim.objects.none()
    here: list[str] = []
    if office is not None and office.open and not withheld():
        here = [venue.code for venue in venues.every_venue() if venue.state is not State.LEFT]
        waiting = BookClaim.objects.filter(term=office.term, told=False, venue__in=here)
    rows = list(waiting.select_for_update(skip_locked=True).order_by("entry")[:AT_ONCE])
    final = queries.final() if rows else 0
    told = 0
    with together(now):
        for row in rows:
            index = journal.log_index_of(row.entry)
            if index is None or index >= final:
                break
            BookClaim.objects.filter(id=row.id).update(told=True)
            if row.moved_from in here:
                _tell(row, now, row.moved_from, Entered.MOVED, row.venue)
            _tell(row, now, row.venue, Entered(row.entered), row.holder)
            if row.entered == Entered.REFUSED and row.registered:
                _find_duplicate(row)
            told += 1
    if not told:
        nothing_changed()
    return told


def _find_duplicate(row: BookClaim) -> None:
    """Enter that two venues have registered one right; once, while the other's claim stands."""
    holding = queries.of_number(row.term_id, row.number)
    BookClaim.objects.filter(id=row.id).update(registered=False)
    if holding is None or holding.id == row.claim:
        return
    record(
        subject("claim", row.claim),
        rules.DuplicateFound(
            claim=row.claim,
            number=row.number,
            technology=row.technology,
            venue=row.venue,
            claim_holding=holding.id,
            technology_holding=holding.technology,
            venue_holding=holding.venue,
        ),
    )


def _tell(row: BookClaim, now: datetime, to: str, outcome: Entered, holder: str) -> None:
    if to == venues.my_code():
        settle(
            actor=SYSTEM,
            now=now,
            claim=row.claim,
            term=row.term_id,
            outcome=outcome,
            holder=holder,
        )
        return
    body = {
        "claim": str(row.claim),
        "term": row.term_id,
        "outcome": outcome.value,
        "holder": holder,
    }
    send(to=to, about=line_of(row.number), kind="claims.final", body=body, now=now)


@action(power=None)
def hold(
    *,
    actor: Actor,
    now: datetime,
    real_now: datetime,
    venue: str,
    term: int,
    size: int,
    root: Hash,
) -> None:
    """Note how much of our log a member says it holds. Raises Refused (FORKED)."""
    nothing_changed()
    office, signed = queries.office(), log.checkpoint()
    if office is None or not office.ours or office.term != term:
        return
    if signed is None or size > signed.size:
        return
    ours = merkle.root(size, log.node_reader())
    if ours != root:
        record(
            subject("venue", venue),
            rules.HeldContradicted(venue=venue, size=size, root=root, own_root=ours),
        )
        return
    Holding.objects.get_or_create(
        venue=venue, term=term, defaults={"size": size, "told_at": real_now}
    )
    grown = Holding.objects.filter(venue=venue, term=term, size__lte=size)
    if grown.update(size=size, told_at=real_now):
        transaction.on_commit(_wake)


def _wake() -> None:
    """Ring for the keeper: something may have become final."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


@transaction.atomic
def acknowledgement(lists: queries.ListsSeen) -> tuple[int, str, int, Hash] | None:
    """What we may say now: term, registrar, and how much of its log we hold.

    None where we are the registrar ourselves, have voted for another, or hold a list of members
    that we have not adopted yet: whoever votes must know the lists that its word made final.
    """
    queries.stand_still()
    office = queries.office()
    if office is None or office.ours or withheld():
        return None
    size, root = mirrors.held(office.registrar) or (0, EMPTY_ROOT)
    network = venues.network()
    if network is None:
        return None
    if lists.latest(network.anchor, office.registrar, size) > (office.term, network.version):
        return None
    return office.term, office.registrar, size, root

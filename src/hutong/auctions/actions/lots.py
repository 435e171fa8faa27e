"""
A lot's life outside the bidding: opened, suspended, resumed, closed (AU-1, AU-3, AU-9, AU-12).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from hutong.auctions import record as records
from hutong.auctions import rules, token
from hutong.auctions.actions.judging import fence_expired_and_name_late
from hutong.auctions.models import Lot, Paddle
from hutong.auctions.queries import attempts_of, paddle_commitment
from hutong.auctions.rules import Refusal, Status
from hutong.due.actions import cancel, schedule
from hutong.journal.actions import action, nothing_changed, record, wake
from hutong.kit.actor import ACT, Actor
from hutong.kit.canonical import digest_of, new_salt
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import from_microseconds, microseconds
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties

CHANNEL = "hutong_lot"
OPENS = "auctions.opens"


class Bidder(NamedTuple):
    party: UUID
    intent: UUID


@action(power="auctions.run")
def open_lot(
    *,
    actor: Actor,
    now: datetime,
    listing: UUID,
    seller: UUID,
    title_zh: str,
    title_en: str,
    opening_fen: int,
    increment_fen: int,
    bidders: Sequence[Bidder],
    opens_at: datetime,
    free_seconds: int,
    limited_seconds: int,
    rulebook_version: int,
) -> UUID:
    """Announce the lot of a listing; a second call for the same listing returns the same lot.

    Paddle numbers follow the order of `bidders`. Refused with fewer than two and with a party twice.
    Whoever is the seller or has become an affiliate of it since the cut-off is left out (AU-3), and
    the lot runs among those left; refused when nobody is.
    """
    known = Lot.objects.filter(listing=listing).values_list("id", flat=True).first()
    if known is not None:
        nothing_changed()
        return known
    if len(bidders) < 2:
        raise Refused(Refusal.NOT_ENOUGH_BIDDERS)
    if len({bidder.party for bidder in bidders}) < len(bidders):
        raise Refused(Refusal.PARTY_TWICE)
    left_out = [
        bidder
        for bidder in bidders
        if bidder.party == seller or parties.are_affiliated(bidder.party, seller)
    ]
    bidders = [bidder for bidder in bidders if bidder not in left_out]
    if not bidders:
        raise Refused(Refusal.AFFILIATED)
    terms = rules.Terms(
        opening_fen=opening_fen,
        increment_fen=increment_fen,
        opens_at=microseconds(opens_at),
        free_ends_at=microseconds(opens_at + timedelta(seconds=free_seconds)),
        limited_us=limited_seconds * rules.SECOND,
        paddles=len(bidders),
    )
    if (problem := terms.problem()) is not None:
        raise problem
    row = Lot(
        id=new_id(),
        listing=listing,
        seller=seller,
        title_zh=title_zh,
        title_en=title_en,
        rulebook_version=rulebook_version,
        opening_fen=opening_fen,
        increment_fen=increment_fen,
        limited_seconds=limited_seconds,
        paddles=len(bidders),
        announced_opens_at=opens_at,
        announced_free_ends_at=from_microseconds(terms.free_ends_at),
    )
    row.take(rules.Lot.announced(terms))
    row.save(force_insert=True)
    paddles = [
        Paddle(lot=row, number=number, party=b.party, intent=b.intent, salt=new_salt())
        for number, b in enumerate(bidders, start=1)
    ]
    Paddle.objects.bulk_create(paddles)
    schedule(subject=subject("lot", row.id), kind=OPENS, due_at=opens_at)
    record(
        subject("lot", row.id),
        rules.LotOpened(
            lot=row.id,
            listing=listing,
            opening_fen=opening_fen,
            increment_fen=increment_fen,
            opens_at=opens_at,
            free_ends_at=row.free_ends_at,
            limited_seconds=limited_seconds,
            paddles={str(p.number): paddle_commitment(p) for p in paddles},
            chain=bytes(row.chain),
            rulebook_version=rulebook_version,
            seller=seller,
        ),
        *(
            rules.BidderLeftOut(lot=row.id, party=bidder.party, intent=bidder.intent)
            for bidder in left_out
        ),
    )
    announce(row.id)
    return row.id


def announce(lot: UUID) -> None:
    """Tell every door, once committed, that this lot has changed."""

    def notify() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(lot)])

    transaction.on_commit(notify)


def announce_judged(*, lots: Iterable[UUID], sender: str) -> None:
    """Tell the other processes, and the sequencer, what a desk has committed."""
    with connection.cursor() as cursor:
        for lot in lots:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{lot} {sender}"])
    wake()


@action(power=ACT)
def issue_paddle_token(
    *, actor: Actor, now: datetime, lot: UUID, key: bytes, expires: int
) -> tuple[str, int]:
    """Give the bidder's people a token for its paddle until `expires` (real seconds since 1970).

    Returns token and paddle number. A party that holds no paddle is refused (AU-3), and one that is
    not verified any more (PA-3).
    """
    if not Lot.objects.filter(id=lot).exists():
        raise Refused(CommonRefusal.NOT_FOUND, what="lot")
    paddle = Paddle.objects.filter(lot_id=lot, party=actor.acting_party()).first()
    if paddle is None:
        raise Refused(Refusal.NOT_A_BIDDER)
    parties.require_verified(paddle.party)
    record(subject("lot", lot), rules.PaddleTokenIssued(lot=lot, paddle=paddle.number))
    return token.seal(key, lot=lot, paddle=paddle.number, expires=expires), paddle.number


@action(power="auctions.run")
def suspend_lot(
    *, actor: Actor, now: datetime, lot: UUID, reason: str, since: datetime | None = None
) -> None:
    """Stop a lot's clock, by an officer now, or by the venue as of the moment service ended."""
    row = _locked(lot)
    state = row.state()
    since = since or now
    rules.suspend(state, at=microseconds(since))
    row.pauses = [*row.pauses, [microseconds(since), state.sequence, None, None]]
    row.take(state)
    row.save()
    record(subject("lot", lot), rules.Suspended(lot=lot, since=since, reason=reason))
    announce(lot)


@action(power="auctions.run")
def resume_lot(*, actor: Actor, now: datetime, lot: UUID) -> None:
    """Let a suspended lot go on at `now`, its remaining time restored (AU-12)."""
    row = _locked(lot)
    state = row.state()
    lost = rules.resume(state, at=microseconds(now))
    since, first, _, _ = row.pauses[-1]
    row.pauses = [*row.pauses[:-1], [since, first, microseconds(now), state.sequence]]
    row.take(state)
    row.save()
    if state.terms.opens_at > microseconds(now):
        schedule(subject=subject("lot", lot), kind=OPENS, due_at=row.opens_at)
    record(
        subject("lot", lot),
        rules.Resumed(
            lot=lot,
            resumed_at=now,
            lost_microseconds=lost,
            opens_at=row.opens_at,
            free_ends_at=row.free_ends_at,
            ends_at=row.ends_at,
            sequence=state.sequence,
        ),
    )
    announce(lot)


def restore_unserved(
    *, actor: Actor, now: datetime, down_since: int, bound: timedelta
) -> list[UUID]:
    """Suspend and resume every lot that an outage since `down_since` hurt (AU-12)."""
    restored = []
    for row in Lot.objects.filter(outcome=None, suspended_at=None).order_by("id"):
        if rules.was_not_served(
            row.state(),
            down_since=down_since,
            up_at=microseconds(now),
            bound_us=bound // timedelta(microseconds=1),
        ):
            since = from_microseconds(max(down_since, row.state().terms.opens_at))
            with transaction.atomic():
                suspend_lot(
                    actor=actor, now=now, lot=row.id, reason="the venue was down", since=since
                )
                resume_lot(actor=actor, now=now, lot=row.id)
            restored.append(row.id)
    return restored


@action(power="auctions.run")
def close_lot(*, actor: Actor, now: datetime, lot: UUID) -> Status:
    """Decide a lot whose end has come and whose bids are all judged (AU-4).

    Refused while a live desk may still hold a bid from before the end; a silent desk is fenced.
    """
    row = _locked(lot)
    state = row.state()
    outcome = rules.close(state, at=microseconds(now))
    late = fence_expired_and_name_late(end=state.ends_at)
    if late is not None:
        raise Refused(Refusal.DESK_NOT_DONE, desk=late)
    row.take(state)
    row.closed_at = now
    row.save()
    cancel(subject=subject("lot", lot), kind=OPENS)
    attempts = list(attempts_of(lot))
    published = records.publish(
        lot_id=str(lot),
        listing=str(row.listing),
        terms=row.announced_terms(),
        attempts=attempts,
        pauses=[records.Pause(*pause) for pause in row.pauses],
        lot=state,
    )
    second = records.runner_up(attempts, state.leader)
    paddles = {p.number: p for p in Paddle.objects.filter(lot=row).order_by("number")}
    winner, runner_up = paddles.get(state.leader), paddles.get(second or 0)
    record(
        subject("lot", lot),
        rules.Closed(
            lot=lot,
            listing=row.listing,
            outcome=outcome,
            price_fen=state.price_fen if winner else None,
            winner_paddle=winner.number if winner else None,
            runner_up_paddle=runner_up.number if runner_up else None,
            attempts=state.sequence,
            bids=state.bids,
            ended_at=row.ends_at,
            chain=state.chain,
            record=digest_of(published),
            winner_party=winner.party if winner else None,
            winner_intent=winner.intent if winner else None,
            runner_up_party=runner_up.party if runner_up else None,
            runner_up_intent=runner_up.intent if runner_up else None,
            other_intents=[p.intent for p in paddles.values() if p not in (winner, runner_up)],
        ),
    )
    announce(lot)
    return outcome


def _locked(lot: UUID) -> Lot:
    row = Lot.objects.select_for_update().filter(id=lot).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="lot")
    return row

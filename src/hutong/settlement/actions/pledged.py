"""
The proceeds of a pledged right: prepaid to the pledgee, or held until the release (RR-6).
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from hutong.deals.queries import DealView
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import new_id, subject
from hutong.ledger import actions as ledger
from hutong.ledger.rules import Leg
from hutong.rights import queries as rights
from hutong.rights.acts import Proceeds
from hutong.rights.income import proceeds
from hutong.settlement import rules
from hutong.settlement.actions.payables import ISSUE, customer
from hutong.settlement.models import PledgedProceeds
from hutong.settlement.pledged import Claim, Part, Way, parts_of

WAYS = {Proceeds.PREPAY: Way.PREPAID, Proceeds.DEPOSIT: Way.HELD}


def obey_pledges(view: DealView, to_seller_fen: int, *, actor: Actor, now: datetime) -> None:
    """Do with what the seller has just got as the pledgees' recorded consents say.

    Inside the settlement, after the register entries, whose titles are locked by them.
    """
    claims = [
        Claim(
            technology=due.technology,
            pledge=due.pledge,
            debt=due.debt,
            pledgee=due.pledgee,
            rank=due.rank,
            secured_fen=due.secured_fen,
            currency=due.currency,
            way=WAYS[due.proceeds],
        )
        for entry in view.transfer_entries
        for due in rights.proceeds_of_entry(entry)
    ]
    if not claims or to_seller_fen <= 0:
        return
    parts = parts_of(
        proceeds(amount_fen=to_seller_fen, technologies=view.technologies),
        claims,
        seller=view.seller,
        currency=view.currency,
        covered_fen=_covered({claim.debt for claim in claims}, view.currency),
    )
    for part in parts:
        _carry_out(part, view, actor=actor, now=now)


def _covered(debts: Iterable[str], currency: str) -> dict[str, int]:
    """What earlier deals have prepaid of each debt, or hold for it."""
    rows = PledgedProceeds.objects.filter(
        debt__in=list(debts), currency=currency, released_at__isnull=True
    )
    sums = rows.order_by().values_list("debt").annotate(Sum("amount_fen"))
    return dict(sums)


def _carry_out(part: Part, view: DealView, *, actor: Actor, now: datetime) -> None:
    claim, id = part.claim, new_id()
    seller = customer(view.seller, view.currency, actor=actor, now=now)
    row = PledgedProceeds(
        id=id,
        deal=view.id,
        technology=claim.technology,
        pledge=claim.pledge,
        debt=claim.debt,
        seller=view.seller,
        pledgee=claim.pledgee,
        way=part.way.value,
        amount_fen=part.amount_fen,
        currency=view.currency,
        at=now,
    )
    event: rules.ProceedsPrepaid | rules.ProceedsHeld
    if part.way is Way.PREPAID:
        pledgee = customer(claim.pledgee, view.currency, actor=actor, now=now)
        row.transfer = ledger.transfer(
            actor=actor,
            now=now,
            key=f"prepay:{id}",
            purpose="prepay",
            about=subject("technology", claim.technology),
            legs=[Leg(seller, -part.amount_fen), Leg(pledgee, part.amount_fen)],
        )
        event = rules.ProceedsPrepaid(
            deal=view.id,
            pledge=claim.pledge,
            amount_fen=part.amount_fen,
            pledgee=claim.pledgee,
            transfer=row.transfer,
        )
    else:
        row.hold = ledger.hold(
            actor=actor,
            now=now,
            account=seller,
            amount_fen=part.amount_fen,
            key=f"pledged:{id}",
            purpose="pledged",
            about=subject("deal", view.id),
        )
        event = rules.ProceedsHeld(
            deal=view.id,
            pledge=claim.pledge,
            amount_fen=part.amount_fen,
            pledgee=claim.pledgee,
            hold=row.hold,
        )
    row.save(force_insert=True)
    record(subject("deal", view.id), event)


@action(power=ISSUE)
def release_proceeds(*, actor: Actor, now: datetime, technology: UUID) -> None:
    """Make what is held for pledges that stand no longer on the title available to the sellers."""
    rows = list(
        PledgedProceeds.objects.select_for_update()
        .filter(technology=technology, way=Way.HELD.value, released_at__isnull=True)
        .order_by("id")
    )
    standing = rights.pledges_standing(technology) if rows else frozenset()
    over = [row for row in rows if row.pledge not in standing]
    if not over:
        nothing_changed()
        return
    for row in over:
        assert row.hold is not None, "what is held has its hold"
        ledger.void_hold(actor=actor, now=now, hold=row.hold)
        row.released_at = now
        row.save(update_fields=["released_at"])
        record(
            subject("deal", row.deal),
            rules.ProceedsReleased(deal=row.deal, pledge=row.pledge, amount_fen=row.amount_fen),
        )

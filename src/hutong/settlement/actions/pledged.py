"""
The proceeds of a pledged right: prepaid to the pledgee, or held until the pledge is released or the
debt falls due unpaid (RR-6, Civil Code 444).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from django.db.models import Sum
from django.db.models.functions import Coalesce

from hutong.documents import queries as documents
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, Actor, require_other_eyes
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import actions as ledger
from hutong.ledger.rules import Leg
from hutong.parties import queries as parties
from hutong.parties.membership import ANY_ROLE
from hutong.rights import queries as rights
from hutong.rights.acts import Proceeds
from hutong.rights.income import proceeds
from hutong.settlement import events, queries, rules
from hutong.settlement.actions.payables import ISSUE, customer
from hutong.settlement.models import PledgedProceeds
from hutong.settlement.pledged import Claim, Part, Standing, Way, parts_of, require_claimable
from hutong.settlement.queries import ProceedsView
from hutong.settlement.refusals import Refusal

PAY = "settlement.approve_payout"
MAX_EVIDENCE = 20
WAYS = {Proceeds.PREPAY: Way.PREPAID, Proceeds.DEPOSIT: Way.HELD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """What a seller has sold: the register entries it led to, and what part each right earns."""

    deal: UUID
    seller: UUID
    currency: str
    entries: tuple[UUID, ...]
    parts: Mapping[UUID, Fraction]


def obey_pledges(sold: Sold, to_seller_fen: int, *, actor: Actor, now: datetime) -> None:
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
        for entry in sold.entries
        for due in rights.proceeds_of_entry(entry)
    ]
    if not claims or to_seller_fen <= 0:
        return
    parts = parts_of(
        proceeds(amount_fen=to_seller_fen, parts=sold.parts),
        claims,
        seller=sold.seller,
        currency=sold.currency,
        covered_fen=_covered({claim.debt for claim in claims}, sold.currency),
    )
    for part in parts:
        _carry_out(part, sold, actor=actor, now=now)


def _covered(debts: Iterable[str], currency: str) -> dict[str, int]:
    """What earlier deals have prepaid of each debt, or hold for it."""
    rows = PledgedProceeds.objects.filter(
        debt__in=list(debts), currency=currency, released_at__isnull=True
    )
    sums = rows.order_by().values("debt").annotate(covered=Sum(Coalesce("paid_fen", "amount_fen")))
    return dict(sums.values_list("debt", "covered"))


def _carry_out(part: Part, sold: Sold, *, actor: Actor, now: datetime) -> None:
    claim, id = part.claim, new_id()
    seller = customer(sold.seller, sold.currency, actor=actor, now=now)
    row = PledgedProceeds(
        id=id,
        deal=sold.deal,
        technology=claim.technology,
        pledge=claim.pledge,
        debt=claim.debt,
        seller=sold.seller,
        pledgee=claim.pledgee,
        way=part.way.value,
        amount_fen=part.amount_fen,
        currency=sold.currency,
        at=now,
    )
    event: events.ProceedsPrepaid | events.ProceedsHeld
    if part.way is Way.PREPAID:
        pledgee = customer(claim.pledgee, sold.currency, actor=actor, now=now)
        row.transfer = ledger.transfer(
            actor=actor,
            now=now,
            key=f"prepay:{id}",
            purpose="prepay",
            about=subject("technology", claim.technology),
            legs=[Leg(seller, -part.amount_fen), Leg(pledgee, part.amount_fen)],
        )
        event = events.ProceedsPrepaid(
            deal=sold.deal,
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
            about=subject("deal", sold.deal),
        )
        event = events.ProceedsHeld(
            deal=sold.deal,
            pledge=claim.pledge,
            amount_fen=part.amount_fen,
            pledgee=claim.pledgee,
            hold=row.hold,
        )
    row.save(force_insert=True)
    record(subject("deal", sold.deal), event)


@action(power=ISSUE)
def release_proceeds(*, actor: Actor, now: datetime, technology: UUID) -> None:
    """Make what is held for pledges that stand no longer on the title available to the sellers."""
    rows = list(
        PledgedProceeds.objects.select_for_update()
        .filter(
            technology=technology,
            way=Way.HELD.value,
            released_at__isnull=True,
            paid_at__isnull=True,
        )
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
            events.ProceedsReleased(deal=row.deal, pledge=row.pledge, amount_fen=row.amount_fen),
        )


@action(power=ACT)
def claim_proceeds(
    *,
    actor: Actor,
    now: datetime,
    proceeds: UUID,
    amount_fen: int,
    grounds: str,
    evidence: Sequence[UUID] = (),
) -> ProceedsView:
    """Ask, as pledgee, for what is held, because the debt fell due and was not paid.

    Refused before the day the register has for the debt, for more than is held, and when the pledge
    stands no longer. An officer decides; the seller is told meanwhile.
    """
    row = _locked(proceeds)
    if row.pledgee != actor.acting_party():
        raise Refused(CommonRefusal.NOT_FOUND, what="proceeds")
    pledge = rights.pledge_standing(row.technology, row.pledge)
    if pledge is None and row.standing is Standing.HELD:
        raise Refused(Refusal.PLEDGE_ENDED)
    require_claimable(
        row.standing,
        asked_fen=amount_fen,
        held_fen=row.amount_fen,
        currency=row.currency,
        debt_due_on=pledge.debt_due_on if pledge else None,
        today=local_date(now),
    )
    row.claimed_at, row.claimed_by, row.claimed_fen = now, actor.person, amount_fen
    row.grounds = rules.need_reason(grounds)
    row.evidence = _own_papers(actor, evidence)
    row.decided_by, row.findings = None, ""
    row.save()
    record(
        subject("deal", row.deal),
        events.ProceedsClaimed(
            deal=row.deal,
            pledge=row.pledge,
            amount_fen=amount_fen,
            grounds=row.grounds,
            evidence=tuple(row.evidence),
        ),
    )
    return queries.proceeds(row.id)


@action(power=PAY)
def pay_proceeds(*, actor: Actor, now: datetime, proceeds: UUID, findings: str) -> ProceedsView:
    """Pay a pledgee what it asked for out of what is held; the rest is the seller's.

    By an officer who acts for neither side (PA-5).
    """
    row = _claimed(proceeds, actor)
    if rights.pledge_standing(row.technology, row.pledge) is None:
        raise Refused(Refusal.PLEDGE_ENDED)
    assert row.hold is not None, "what is claimed is held"
    assert row.claimed_fen is not None, "a claim says how much"
    row.findings, row.decided_by = rules.need_reason(findings), actor.person
    row.transfer = ledger.post_hold(
        actor=actor,
        now=now,
        hold=row.hold,
        purpose="pledged",
        about=subject("technology", row.technology),
        credits=[
            Leg(customer(row.pledgee, row.currency, actor=actor, now=now), row.claimed_fen),
        ],
    )
    row.paid_at, row.paid_fen = now, row.claimed_fen
    row.save()
    record(
        subject("deal", row.deal),
        events.ProceedsPaid(
            deal=row.deal,
            pledge=row.pledge,
            amount_fen=row.paid_fen,
            pledgee=row.pledgee,
            transfer=row.transfer,
            findings=row.findings,
        ),
    )
    return queries.proceeds(row.id)


@action(power=PAY)
def refuse_claim(*, actor: Actor, now: datetime, proceeds: UUID, reason: str) -> ProceedsView:
    """Refuse a pledgee's claim, with a reason: it stays held, and may be claimed again (PA-5)."""
    row = _claimed(proceeds, actor)
    row.findings, row.decided_by = rules.need_reason(reason), actor.person
    row.claimed_at, row.claimed_by, row.claimed_fen = None, None, None
    row.save()
    record(
        subject("deal", row.deal),
        events.ClaimRefused(deal=row.deal, pledge=row.pledge, why=row.findings),
    )
    return queries.proceeds(row.id)


def _claimed(id: UUID, actor: Actor) -> PledgedProceeds:
    """A claim under way that these eyes may decide."""
    row = _locked(id)
    if row.standing is not Standing.CLAIMED:
        raise Refused(
            CommonRefusal.OUT_OF_STATE,
            status=row.standing.value,
            needed=Standing.CLAIMED.value,
        )
    require_other_eyes(actor, people_of_claim(row.seller, row.pledgee, row.claimed_by))
    return row


def people_of_claim(seller: UUID, pledgee: UUID, claimed_by: UUID | None) -> list[UUID | None]:
    """Who may not decide a claim: who made it, and whoever acts for either side."""
    sides = [p for side in (seller, pledgee) for p in parties.people_of(side, ANY_ROLE)]
    return [claimed_by, *sides]


def _own_papers(actor: Actor, evidence: Sequence[UUID]) -> list[UUID]:
    if len(evidence) > MAX_EVIDENCE:
        raise Refused(CommonRefusal.TOO_LARGE, what="evidence", limit=MAX_EVIDENCE)
    for document in evidence:
        stored = documents.find(document)
        if stored is None or stored.party != actor.acting_party():
            raise Refused(CommonRefusal.NOT_FOUND, what="document")
    return list(dict.fromkeys(evidence))


def _locked(id: UUID) -> PledgedProceeds:
    row = PledgedProceeds.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="proceeds")
    return row

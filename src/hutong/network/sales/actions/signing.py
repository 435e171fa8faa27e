"""
A seller accepts the contract of the whole, at its own venue, for its parts in it (CO-1, RR-7).
"""

from datetime import datetime
from fractions import Fraction
from uuid import UUID

from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import ACT, Actor
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.projects.actions.telling import part_subject
from hutong.network.projects.rules import ContributionStatus
from hutong.network.sales import queries, rules
from hutong.network.sales.actions.saving import locked, rights_of, save, say
from hutong.network.sales.actions.telling import ACCEPT
from hutong.network.sales.models import PartSale
from hutong.network.sales.queries import SaleView
from hutong.network.sales.rules import Refusal, Status
from hutong.rights import actions as rights
from hutong.venues import queries as venues

WHOLE = Fraction(1)


@action(power=ACT)
def accept_contract(*, actor: Actor, now: datetime, part: UUID, text_digest: str) -> SaleView:
    """Accept the contract for all parts of the party in this deal, by the digest of what was read.

    Their rights are bound for the buyer (RR-7); the lead venue is told. Refused when the digest is
    another text's, or a title does not carry it.
    """
    party = actor.acting_party()
    asked = PartSale.objects.select_related("part").filter(part=part).first()
    if asked is None or asked.part.seller != party:
        raise Refused(CommonRefusal.NOT_FOUND, what="part")
    if actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    together = [row.part_id for row in _awarded(asked.lead, asked.deal, party)]
    for id in together if part in together else [part]:
        _accept(locked(id), actor, now, text_digest)
    found = queries.of_part(part)
    assert found is not None, "it was just accepted"
    return found


@action(power=None)
def accept_with_lead(
    *, actor: Actor, now: datetime, deal: UUID, party: UUID, text_digest: str
) -> None:
    """The lead seller accepted the contract: so it did for its other parts in this venue's deal."""
    nothing_changed()
    for row in _awarded(venues.my_code(), deal, party):
        _accept(locked(row.part_id), actor, now, text_digest)


def _awarded(lead: str, deal: UUID, seller: UUID) -> list[PartSale]:
    """A seller's parts that wait for its signature in a deal of one lead venue's."""
    waiting = PartSale.objects.filter(lead=lead, deal=deal, status=Status.AWARDED.value)
    return list(waiting.filter(part__seller=seller).order_by("part"))


def _accept(row: PartSale, actor: Actor, now: datetime, text_digest: str) -> None:
    assert actor.person is not None, "somebody accepts"
    events = rules.sign(
        row.state(), text_digest=text_digest, person=actor.person, party=row.part.seller
    )
    part = row.part
    if part.status != ContributionStatus.LISTED.value:
        raise Refused(Refusal.UNKNOWN_PART)
    things, kept_for = rights_of(part.bundle), part_subject(part.id)
    # Kept for the part until it has moved or its sale ends, whatever a lead venue calls its deal.
    rights.reserve(actor=actor, now=now, technologies=things, source=kept_for)
    row.entries = [
        rights.prepare_transfer(
            actor=actor,
            now=now,
            deal=row.deal,
            technology=one,
            from_party=part.seller,
            to_party=row.buyer,
            share=WHOLE,
            kept_for=kept_for,
        )
        for one in sorted(things)
    ]
    row.accepted_by, row.accepted_at = actor.person, now
    part.status = ContributionStatus.BOUND.value
    part.save()
    save(row, events, now)
    say(row, ACCEPT, {"text_digest": text_digest}, now)

"""
From what other areas recorded to what a certificate says: the register entry, the deal.
"""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from hutong.certificates.content import (
    HolderFacts,
    PartyFacts,
    RightsRegistration,
    TechnologyFacts,
    Transaction,
)
from hutong.deals import queries as deals
from hutong.kit.moments import local_date
from hutong.parties import queries as parties
from hutong.parties.queries import PartyView
from hutong.rights import queries as rights
from hutong.technologies import queries as technologies

NONE = Fraction(0)


def rights_registration(entry: UUID) -> tuple[RightsRegistration, tuple[UUID, ...]]:
    """What the register says since `entry`; with the technology it is about."""
    written = rights.entry(entry)
    held = written.holdings
    if held is None:
        raise ValueError(f"register entry {written.number} moves no holdings: nothing to certify")
    ids = sorted(held.parties(), key=lambda id: (-held.ownership.get(id, NONE), str(id)))
    named = parties.parties(ids)
    matter = RightsRegistration(
        register_number=written.number,
        sequence=written.sequence,
        registered_on=written.effective_on,
        technology=_technologies([written.technology])[0],
        holders=tuple(
            HolderFacts(
                party=_party(named[id]),
                ownership=held.ownership.get(id, NONE),
                disposal=held.disposal.get(id, NONE),
                income=held.income.get(id, NONE),
            )
            for id in ids
        ),
    )
    return matter, (written.technology,)


def transaction(deal: UUID, *, settled_on: datetime) -> tuple[Transaction, tuple[UUID, ...]]:
    """The deal as it was settled; with the technologies it moved."""
    agreed = deals.deal(deal)
    named = parties.parties([agreed.seller, agreed.buyer])
    signed_at = agreed.signed_at
    assert signed_at is not None, "only signed deals are settled"
    matter = Transaction(
        deal_number=agreed.number,
        way=agreed.how.value,
        seller=_party(named[agreed.seller]),
        buyer=_party(named[agreed.buyer]),
        technologies=tuple(_technologies(agreed.technologies)),
        share=agreed.share,
        price_fen=agreed.price_fen,
        currency=agreed.currency,
        signed_on=local_date(signed_at),
        settled_on=local_date(settled_on),
        contract_digest=agreed.contract_digest,
    )
    return matter, agreed.technologies


def _party(view: PartyView) -> PartyFacts:
    return PartyFacts(
        id=str(view.id),
        name_zh=view.name_zh or "",
        name_en=view.name_en or "",
        identifiers=tuple(view.identifiers),
    )


def _technologies(ids: Iterable[UUID]) -> list[TechnologyFacts]:
    wanted = list(ids)
    found = technologies.technologies(wanted)
    return [
        TechnologyFacts(
            id=str(id),
            kind=found[id].kind.value,
            title_zh=found[id].title_zh or "",
            title_en=found[id].title_en or "",
            numbers={scheme: value for scheme, value in found[id].numbers.items() if value},
        )
        for id in wanted
    ]

"""
What the market decided becomes a deal, its contract drafted (DL-1, CO-1).
"""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from secrets import token_hex
from uuid import UUID

from django.db import connection

from hutong.deals import contract, queries, rules
from hutong.deals.actions.saving import OPEN, SIGN_DUE, single
from hutong.deals.models import Contract, Counter, Deal, DealPart
from hutong.deals.parts import PartRefused, PartsNamed
from hutong.deals.queries import DealView
from hutong.deals.refusals import Refusal
from hutong.deals.rules import How, Status
from hutong.due import actions as due
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.calendar import natural_days_after
from hutong.kit.canonical import digest
from hutong.kit.event import Event
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.kit.refusal import Refused
from hutong.kit.regions import region_name
from hutong.listings import actions as listings_actions
from hutong.listings import queries as listings
from hutong.listings.offers import OfferKind
from hutong.parties import queries as parties
from hutong.rights import actions as rights
from hutong.rights.rules import STATUTORY
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies_queries

LEFT = "listings.part_left"


@action(power=OPEN)
def open_deal(
    *,
    actor: Actor,
    now: datetime,
    listing: UUID,
    seller: UUID,
    buyer: UUID,
    technologies: Iterable[UUID],
    share: Fraction,
    price_fen: int,
    how: How,
    source: str,
    intent: UUID | None,
) -> DealView:
    """Open the deal that `source` (a lot, a listing's cut-off) led to, with its contract drafted.

    One source, one deal: asked again, the same deal is returned. The listing closes as sold. Refused
    below the listing's price, and between a party and itself.
    """
    known = queries.of_source(source)
    if known is not None:
        nothing_changed()
        return known
    offer = listings.listing(listing)
    things = tuple(technologies)
    rules.check_terms(
        seller=seller, buyer=buyer, technologies=things, share=share, price_fen=price_fen
    )
    if offer.price_fen is not None and price_fen < offer.price_fen:
        least = with_unit(offer.price_fen, offer.currency)
        raise Refused(Refusal.BELOW_LISTING_PRICE, least=least, least_fen=offer.price_fen)
    sold_here = offer.offer_kind in (OfferKind.TRANSFER, OfferKind.LICENCE)
    if not sold_here or offer.rulebook_version is None:
        raise Refused(Refusal.ONLY_TRANSFERS)
    book = rulebook.version(offer.rulebook_version)
    id = new_id()
    listings_actions.close_sold(actor=actor, now=now, listing=listing, deal=id)
    if offer.exclusive:  # what the listing kept is kept for the deal now (LI-2)
        rights.reserve(
            actor=actor, now=now, technologies=single(things), source=subject("deal", id)
        )
    year = local_date(now).year
    number = rules.deal_number(book.venue.code, year, _next_in(year))
    sign_by = natural_days_after(now, book.deals.contract_sign_days).at
    document = token_hex(16)
    text = contract.draft(
        contract.Terms(
            number=number,
            document=document,
            venue_zh=book.venue.name_zh,
            venue_en=book.venue.name_en,
            demo=book.venue.demo,
            how=how.value,
            source=source,
            agreed_on=local_date(now),
            sign_by=local_date(sign_by),
            payment_days=book.deals.payment_days,
            seller=_contract_party(seller),
            buyer=_contract_party(buyer),
            technologies=_contract_technologies(things),
            share=share,
            licence=_contract_licence(offer),
            price_fen=price_fen,
            deposit_fen=offer.deposit_fen or 0,
            fee_payer=book.settlement.fee_payer,
            rulebook_version=offer.rulebook_version,
            listing_title=" · ".join(t for t in (offer.title_zh, offer.title_en) if t),
            conditions=offer.conditions,
            joint=_contract_parts(offer, price_fen),
        )
    )
    row = Deal.objects.create(
        id=id,
        number=number,
        listing=listing,
        intent=intent,
        source=source,
        how=how.value,
        seller=seller,
        buyer=buyer,
        technologies=list(things),
        share_numerator=share.numerator,
        share_denominator=share.denominator,
        licence_mode=offer.licence_mode.value if offer.licence_mode else None,
        licence=offer.licence.facts() if offer.licence else None,
        price_fen=price_fen,
        currency=offer.currency,
        status=Status.AGREED.value,
        contract_digest=digest(text),
        rulebook_version=offer.rulebook_version,
        opened_at=now,
        sign_by=sign_by,
        changed_at=now,
    )
    Contract.objects.create(
        deal=row, template=contract.TEMPLATE, document=document, text=text, digest=digest(text)
    )
    due.schedule(subject=subject("deal", id), kind=SIGN_DUE, due_at=sign_by)
    named = _name_parts(row, offer, now)
    record(
        subject("deal", id),
        rules.Opened(
            deal=id,
            number=number,
            listing=listing,
            how=how,
            source=source,
            technologies=things,
            share=share,
            price_fen=price_fen,
            currency=offer.currency,
            contract_digest=row.contract_digest,
            sign_by=sign_by,
            rulebook_version=offer.rulebook_version,
            seller=seller,
            buyer=buyer,
            intent=intent,
        ),
        *named,
    )
    return queries.deal(row.id)


def _name_parts(row: Deal, offer: listings.ListingView, now: datetime) -> list[Event]:
    """The parts of a joint project, as its listing offered them (NE-3); none of any other deal.

    One that has left since is refused by its home venue; the lead seller's is at once.
    """
    joint = offer.joint
    if joint is None:
        return []
    amounts = joint.amounts(row.price_fen)
    DealPart.objects.bulk_create(
        DealPart(
            id=part.part,
            deal=row,
            venue=part.venue,
            bundle=part.bundle,
            technologies=part.technologies,
            contents=part.contents,
            title_zh=part.title_zh,
            title_en=part.title_en,
            seller_zh=part.seller_zh,
            seller_en=part.seller_en,
            numerator=part.share.numerator,
            denominator=part.share.denominator,
            amount_fen=amounts[part.part],
            lead=part.lead,
            why={"code": LEFT, "venue": part.venue} if part.lead and part.left else {},
            changed_at=now,
        )
        for part in joint.parts
    )
    return [
        PartsNamed(
            deal=row.id,
            parts=tuple(
                (
                    *(part.venue, part.part, part.bundle, part.technologies),
                    *(part.contents, part.share, amounts[part.part]),
                )
                for part in joint.parts
            ),
            lead_part=joint.lead_part.part,
        ),
        *(PartRefused(deal=row.id, part=p.part, why=LEFT) for p in joint.left if p.lead),
    ]


def _contract_parts(
    offer: listings.ListingView, price_fen: int
) -> tuple[contract.ContractPart, ...]:
    joint = offer.joint
    if joint is None:
        return ()
    amounts = joint.amounts(price_fen)
    return tuple(
        contract.ContractPart(
            venue=part.venue,
            part=str(part.part),
            title_zh=part.title_zh,
            title_en=part.title_en,
            seller_zh=part.seller_zh,
            seller_en=part.seller_en,
            technologies=part.technologies,
            contents=part.contents,
            share=part.share,
            amount_fen=amounts[part.part],
            lead=part.lead,
        )
        for part in sorted(joint.parts, key=lambda p: (not p.lead, p.venue, p.part))
    )


def _next_in(year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Counter._meta.db_table} AS c (year, last) VALUES (%s, 1)"
            " ON CONFLICT (year) DO UPDATE SET last = c.last + 1 RETURNING last",
            [year],
        )
        return int(cursor.fetchone()[0])


def _contract_party(id: UUID) -> contract.ContractParty:
    party = parties.party(id)
    return contract.ContractParty(
        name_zh=party.name_zh or "", name_en=party.name_en or "", identifiers=party.identifiers
    )


def _contract_licence(offer: listings.ListingView) -> contract.ContractLicence | None:
    if offer.licence is None or offer.licence_mode is None:
        return None
    terms = offer.licence
    return contract.ContractLicence(
        mode=offer.licence_mode.value,
        territory=", ".join(_place(code) for code in terms.territory),
        without=", ".join(_place(code) for code in terms.without),
        fields=", ".join((*terms.ipc, *terms.industries)),
        ends_on=terms.ends_on,
        sublicensable=terms.sublicensable,
    )


def _place(code: str) -> str:
    """A region in both languages, with the code that decides."""
    name = region_name(code)
    return code if name.zh == name.en else f"{name.zh} {name.en} [{code}]"


def _contract_technologies(ids: tuple[UUID, ...]) -> tuple[contract.ContractTechnology, ...]:
    things = single(ids)
    found = technologies_queries.technologies(things)
    return tuple(
        contract.ContractTechnology(
            title_zh=found[id].title_zh or "",
            title_en=found[id].title_en or "",
            kind=str(found[id].kind),
            numbers=tuple(
                (scheme, number) for scheme, number in found[id].numbers.items() if number
            ),
            expires_on=found[id].expires_on,
            at_an_office=found[id].kind in STATUTORY,
        )
        for id in things
    )

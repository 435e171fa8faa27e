"""
What can happen to a deal. Order of locks: the listing (when it opens), the deal, the right's
entries; money is locked by `settlement` after all of these.
"""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from secrets import token_hex
from uuid import UUID

from django.db import connection

from hutong.deals import contract, queries, rules
from hutong.deals.models import Acceptance, Contract, Counter, Deal
from hutong.deals.queries import DealView
from hutong.deals.rules import ContractAccepted, How, Refusal, Side, Signed, Status
from hutong.due import actions as due
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, Actor, require_other_eyes
from hutong.kit.calendar import natural_days_after
from hutong.kit.canonical import digest
from hutong.kit.event import Event
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.kit.regions import region_name
from hutong.listings import actions as listings_actions
from hutong.listings import queries as listings
from hutong.listings.offers import LicenceTerms, OfferKind
from hutong.parties import queries as parties
from hutong.rights import actions as rights
from hutong.rights import queries as rights_queries
from hutong.rights.acts import Mode
from hutong.rights.refusals import Refusal as RightsRefusal
from hutong.rights.rules import STATUTORY
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies_queries

SIGN_DUE = "deals.sign_due"
PAYMENT_DUE = "deals.payment_due"
OPEN = "deals.open"  # held by nobody: deals are opened by what the market decided
END = "deals.end"
FROZEN = RightsRefusal.FROZEN.code


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
            actor=actor, now=now, technologies=_single(things), source=subject("deal", id)
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
    )
    return queries.view(row)


@action(power=ACT)
def accept_contract(*, actor: Actor, now: datetime, deal: UUID, text_digest: str) -> DealView:
    """Accept the contract for the party acted for, by the digest of the bytes that were read.

    When the second side accepts, the deal is signed and its rights are bound (RR-7). Refused when
    the digest is another text's, or this side has accepted.
    """
    row = _locked(deal)
    party = actor.acting_party()
    if row.state().side_of(party) is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="deal")
    if actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    days = rulebook.version(row.rulebook_version).deals.payment_days
    events = rules.accept(
        row.state(),
        party=party,
        person=actor.person,
        text_digest=text_digest,
        pay_by=natural_days_after(now, days).at,
    )
    for event in events:
        if isinstance(event, ContractAccepted):
            Acceptance.objects.create(
                deal=row,
                side=event.side.value,
                party=party,
                person=actor.person,
                digest=event.contract_digest,
                door=actor.door.value,
                at=now,
            )
        if isinstance(event, Signed):
            row.pay_by = event.pay_by
            row.entries = _bind(actor, now, row)
            due.cancel(subject=subject("deal", row.id), kind=SIGN_DUE)
            due.schedule(subject=subject("deal", row.id), kind=PAYMENT_DUE, due_at=event.pay_by)
    return _save(row, events, now)


@action(power=None)
def mark_paid(*, actor: Actor, now: datetime, deal: UUID) -> DealView:
    """Note that the whole price is in escrow; settlement calls this in its own transaction."""
    row = _locked(deal)
    events = rules.pay(row.state())
    due.cancel(subject=subject("deal", row.id), kind=PAYMENT_DUE)
    return _save(row, events, now)


@action(power=None)
def mark_right_moved(*, actor: Actor, now: datetime, deal: UUID) -> DealView:
    """Note that right and money have moved; settlement calls this in the transaction that moves."""
    row = _locked(deal)
    events = rules.move_right(row.state())
    rights.end_reservation(actor=actor, now=now, source=subject("deal", deal))
    return _save(row, events, now)


@action(power=OPEN)
def mark_certified(*, actor: Actor, now: datetime, deal: UUID, certificate: str) -> DealView:
    """Note the transaction certificate's number."""
    row = _locked(deal)
    events = rules.certify(row.state(), certificate=certificate)
    row.certificate = certificate
    return _save(row, events, now)


@action(power=OPEN)
def close(*, actor: Actor, now: datetime, deal: UUID) -> DealView:
    """Close a certified deal."""
    row = _locked(deal)
    return _save(row, rules.close(row.state()), now)


@action(power=OPEN)
def note_overdue(*, actor: Actor, now: datetime, deal: UUID) -> DealView:
    """Put a deal whose deadline has passed before the officers, who decide what follows.

    Where a freeze keeps the right from being bound, the time to sign is given anew instead (RR-6).
    """
    row = _locked(deal)
    days = rulebook.version(row.rulebook_version).deals.contract_sign_days
    events = rules.note_overdue(
        row.state(), now, frozen=_frozen(row), sign_by=natural_days_after(now, days).at
    )
    if not events:
        nothing_changed()
        return queries.view(row)
    for event in events:
        if isinstance(event, rules.SigningPostponed):
            row.sign_by = event.sign_by
            due.schedule(subject=subject("deal", row.id), kind=SIGN_DUE, due_at=event.sign_by)
        else:
            row.overdue_at = now
    return _save(row, events, now)


@action(power=END)
def propose_default(
    *, actor: Actor, now: datetime, deal: UUID, side: Side, reason: str
) -> DealView:
    """Propose to end a deal because a side is late (AU-11); another officer confirms it (PA-5).

    Refused while that side is not late, while a freeze keeps it from signing, and to its people.
    """
    return _propose(actor, now, deal, side, reason)


@action(power=END)
def propose_termination(*, actor: Actor, now: datetime, deal: UUID, reason: str) -> DealView:
    """Propose to end a deal through nobody's default, before right and money have moved."""
    return _propose(actor, now, deal, None, reason)


@action(power=END)
def confirm_ending(*, actor: Actor, now: datetime, deal: UUID) -> DealView:
    """End the deal as another officer proposed. Bound rights are freed; money follows the rulebook.

    Refused when what was proposed holds no longer: the side has signed, or paid.
    """
    row = _locked(deal)
    state = row.state()
    events = rules.confirm_ending(state, now=now, frozen=_frozen(row))
    assert state.ending is not None, "confirm_ending refuses without a proposal"
    require_other_eyes(actor, [state.ending.proposed_by, *_people_of(row)])
    return _end(actor, now, row, events, state.ending.reason)


@action(power=END)
def drop_ending(*, actor: Actor, now: datetime, deal: UUID, reason: str) -> DealView:
    """Drop a proposal to end the deal; it goes on. Whoever proposed it may drop it too."""
    row = _locked(deal)
    events = rules.drop_ending(row.state(), why=reason)
    row.take_ending(None)
    return _save(row, events, now)


def _propose(actor: Actor, now: datetime, deal: UUID, side: Side | None, reason: str) -> DealView:
    row = _locked(deal)
    events = rules.propose_ending(row.state(), side=side, why=reason, now=now, frozen=_frozen(row))
    require_other_eyes(actor, _people_of(row))
    if actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    row.take_ending(
        rules.Ending(side=side, reason=reason.strip(), proposed_by=actor.person, proposed_at=now)
    )
    return _save(row, events, now)


def _people_of(row: Deal) -> list[UUID]:
    """Whoever acts for a side of the deal decides nothing about it for the venue (PA-5)."""
    return [person for side in (row.seller, row.buyer) for person in parties.people_of(side)]


def _frozen(row: Deal) -> bool:
    """Whether a freeze stands on a right of the deal, so that it cannot be bound (RR-6)."""
    return row.status == Status.AGREED.value and any(
        reason is not None and reason.code == FROZEN
        for technology in _single(row.technologies)
        for reason in [rights_queries.why_not_dispose(technology, row.seller, row.share)]
    )


def _end(actor: Actor, now: datetime, row: Deal, events: list[Event], why: str) -> DealView:
    for entry in row.entries:
        rights.cancel_disposal(actor=actor, now=now, entry=entry, reason=why)
    rights.end_reservation(actor=actor, now=now, source=subject("deal", row.id))
    for kind in (SIGN_DUE, PAYMENT_DUE):
        due.cancel(subject=subject("deal", row.id), kind=kind)
    return _save(row, events, now)


def _save(row: Deal, events: list[Event], now: datetime) -> DealView:
    before = Status(row.status)
    after = rules.evolve(before, events)
    if after is not before:
        row.status, row.changed_at = after.value, now
        row.take_ending(None)  # what was proposed was proposed of the deal as it stood
        if after in {Status.SIGNED, Status.PAID}:
            row.overdue_at = None
    row.save()
    record(subject("deal", row.id), *events)
    return queries.deal(row.id)


def _bind(actor: Actor, now: datetime, row: Deal) -> list[UUID]:
    """Bind each right, in order of technologies so that two deals cannot wait for each other."""
    single = sorted(_single(row.technologies))
    if row.licence is not None:
        terms = LicenceTerms.read(row.licence)
        joined = listings.joined_by(row.listing)
        return [
            rights.prepare_grant(
                actor=actor,
                now=now,
                deal=row.id,
                technology=technology,
                licensor=row.seller,
                licensee=row.buyer,
                mode=Mode(row.licence_mode),
                scope=terms.scope(local_date(now)),
                sublicensable=terms.sublicensable,
                joined=joined,
            )
            for technology in single
        ]
    return [
        rights.prepare_transfer(
            actor=actor,
            now=now,
            deal=row.id,
            technology=technology,
            from_party=row.seller,
            to_party=row.buyer,
            share=row.share,
        )
        for technology in single
    ]


def _single(ids: Iterable[UUID]) -> list[UUID]:
    """The technologies themselves: a bundle is no right of its own, its parts are (TE-4)."""
    wanted = list(ids)
    found = technologies_queries.technologies(wanted)
    return list(dict.fromkeys(part for id in wanted for part in (found[id].parts or (id,))))


def _locked(id: UUID) -> Deal:
    row = Deal.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="deal")
    return row


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
    single = _single(ids)
    found = technologies_queries.technologies(single)
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
        for id in single
    )

"""Money for and from other venues: guarantees, remittances, what goes back (NE-4, SE-5)."""

from uuid import uuid4

import pytest

from beginnings import beginning
from hutong.deals.rules import Side
from hutong.deals.testing import agreed_deal, listed, signed_deal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.money import CNY
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import queries as books
from hutong.ledger.rules import Kind
from hutong.listings import queries as listings
from hutong.listings.testing import qualified_intent
from hutong.parties import queries as parties
from hutong.parties.testing import member_of, verified_party
from hutong.settlement import actions, queries
from hutong.settlement.rules import PayableStatus
from hutong.settlement.testing import NOTICE, asked_deposit, funded, received

pytestmark = pytest.mark.django_db
VENUE = "SZTE"


def stands(kind):
    account = books.account(subject("venue", VENUE), kind)
    return account.posted_fen if account else 0


def available(party):
    account = queries.account_of(party)
    return account.available_fen if account else 0


def balanced():
    return books.total() == 0 and list(queries.audit()) == [] and list(books.audit()) == []


# -- their member buys here ------------------------------------------------------------------------------


@beginning
def intent(venue):
    seller = verified_party("上海某大学")
    buyer = verified_party("深圳某公司", kind="enterprise")
    return qualified_intent(listed(seller, now=venue.now), buyer, now=venue.now + NOTICE)


def guaranteed(intent, amount_fen=None):
    asked_deposit(intent)
    return actions.guarantee_deposit(
        actor=SYSTEM,
        now=intent.applied_at,
        intent=intent.id,
        venue=VENUE,
        amount_fen=intent.deposit_fen if amount_fen is None else amount_fen,
        currency=CNY,
    )


def test_a_venue_s_guarantee_counts_as_the_deposit_of_its_member(intent):
    payable = guaranteed(intent)

    assert payable.status is PayableStatus.HELD
    assert listings.intent(intent.id).status.value == "deposited"
    assert stands(Kind.GUARANTEE) == -intent.deposit_fen
    assert actions.exposure_fen(VENUE, CNY) == intent.deposit_fen
    assert available(intent.party) == 0
    assert balanced()


def test_a_guarantee_of_another_amount_is_refused(intent):
    with pytest.raises(Refused) as refused:
        guaranteed(intent, intent.deposit_fen - 1)

    assert refused.value.reason is CommonRefusal.INVALID
    assert stands(Kind.GUARANTEE) == 0


def test_a_released_guarantee_goes_back_to_the_venue_and_never_to_its_member(intent):
    guaranteed(intent)

    actions.release_deposit(actor=SYSTEM, now=intent.applied_at, intent=intent.id)

    assert stands(Kind.GUARANTEE) == 0
    assert available(intent.party) == 0
    assert balanced()


def test_what_is_applied_to_the_price_is_owed_and_no_longer_guaranteed(intent):
    guaranteed(intent)
    deal = signed_deal(agreed_deal(intent=listings.intent(intent.id)))

    price = actions.apply_deposit(actor=SYSTEM, now=deal.opened_at, deal=deal.id)

    assert stands(Kind.GUARANTEE) == 0
    assert stands(Kind.CLEARING) == -price.covered_fen
    assert available(deal.buyer) == 0
    assert balanced()


def paid_through(intent):
    guaranteed(intent)
    deal = signed_deal(agreed_deal(intent=listings.intent(intent.id)))
    price = actions.apply_deposit(actor=SYSTEM, now=deal.opened_at, deal=deal.id)
    actions.pay_through(
        actor=SYSTEM,
        now=deal.opened_at,
        deal=deal.id,
        venue=VENUE,
        amount_fen=price.missing_fen,
        currency=CNY,
    )
    return deal, price.amount_fen


def test_a_price_paid_through_a_venue_settles_like_any_other_and_that_venue_owes_it(intent):
    deal, due = paid_through(intent)

    assert queries.payable_for(subject("deal", deal.id)).status is PayableStatus.PAID
    assert stands(Kind.CLEARING) == -due
    assert balanced()


def test_when_the_deal_is_terminated_all_goes_back_to_the_venue(intent):
    deal, _ = paid_through(intent)

    actions.return_price(actor=SYSTEM, now=deal.opened_at, deal=deal.id, at_fault=None)

    assert stands(Kind.CLEARING) == 0
    assert available(deal.buyer) == 0
    assert balanced()


def test_when_their_member_defaults_the_venue_owes_what_is_forfeited(intent):
    guaranteed(intent)
    deal = signed_deal(agreed_deal(intent=listings.intent(intent.id)))
    actions.apply_deposit(actor=SYSTEM, now=deal.opened_at, deal=deal.id)

    actions.return_price(actor=SYSTEM, now=deal.opened_at, deal=deal.id, at_fault=Side.BUYER)

    forfeits = books.account("venue:books", Kind.FORFEITS)
    assert forfeits.posted_fen > 0
    assert stands(Kind.CLEARING) == -forfeits.posted_fen
    assert available(deal.buyer) == 0
    assert balanced()


def test_a_forfeited_guarantee_is_owed_and_the_rest_of_it_given_back(intent, venue):
    guaranteed(intent)
    deal = agreed_deal(intent=listings.intent(intent.id))

    actions.forfeit_deposit(
        actor=SYSTEM,
        now=deal.opened_at,
        intent=intent.id,
        deal=deal.id,
        rulebook_version=venue.rulebook_version,
    )

    assert stands(Kind.GUARANTEE) == 0
    assert stands(Kind.CLEARING) == -books.account("venue:books", Kind.FORFEITS).posted_fen
    assert available(intent.party) == 0
    assert balanced()


# -- our member buys elsewhere -----------------------------------------------------------------------------


@pytest.fixture
def member(venue):
    return verified_party("某科技公司", kind="enterprise").id


def asked(member, venue, amount_fen=5_000):
    return actions.ask_remittance(
        actor=SYSTEM,
        now=venue.now,
        subject=subject("order", uuid4()),
        payer=member,
        amount_fen=amount_fen,
        currency=CNY,
    )


def test_money_for_another_venue_is_held_until_that_venue_has_spoken(member, venue):
    payable = asked(member, venue)

    received(payable.reference, 5_000, now=venue.now)

    assert queries.payable(payable.id).status is PayableStatus.HELD
    assert available(member) == 0
    assert stands(Kind.CLEARING) == 0
    assert balanced()


def test_what_is_remitted_we_owe_and_the_rest_is_our_member_s_again(member, venue):
    payable = asked(member, venue)
    received(payable.reference, 5_000, now=venue.now)

    for _ in range(2):  # told twice, done once
        actions.remit(
            actor=SYSTEM, now=venue.now, subject=payable.subject, venue=VENUE, amount_fen=3_000
        )

    assert stands(Kind.CLEARING) == 3_000
    assert available(member) == 2_000
    assert balanced()


def test_what_the_other_venue_releases_is_our_member_s_again(member, venue):
    payable = asked(member, venue)
    received(payable.reference, 5_000, now=venue.now)

    for _ in range(2):
        actions.release_remittance(actor=SYSTEM, now=venue.now, subject=payable.subject)

    assert available(member) == 5_000
    assert stands(Kind.CLEARING) == 0
    assert balanced()


def test_what_was_never_paid_is_asked_for_no_longer(member, venue):
    payable = asked(member, venue)

    actions.release_remittance(actor=SYSTEM, now=venue.now, subject=payable.subject)
    received(payable.reference, 5_000, now=venue.now)

    assert queries.payable(payable.id).status is PayableStatus.CLOSED
    assert available(member) == 5_000
    assert balanced()


def test_what_the_other_venue_gives_back_we_owe_no_longer(member, venue):
    payable = asked(member, venue)
    funded(member, 5_000)
    actions.pay_from_balance(
        actor=member_of(parties.party(member)), now=venue.now, payable=payable.id
    )
    actions.remit(
        actor=SYSTEM, now=venue.now, subject=payable.subject, venue=VENUE, amount_fen=5_000
    )

    for _ in range(2):
        actions.take_back(
            actor=SYSTEM,
            now=venue.now,
            subject=payable.subject,
            venue=VENUE,
            amount_fen=4_000,
            key="one",
        )

    assert stands(Kind.CLEARING) == 1_000
    assert available(member) == 4_000
    assert balanced()

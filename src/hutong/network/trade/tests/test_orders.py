"""Each step of our member at another venue is an entry that names who took it; what is kept follows
from the entries (NE-4, PA-2)."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import transaction

from beginnings import beginning
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.canonical import digest
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.clearing.models import Position
from hutong.network.messages.rules import Answer, Message
from hutong.network.messages.rules import Refusal as Messages
from hutong.network.trade import actions, answering, events, queries
from hutong.network.trade.events import Asked
from hutong.network.trade.models import ForeignOrder, Order
from hutong.network.trade.rules import Deposit, Price, Refusal, Stage
from hutong.parties import testing as people
from hutong.settlement import actions as settlement
from hutong.settlement import queries as money
from hutong.settlement.testing import received
from hutong.venues.testing import join

pytestmark = pytest.mark.django_db
HOME = "SZTE"
DEPOSIT = 10_000
DIGEST = "sha256:" + "a" * 64


@beginning
def member(venue):
    from hutong.node.keys import make_keyring

    make_keyring()
    join(HOME, "SDTE", now=venue.now, at=datetime.now(UTC))
    return people.member_of(people.verified_party("某科技公司", kind="enterprise"))


class Told:
    """An order, and what the home venue says of it."""

    def __init__(self, venue, member):
        self.now, self.member = venue.now, member
        row = Order.objects.create(
            id=new_id(),
            venue=HOME,
            listing=new_id(),
            party=member.party,
            opened_by=member.person,
            opened_at=self.now,
            changed_at=self.now,
        )
        self.id = row.id

    def hear(self, kind, _told=None, **facts):
        event = kind(order=self.id, **facts)
        actions.take_word(actor=SYSTEM, now=self.now, order=self.id, event=event, told=_told or {})

    def qualified(self):
        self.hear(events.OrderApplied, intent=new_id())
        self.hear(events.OrderQualified, deposit_fen=DEPOSIT)

    def held(self):
        self.qualified()
        received(money.payable_for(subject("order", self.id)).reference, DEPOSIT, now=self.now)
        actions.send_guarantee(actor=SYSTEM, now=self.now, order=self.id)

    def awarded(self):
        self.held()
        self.hear(events.DepositGuaranteed, amount_fen=DEPOSIT)
        self.hear(
            events.OrderAwarded,
            {"contract": "…", "contract_digest": DIGEST},
            deal=new_id(),
            number="SZTE-CJ-2022-000001",
            price_fen=100_000,
            contract_digest=DIGEST,
        )

    def last(self, kind):
        return journal.latest_of(subject("order", self.id), kind.kind)

    @property
    def view(self):
        return queries.order(self.id)


@pytest.fixture
def order(venue, member):
    return Told(venue, member)


def test_a_members_signature_is_an_entry_with_who_signed_what(order, member):
    order.awarded()

    actions.sign_contract(actor=member, now=order.now, order=order.id, text_digest=DIGEST)

    entry = order.last(events.HomeVenueAsked)
    assert (entry.person, entry.party) == (member.person, member.party)
    assert entry.facts["what"] == Asked.SIGN
    assert entry.private["text_digest"] == DIGEST
    assert list(queries.audit()) == []


def test_what_the_home_venue_refuses_is_an_entry_and_shown(order, member):
    order.awarded()
    actions.sign_contract(actor=member, now=order.now, order=order.id, text_digest=DIGEST)

    order.hear(
        events.SigningRefused, {"why": {"code": "deals.text_differs"}}, why="deals.text_differs"
    )

    assert order.last(events.SigningRefused).private["why"] == "deals.text_differs"
    assert order.view.why == {"code": "deals.text_differs"}
    assert order.view.stage is Stage.AWARDED, "it can be signed again"


def test_the_lot_is_an_entry_and_where_our_member_bids(order):
    order.held()
    lot = uuid4()

    order.hear(events.LotAnnounced, {"lot": str(lot)}, lot=lot)

    assert order.view.lot == lot
    assert order.last(events.LotAnnounced).private["lot"] == str(lot)


def test_only_a_refused_guarantee_is_sent_again_and_by_its_party(order, member, venue):
    order.held()
    other = people.member_of(people.verified_party("某公司", kind="enterprise"))
    with pytest.raises(Refused) as early:
        actions.ask_again(actor=member, now=order.now, order=order.id)
    assert early.value.reason is CommonRefusal.OUT_OF_STATE
    order.hear(events.GuaranteeRefused, why="trade.limit_reached")
    with pytest.raises(Refused) as foreign:
        actions.ask_again(actor=other, now=order.now, order=order.id)
    assert foreign.value.reason is CommonRefusal.NOT_FOUND
    assert order.view.deposit is Deposit.REFUSED

    assert order.view.may_ask_again
    actions.ask_again(actor=member, now=order.now, order=order.id)

    assert order.view.deposit is Deposit.HELD
    assert order.last(events.HomeVenueAsked).person == member.person
    assert list(queries.audit()) == []


def test_a_word_that_comes_too_late_leaves_what_was_kept(order):
    order.held()
    order.hear(events.OrderReleased)
    order.hear(events.GuaranteeReleased)

    order.hear(events.GuaranteeRefused, {"why": {"code": "late"}}, why="late")

    assert order.view.why == {}
    assert order.last(events.GuaranteeRefused) is None
    assert money.account_of(order.member.party).available_fen == DEPOSIT


def test_the_audit_names_an_order_that_was_changed_beside_its_entries(order):
    order.held()
    assert list(queries.audit()) == []

    Order.objects.filter(id=order.id).update(deposit=Deposit.RELEASED.value)

    (found,) = queries.audit()
    assert str(order.id) in found.place


# -- a receipt that was entered wrongly (SE-1) -----------------------------------------------------------


def undone(receipt, now, by=None):
    return settlement.undo_receipt(
        actor=by or people.officer("settlement"), now=now, receipt=receipt, reason="a digit more"
    )


def paid(order, amount):
    reference = money.payable_for(subject("order", order.id)).reference
    return received(reference, amount, now=order.now).id


def test_a_deposit_that_the_home_venue_counts_on_stays_until_it_is_paid_in(order):
    """The word was given: what is missing its payer pays in, or the home venue sets free."""
    order.qualified()
    wrong = paid(order, DEPOSIT)
    actions.send_guarantee(actor=SYSTEM, now=order.now, order=order.id)
    order.hear(events.DepositGuaranteed, amount_fen=DEPOSIT)

    with pytest.raises(Refused) as used:
        undone(wrong, order.now)
    assert used.value.reason.code == "settlement.receipt_in_use"
    assert order.view.deposit is Deposit.GUARANTEED, "nothing moved"

    paid(order, DEPOSIT)
    undone(wrong, order.now)

    account = money.account_of(order.member.party)
    assert (account.available_fen, account.held_fen) == (0, DEPOSIT)
    assert order.view.deposit is Deposit.GUARANTEED
    assert list(queries.audit()) == []


def test_a_deposit_set_free_by_the_home_venue_is_undone_and_recorded_as_it_is(order):
    order.qualified()
    wrong = paid(order, DEPOSIT)
    actions.send_guarantee(actor=SYSTEM, now=order.now, order=order.id)
    order.hear(events.OrderReleased)
    order.hear(events.GuaranteeReleased)

    undone(wrong, order.now)

    account = money.account_of(order.member.party)
    assert (account.available_fen, account.held_fen) == (0, 0)


def test_a_deposit_short_of_what_was_asked_counts_what_was_not_undone(order):
    order.qualified()
    undone(paid(order, DEPOSIT - 1), order.now)

    paid(order, 1)
    assert order.view.deposit is Deposit.ASKED, "one fen is no deposit"
    paid(order, DEPOSIT - 1)
    assert money.payable_for(subject("order", order.id)).status.value == "held"


# -- a home venue that lies ---------------------------------------------------------------------------


def said(about, kind, handle, sender=HOME, **body):
    """The home venue's message, as the inbox hands it to its handler."""
    message = Message(
        id=new_id(),
        sender=sender,
        recipient="SHTE",
        subject=subject("order", about.id),
        sequence=0,
        kind=kind,
        version=1,
        sent_at=about.now,
        body={"order": str(about.id), **body},
    )
    with transaction.atomic():
        return handle(message, about.now)


def award(**other):
    return {
        "deal": str(new_id()),
        "number": "SZTE-CJ-2022-000001",
        "price_fen": 100_000,
        "contract": "what is read",
        "contract_digest": digest(b"what is read"),
        "sign_by": None,
        **other,
    }


def test_a_contract_that_reads_otherwise_than_it_is_signed_is_refused(order):
    order.held()

    with pytest.raises(Refused) as refused:
        said(order, "trade.awarded", answering.on_awarded, **award(contract="what is not signed"))

    assert refused.value.reason is Refusal.OTHER_TEXT
    assert order.view.stage is Stage.QUALIFIED
    said(order, "trade.awarded", answering.on_awarded, **award())
    assert order.view.contract == "what is read"


def test_a_price_in_another_currency_than_the_deposits_is_refused(order):
    order.awarded()

    with pytest.raises(Refused) as refused:
        said(order, "trade.price", answering.on_price, amount_fen=900, currency="USD", pay_by=None)

    assert refused.value.reason is Refusal.OTHER_CURRENCY
    assert order.view.price is Price.NONE


def test_nothing_is_given_back_of_what_was_never_taken(order):
    order.held()
    before = money.account_of(order.member.party)

    with pytest.raises(Refused) as refused:
        said(order, "trade.ended", answering.on_ended, how="terminated", back_fen=DEPOSIT)

    assert refused.value.reason is Refusal.BEYOND_ORDER
    assert money.account_of(order.member.party) == before
    assert not Position.objects.exists()


def test_words_for_the_public_log_are_no_words_of_the_home_venues(order):
    order.awarded()

    for numbers in (["写给所有人看"], ["SZTE-JY-2022-000001"] * 1_501):
        with pytest.raises(Refused) as refused:
            said(order, "trade.settled", answering.on_settled, certificates=numbers)
        assert refused.value.reason is Messages.BODY_UNFIT

    most = [f"SZTE-DJ-2022-{number:06d}" for number in range(1_500)]
    said(order, "trade.settled", answering.on_settled, certificates=most)
    assert order.view.stage is Stage.SETTLED, "an entry has room for as many as may come"


def test_an_id_of_ours_is_no_id_for_another_venues_order(order):
    """What both owe would be one position; that of the second would never be counted."""
    with pytest.raises(Refused) as refused:
        said(
            order,
            "trade.intend",
            answering.on_intend,
            listing=str(new_id()),
            accepts_conditions=True,
            credential={},
            person={"id": str(new_id()), "role": "agent"},
        )

    assert refused.value.reason is Refusal.ORDER_KNOWN
    assert not ForeignOrder.objects.exists()


@pytest.mark.parametrize("written", [str.upper, "{{{}}}".format, "urn:uuid:{}".format])
def test_an_id_has_one_writing(order, written):
    order.held()

    with pytest.raises(Refused) as refused:
        said(order, "trade.declined", answering.on_declined, order=written(str(order.id)), why="x")

    assert refused.value.facts == {"field": "order"}


def test_facts_of_a_refusal_never_name_another(order):
    """A home venue may say what it likes beside its refusal, but not another code."""
    message = Message(
        id=new_id(),
        sender="SHTE",
        recipient=HOME,
        subject=subject("order", order.id),
        sequence=0,
        kind="trade.intend",
        version=1,
        sent_at=order.now,
        body={"order": str(order.id)},
    )
    answer = Answer(None, "listings.period_over", {"code": "trade.limit_reached"})

    answering.intended(message, answer, order.now)

    assert order.view.why["code"] == "listings.period_over"

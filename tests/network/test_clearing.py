"""
Two venues clear what their members bought at each other: counted, disputed by line, agreed, paid by
four eyes, and in both books the same (SE-5, PA-5).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id, subject
from hutong.ledger import queries as ledger
from hutong.ledger.rules import Kind
from hutong.network.clearing import actions, queries, rules
from hutong.network.clearing.rules import Status, What
from hutong.node.audit import audits
from hutong.node.worker import work_until_quiet
from hutong.parties.testing import officer, verified_party
from hutong.settlement import actions as settlement
from hutong.settlement import queries as payables
from hutong.settlement.testing import priced_deal, received
from hutong.ui.testing import browsing
from network.pair import Pair

NOW = datetime(2022, 6, 20, 1, tzinfo=UTC)
HOME, ABROAD = "SDTE", "SZTE"  # the first strikes the statements
OTHER = {HOME: ABROAD, ABROAD: HOME}
PAGE = "/desk/clearing"


@pytest.fixture
def pair(own_database, other_database, working_at, tmp_path, settings):
    settings.ALLOWED_HOSTS = ["*"]
    deals = {}

    def alone(code):
        """Two signed deals whose price is asked for; made before joining, so that nobody is asked."""
        deals[code] = [priced_deal() for _ in range(2)]

    pair = Pair((own_database, other_database), working_at, tmp_path, NOW, alone)
    pair.deals = deals
    pair.now = max(deal.opened_at for made in deals.values() for deal in made)
    return pair


@dataclass(frozen=True)
class Sale:
    """A deal at `home` whose price the other venue owes it."""

    order: UUID
    home: str
    price_fen: int

    @property
    def key(self) -> str:
        return rules.key_of(self.order, What.PRICE)


def note(pair, code, sale, owed_fen):
    actions.note_position(
        actor=SYSTEM,
        now=pair.now,
        venue=OTHER[code],
        order=sale.order,
        what=What.PRICE,
        owed_fen=owed_fen,
        currency="CNY",
    )


def sold(pair, home) -> Sale:
    """At `home`: a deal is paid through the other venue, which owes the price from now on."""
    with pair.at(home):
        deal = pair.deals[home].pop()
        asked = payables.payable_for(subject("deal", deal.id))
        settlement.pay_through(
            actor=SYSTEM,
            now=pair.now,
            deal=deal.id,
            venue=OTHER[home],
            amount_fen=asked.missing_fen,
            currency="CNY",
        )
        sale = Sale(new_id(), home, asked.missing_fen)
        note(pair, home, sale, -sale.price_fen)
        return sale


def remitted(pair, sale):
    """At the bidder's venue: its member's money is held, then owed to the home venue."""
    code = OTHER[sale.home]
    about = subject("order_price", sale.order)
    with pair.at(code):
        settlement.ask_remittance(
            actor=SYSTEM,
            now=pair.now,
            subject=about,
            payer=verified_party("某买方公司", "enterprise").id,
            amount_fen=sale.price_fen,
            currency="CNY",
        )
        received(payables.payable_for(about).reference, sale.price_fen, now=pair.now)
        note(pair, code, sale, sale.price_fen)
        settlement.remit(
            actor=SYSTEM,
            now=pair.now,
            subject=about,
            venue=sale.home,
            amount_fen=sale.price_fen,
        )


def end_of_day(pair):
    """17:00 in Shanghai: what is due is done at both, and what they say is carried."""
    today = pair.now.replace(hour=9, minute=0, second=0, microsecond=0)
    pair.now = today if today > pair.now else today + timedelta(days=1)
    for code in OTHER:
        with pair.at(code):
            work_until_quiet(now=pair.now, real_now=datetime.now(UTC))
    pair.carry()


def latest(pair, code):
    with pair.at(code):
        return queries.view(queries.statements().order_by("-number")[0])


def shown(pair, code, desk, statement, language="en"):
    with pair.at(code):
        answer = desk.get(f"{PAGE}/{statement.id}", language)
        assert answer.status_code == 200
        return answer.content.decode()


def act(pair, code, desk, statement, **data):
    with pair.at(code):
        return desk.post(f"{PAGE}/{statement.id}", data)


def desks(pair, code, count):
    with pair.at(code):
        return [browsing(officer("settlement")) for _ in range(count)]


@pytest.mark.drill
def test_positions_lead_to_a_statement_that_is_disputed_agreed_and_paid(pair):
    sales = [sold(pair, HOME), sold(pair, ABROAD), sold(pair, HOME)]
    first, back, late = sales
    remitted(pair, first)
    remitted(pair, back)
    net_fen = first.price_fen + late.price_fen - back.price_fen
    assert net_fen > 0, "in all SZTE owes SDTE"
    cashier, desk = desks(pair, HOME, 2)
    here, there = desks(pair, ABROAD, 2)

    # SZTE has not heard yet that the third is paid through it: it says so, by line.
    end_of_day(pair)
    for code in OTHER:
        statement = latest(pair, code)
        assert (statement.status, len(statement.lines)) == (Status.DISPUTED, 3)
        with pair.at(code):
            marked = [line for line in queries.lines_of(statement) if line.differs]
        assert [line.key for line in marked] == [late.key]
    assert "no such line" in shown(pair, HOME, desk, latest(pair, HOME))
    assert "not in our books" in shown(pair, ABROAD, here, latest(pair, ABROAD))

    # Its word comes; the statement is struck again by itself, and both sign the same.
    remitted(pair, late)
    end_of_day(pair)
    ours, theirs = latest(pair, ABROAD), latest(pair, HOME)
    assert ours.status is theirs.status is Status.AGREED
    assert (ours.digest, ours.lines) == (theirs.digest, theirs.lines)
    assert (ours.owed_fen, theirs.owed_fen) == (net_fen, -net_fen)

    # One officer of SZTE enters the payment, another confirms it; SDTE finds it at its bank.
    with pair.at(ABROAD):
        assert f"{PAGE}/{ours.id}" in here.get("/desk").content.decode()
    assert act(pair, ABROAD, here, ours, act="enter", bank_reference="TT1").status_code == 302
    refused = act(pair, ABROAD, here, ours, act="confirm")
    assert 'data-code="same_eyes"' in refused.content.decode()
    assert act(pair, ABROAD, there, ours, act="confirm").status_code == 302
    assert latest(pair, HOME).status is Status.AGREED
    pair.carry()
    assert "TT1" in shown(pair, HOME, desk, latest(pair, HOME))
    with pair.at(HOME):
        assert f"{PAGE}/{theirs.id}" in desk.get("/desk").content.decode()
    with pair.at(HOME):
        line = {"reference": "清算款", "bank_reference": "TT1", "amount_fen": net_fen}
        answer = cashier.client.post(
            "/api/v1/receipts",
            {**line, "value_date": "2022-06-20", "payer_name": "深圳交易所"},
            content_type="application/json",
            headers={"idempotency-key": "the line"},
        )
        assert answer.status_code == 201, answer.content
        found = answer.json()["id"]
    alone = act(pair, HOME, cashier, theirs, act="receive", receipt=found)
    assert 'data-code="same_eyes"' in alone.content.decode()
    assert act(pair, HOME, desk, theirs, act="receive", receipt=found).status_code == 302
    pair.carry()

    for code in OTHER:
        statement = latest(pair, code)
        assert statement.status is Status.SETTLED
        with pair.at(code):
            work_until_quiet(now=pair.now, real_now=datetime.now(UTC))
            account = ledger.account(subject("venue", OTHER[code]), Kind.CLEARING)
            assert account.posted_fen == 0
            assert ledger.total() == 0
            assert queries.to_do(*Status) == []
            found = {area: list(audit()) for area, audit in audits().items()}
            assert not any(found.values()), found


@pytest.mark.drill
def test_a_line_that_stays_unclear_is_left_out_and_the_rest_is_netted(pair):
    clear, unclear = sold(pair, HOME), sold(pair, HOME)
    remitted(pair, clear)
    [desk] = desks(pair, HOME, 1)
    for _ in range(rules.MOST_TRIES):
        end_of_day(pair)
    disputed = latest(pair, HOME)
    with pair.at(HOME):
        assert f"{PAGE}/{disputed.id}" in desk.get("/desk").content.decode()
        (line,) = [one for one in queries.lines_of(disputed) if one.differs]
    assert line.key == unclear.key
    answer = act(pair, HOME, desk, disputed, act="aside", position=line.id, why="对方无此订单记录")
    assert answer.status_code == 302
    assert act(pair, HOME, desk, disputed, act="strike").status_code == 302
    pair.carry()

    for code in OTHER:
        statement = latest(pair, code)
        assert statement.status is Status.AGREED
        assert [key for key, _ in statement.lines] == [clear.key]
    with pair.at(HOME):
        assert "对方无此订单记录" in desk.get(PAGE).content.decode()

    remitted(pair, unclear)
    with pair.at(HOME):
        desk.post(PAGE, {"act": "take_up", "position": line.id})
    end_of_day(pair)
    ours, theirs = latest(pair, ABROAD), latest(pair, HOME)
    assert ours.status is theirs.status is Status.AGREED
    assert ours.number == 2
    assert ours.owed_fen == -theirs.owed_fen == unclear.price_fen
    for code in OTHER:
        with pair.at(code):
            work_until_quiet(now=pair.now, real_now=datetime.now(UTC))
            assert not [fault for audit in audits().values() for fault in audit()]

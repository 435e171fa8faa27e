"""Statements with another venue: each currency by itself, struck until nothing is left, never paid by
one alone (SE-5, PA-5)."""

from datetime import UTC, datetime, timedelta

import pytest

from hutong.due.running import run_due
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.clearing import actions, answering, queries, rules
from hutong.network.clearing.models import ClearingStatement, Position
from hutong.network.clearing.rules import Difference, Refusal, Statement, Status, What, line_of
from hutong.network.messages.models import Outgoing
from hutong.network.messages.rules import Answer, Message, Undecided
from hutong.parties.testing import officer
from hutong.settlement import actions as settlement
from hutong.settlement import queries as payables
from hutong.settlement.refusals import Refusal as SettlementRefusal
from hutong.settlement.testing import received

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("network")]
US, DAY = "SHTE-DEMO", timedelta(days=1)


def owe(venue, owed_fen, now, currency="CNY", *, key=None):
    """Note a position; returns its key."""
    order = key or new_id()
    actions.note_position(
        actor=SYSTEM,
        now=now,
        venue=venue,
        order=order,
        what=What.PRICE,
        owed_fen=owed_fen,
        currency=currency,
    )
    return rules.key_of(order, What.PRICE)


def close(venue):
    """The end of the day: what is due is struck."""
    venue.now = venue.now.replace(hour=9, minute=0) + DAY  # 17:00 in Shanghai
    run_due({"clearing.strike": answering.strike_due}, now=venue.now, real_now=datetime.now(UTC))


def sent():
    rows = Outgoing.objects.filter(kind=actions.PROPOSE).order_by("queued_at", "sequence")
    return [Message.parse(bytes(row.raw)) for row in rows]


def answer(message, now, *differences):
    """Let SZTE answer a statement: agreed, or with what differs."""
    said = {
        "digest": rules.read(message.body["statement"]).digest,
        "agreed": not differences,
        "differences": [list(one) for one in differences],
    }
    answering.judged(message, Answer(said), now)


def of(venue, currency="CNY", number=1):
    return ClearingStatement.objects.get(venue=venue, currency=currency, number=number)


def refusal(call):
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.reason


# -- striking -----------------------------------------------------------------------------------------


def test_each_currency_is_struck_by_itself(venue):
    owe("SZTE", 700, venue.now)
    owe("SZTE", -300, venue.now, "USD")
    owe("SZTE", 100, venue.now, "USD")

    close(venue)

    struck = [rules.read(message.body["statement"]) for message in sent()]
    assert {(one.currency, one.number, one.net_fen) for one in struck} == {
        ("CNY", 1, -700),
        ("USD", 1, 200),
    }
    for message in sent():
        answer(message, venue.now)
    assert {(row.currency, row.owed_fen) for row in ClearingStatement.objects.all()} == {
        ("CNY", 700),
        ("USD", -200),
    }


def test_each_currency_in_which_something_is_owed_has_its_account(venue):
    owe("SZTE", -300, venue.now, "USD")
    told = {(one.venue, one.currency): one.open_fen for one in queries.accounts(venue.now)}
    assert told == {("SDTE", "CNY"): 0, ("SZTE", "CNY"): 0, ("SZTE", "USD"): -300}


def test_what_a_statement_has_no_room_for_is_struck_the_next_day(venue, monkeypatch):
    monkeypatch.setattr(rules, "MOST_LINES", 2)
    for amount in (1, 2, 4):
        owe("SZTE", amount, venue.now)
    close(venue)
    answer(sent()[-1], venue.now)
    close(venue)
    answer(sent()[-1], venue.now)
    close(venue)

    assert [row.number for row in ClearingStatement.objects.order_by("number")] == [1, 2]
    assert sum(row.owed_fen for row in ClearingStatement.objects.all()) == 7
    assert of("SZTE", number=2).previous == of("SZTE").digest


def test_what_comes_while_one_is_under_way_is_struck_after_its_answer(venue):
    owe("SZTE", 5, venue.now)
    close(venue)
    owe("SZTE", 6, venue.now)
    close(venue)
    assert len(sent()) == 1, "the first is not answered"

    answer(sent()[0], venue.now)
    close(venue)

    assert [rules.read(one.body["statement"]).net_fen for one in sent()] == [-5, -6]


def test_the_clock_does_not_run_on_while_the_other_venue_is_away(venue):
    owe("SZTE", 5, venue.now)
    close(venue)
    from hutong.due.models import Timer

    assert not Timer.objects.filter(kind="clearing.strike").exists()


def test_a_disputed_statement_is_struck_three_times_by_itself_then_officers_look(venue):
    key = owe("SZTE", 5, venue.now)
    for tries in (1, 2, 3):
        close(venue)
        assert of("SZTE").tries == tries
        assert not queries.to_do(Status.DISPUTED)
        answer(sent()[-1], venue.now, (key, -5, None))
    close(venue)

    assert len(sent()) == 3
    (waiting,) = queries.to_do(Status.DISPUTED)
    (line,) = queries.lines_of(waiting)
    assert (line.key, line.owed_fen, line.theirs_fen, line.differs) == (key, 5, None, True)


def test_a_line_that_was_left_out_stays_owed_and_comes_back(venue):
    boss = officer("settlement")
    key = owe("SZTE", 5, venue.now)
    owe("SZTE", 8, venue.now)
    close(venue)
    answer(sent()[-1], venue.now, (key, -5, -4))
    position = Position.objects.get(key=key).id
    actions.set_aside(actor=boss, now=venue.now, position=position, why="正在核对")
    actions.strike(actor=boss, now=venue.now, venue="SZTE", currency="CNY")
    answer(sent()[-1], venue.now)

    assert of("SZTE").owed_fen == 8
    ((code, line),) = queries.set_aside()
    assert (code, line.key, line.aside_why) == ("SZTE", key, "正在核对")
    close(venue)
    assert len(sent()) == 2, "nothing else is open"

    actions.take_up(actor=boss, now=venue.now, position=position)
    close(venue)
    answer(sent()[-1], venue.now)
    assert of("SZTE", number=2).owed_fen == 5
    assert refusal(
        lambda: actions.set_aside(actor=boss, now=venue.now, position=position, why="x")
    ) is (Refusal.NOT_OPEN)


def test_only_who_strikes_the_statements_leaves_lines_out(venue):
    boss = officer("settlement")
    key = owe("SDTE", 5, venue.now)
    position = Position.objects.get(key=key).id
    act = {"actor": boss, "now": venue.now}
    assert refusal(lambda: actions.set_aside(**act, position=position, why="x")) is (
        Refusal.NOT_PROPOSER
    )
    assert refusal(lambda: actions.strike(**act, venue="SDTE", currency="CNY")) is (
        Refusal.NOT_PROPOSER
    )


def test_who_only_reads_the_books_strikes_nothing(venue):
    owe("SZTE", 5, venue.now)
    supervisor = officer("supervisor")
    assert refusal(
        lambda: actions.strike(actor=supervisor, now=venue.now, venue="SZTE", currency="CNY")
    ) is (CommonRefusal.POWER_MISSING)
    assert not sent()


# -- judging ------------------------------------------------------------------------------------------


def proposed(now, *lines, number=1, previous=None, currency="CNY"):
    """Hear a statement of SDTE: (key, what we owe)."""
    statement = Statement(
        first="SDTE",
        second=US,
        number=number,
        previous=previous,
        currency=currency,
        lines=tuple(line_of(key, owed, us=US, them="SDTE") for key, owed in lines),
    )
    found = actions.judge(actor=SYSTEM, now=now, venue="SDTE", statement=statement)
    return statement, found


def test_a_dispute_names_the_line_and_is_over_once_our_books_have_it(venue):
    here, late = owe("SDTE", 5, venue.now), new_id()
    missing = rules.key_of(late, What.PRICE)
    statement, found = proposed(venue.now, (here, 5), (missing, 7))
    assert found == [Difference(missing, 7, None)]
    wrong, same = queries.lines_of(queries.statement(of("SDTE").id))
    assert (wrong.key, wrong.owed_fen, wrong.theirs_fen, wrong.differs) == (missing, None, 7, True)
    assert (same.key, same.owed_fen, same.differs) == (here, 5, False)

    owe("SDTE", 7, venue.now, key=late)
    again, found = proposed(venue.now, (here, 5), (missing, 7))

    assert again == statement
    assert found == []
    assert (of("SDTE").status, of("SDTE").owed_fen, of("SDTE").tries) == ("agreed", 12, 2)


def test_a_statement_out_of_its_turn_or_of_others_is_refused(venue):
    key = owe("SDTE", 5, venue.now)
    assert refusal(lambda: proposed(venue.now, (key, 5), number=2)) is Refusal.NOT_NEXT
    assert refusal(lambda: proposed(venue.now, (key, 5), previous="sha256:x")) is Refusal.NOT_NEXT
    ours = Statement(first=US, second="SZTE", number=1, previous=None, currency="CNY", lines=())
    assert refusal(
        lambda: actions.judge(actor=SYSTEM, now=venue.now, venue="SZTE", statement=ours)
    ) is (Refusal.NOT_PROPOSER)


# -- paying -------------------------------------------------------------------------------------------


def owed_and_agreed(venue, owed_fen):
    """A statement of SDTE that both agree on, and its money in the books."""
    key = owe("SDTE", owed_fen, venue.now)
    proposed(venue.now, (key, owed_fen))
    return of("SDTE")


def test_a_payment_is_entered_by_one_officer_and_confirmed_by_another(venue):
    row = owed_and_agreed(venue, 900)
    first, second = officer("settlement"), officer("settlement")
    act = {"now": venue.now, "statement": row.id}
    assert refusal(lambda: actions.confirm_payment(actor=second, **act)) is Refusal.NOT_ENTERED
    actions.enter_payment(actor=first, **act, bank_reference="TT17")
    assert refusal(lambda: actions.confirm_payment(actor=first, **act)) is CommonRefusal.SAME_EYES

    entered = journal.latest_of(
        subject("clearing_statement", row.id), rules.StatementPaymentEntered.kind
    )
    assert entered.person == first.person
    assert entered.private == {"amount_fen": 900, "bank_reference": "TT17"}
    actions.confirm_payment(actor=second, **act)
    assert of("SDTE").status == "paid"
    assert refusal(lambda: actions.enter_payment(actor=first, **act, bank_reference="TT18")) is (
        CommonRefusal.OUT_OF_STATE
    )


def test_that_the_other_has_paid_is_entered_and_does_not_settle_it(venue):
    row = owed_and_agreed(venue, -900)
    told = {"actor": SYSTEM, "now": venue.now, "venue": "SDTE", "digest": row.digest}
    assert refusal(lambda: actions.note_received(**told)) is Refusal.NOT_OURS_TO_PAY
    actions.note_paid(**told, bank_reference="TT9")
    actions.note_paid(**told, bank_reference="TT10")  # said twice, the first stands

    (entry,) = journal.of_kinds([rules.StatementPaymentAnnounced.kind])
    assert entry.private == {"amount_fen": 900, "bank_reference": "TT9"}
    assert refusal(lambda: actions.note_received(**told)) is Refusal.NOT_OURS_TO_PAY
    assert of("SDTE").status == "paid"


def test_what_came_in_settles_a_statement_as_the_banks_line_found_by_other_eyes(venue):
    row = owed_and_agreed(venue, -900)
    told = {"actor": SYSTEM, "now": venue.now, "venue": "SDTE", "digest": row.digest}
    actions.note_paid(**told, bank_reference="TT9")
    first, second = officer("settlement"), officer("settlement")
    line = settlement.record_receipt(
        actor=first,
        now=venue.now,
        reference="清算款 TT9",
        amount_fen=900,
        bank_reference="B77",
        value_date=local_date(venue.now),
    )
    other = received("别的款项", 901, now=venue.now)
    confirm = {"now": venue.now, "statement": row.id}
    assert refusal(lambda: actions.confirm_receipt(actor=first, **confirm, receipt=line.id)) is (
        CommonRefusal.SAME_EYES
    )
    assert refusal(lambda: actions.confirm_receipt(actor=second, **confirm, receipt=other.id)) is (
        SettlementRefusal.OTHER_AMOUNT
    )
    actions.confirm_receipt(actor=second, **confirm, receipt=line.id)

    assert of("SDTE").status == "settled"
    assert payables.receipt(line.id).status == "cleared"
    assert payables.in_suspense(900, "CNY") == []
    assert list(payables.audit()) == []


def test_what_was_paid_before_its_agreement_came_is_heard_later(venue):
    owe("SZTE", -5, venue.now)
    close(venue)
    told = {"actor": SYSTEM, "now": venue.now, "venue": "SZTE", "digest": of("SZTE").digest}
    with pytest.raises(Undecided):
        actions.note_paid(**told, bank_reference="TT1")
    answer(sent()[0], venue.now)
    actions.note_paid(**told, bank_reference="TT1")
    assert of("SZTE").status == "paid"


def test_who_is_owed_pays_nothing(venue):
    row = owed_and_agreed(venue, -900)
    boss = officer("settlement")
    assert refusal(
        lambda: actions.enter_payment(
            actor=boss, now=venue.now, statement=row.id, bank_reference="TT1"
        )
    ) is (Refusal.NOT_OURS_TO_PAY)


# -- audit --------------------------------------------------------------------------------------------


def in_the_ledger(venue, owed_fen):
    """What the position says in the books: they owe us (below zero) or we owe them."""
    from hutong.ledger import actions as ledger
    from hutong.ledger.rules import Leg
    from hutong.settlement.actions.abroad import clearing
    from hutong.settlement.actions.payables import bank

    act = {"actor": SYSTEM, "now": venue.now}
    legs = [
        Leg(clearing("SDTE", "CNY", **act), owed_fen),
        Leg(bank("CNY", **act), -owed_fen),
    ]
    from hutong.journal.actions import action, nothing_changed

    @action(power=None)
    def book(*, actor, now):
        ledger.transfer(actor=actor, now=now, key="t", purpose="test", about="order:1", legs=legs)
        nothing_changed()

    book(**act)


def faults():
    return [fault.place for fault in queries.audit()]


def test_the_audit_names_what_does_not_follow_from_the_journal(venue):
    row = owed_and_agreed(venue, 900)
    assert faults() == ["network.clearing SDTE CNY"], "the ledger knows nothing of it"
    in_the_ledger(venue, 900)
    assert faults() == []

    place = "network.clearing SDTE CNY 1"
    for change, named in (
        ({"status": "settled"}, [f"{place} status", "network.clearing SDTE CNY"]),
        ({"owed_fen": 1}, [place, f"{place} positions"]),
        ({"digest": "sha256:0"}, [place]),
    ):
        before = {name: getattr(row, name) for name in change}
        ClearingStatement.objects.update(**change)
        assert faults() == named
        ClearingStatement.objects.update(**before)
    position = Position.objects.get()
    Position.objects.update(owed_fen=901)
    assert f"network.clearing SDTE {position.key}" in faults()
    Position.objects.update(owed_fen=900, statement=None)
    assert faults() == [f"{place} positions"]

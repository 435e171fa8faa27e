"""The proceeds of a pledged right go where the pledgee's consent says (RR-6, DL-2)."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.deals.testing import DEPOSIT, NOTICE, PRICE, agreed_deal
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import queries as books
from hutong.listings.testing import open_listing, qualified_intent
from hutong.parties.testing import NINE_IN_SHANGHAI, member_of, officer, verified_party
from hutong.rights import actions as register
from hutong.rights.acts import Proceeds
from hutong.rights.testing import pledged, registered_technologies, registered_technology
from hutong.settlement import actions, jobs, queries
from hutong.settlement.pledged import Claim, Standing, Way, parts_of, require_claimable
from hutong.settlement.refusals import Refusal
from hutong.settlement.testing import deposited, settled_deal
from hutong.technologies import actions as technologies

DEBT = 100_000_000  # what `pledged` secures: more than the proceeds
FEE = 3_000_000
PROCEEDS = PRICE - FEE
RIGHT, OTHER = UUID(int=1), UUID(int=2)
SELLER, BANK, FUND = UUID(int=11), UUID(int=12), UUID(int=13)


def claim(**how) -> Claim:
    terms = {
        "technology": RIGHT,
        "pledge": UUID(int=21),
        "debt": "filing:1",
        "pledgee": BANK,
        "rank": 1,
        "secured_fen": 600,
        "currency": "CNY",
        "way": Way.PREPAID,
    }
    return Claim(**(terms | how))


def divided(earned, *claims, covered=None):
    parts = parts_of(earned, claims, seller=SELLER, currency="CNY", covered_fen=covered or {})
    return [(p.claim.pledgee, p.way, p.amount_fen) for p in parts]


def test_the_first_rank_is_served_before_the_second_and_the_rest_is_the_sellers():
    second = claim(pledgee=FUND, rank=2, debt="filing:2", secured_fen=300, way=Way.HELD)
    assert divided({RIGHT: 1000}, second, claim()) == [
        (BANK, Way.PREPAID, 600),
        (FUND, Way.HELD, 300),
    ]
    assert divided({RIGHT: 500}, second, claim()) == [(BANK, Way.PREPAID, 500)]


def test_rights_pledged_together_secure_one_debt():
    both = [claim(), claim(technology=OTHER, pledge=UUID(int=22))]
    assert [amount for _, _, amount in divided({RIGHT: 500, OTHER: 500}, *both)] == [500, 100]


def test_what_an_earlier_deal_covered_is_not_taken_again():
    assert divided({RIGHT: 500}, claim(), covered={"filing:1": 450}) == [(BANK, Way.PREPAID, 150)]
    assert divided({RIGHT: 500}, claim(), covered={"filing:1": 600}) == []


def test_a_debt_in_another_currency_holds_all():
    assert divided({RIGHT: 5000}, claim(currency="EUR")) == [(BANK, Way.HELD, 5000)]


def test_a_pledge_of_the_sellers_own_binds_nothing():
    assert divided({RIGHT: 500}, claim(pledgee=SELLER)) == []


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from([RIGHT, OTHER]), st.integers(0, 2_000), min_size=2),
    st.lists(
        st.tuples(
            st.sampled_from([RIGHT, OTHER]),
            st.integers(1, 5),
            st.integers(1, 1_500),
            st.sampled_from(list(Way)),
        ),
        max_size=6,
    ),
)
def test_no_right_gives_more_than_it_earned_and_no_debt_gets_more_than_it_is(earned, pledges):
    claims = [
        claim(technology=t, rank=rank, secured_fen=debt, debt=f"filing:{n}", way=way)
        for n, (t, rank, debt, way) in enumerate(pledges)
    ]
    parts = parts_of(earned, claims, seller=SELLER, currency="CNY", covered_fen={})
    for right, amount in earned.items():
        assert sum(p.amount_fen for p in parts if p.claim.technology == right) <= amount
    for one in parts:
        assert 0 < one.amount_fen <= one.claim.secured_fen


HELD = {
    "asked_fen": 500,
    "held_fen": 500,
    "currency": "CNY",
    "debt_due_on": date(2022, 12, 31),
    "today": date(2023, 1, 1),
}


def test_what_is_held_is_claimed_the_day_after_the_debt_was_due():
    require_claimable(Standing.HELD, **HELD)
    require_claimable(Standing.HELD, **HELD | {"debt_due_on": None})


@pytest.mark.parametrize(
    ("standing", "how", "reason"),
    [
        (Standing.HELD, {"today": date(2022, 12, 31)}, Refusal.DEBT_NOT_DUE),
        (Standing.HELD, {"asked_fen": 501}, Refusal.CLAIM_OUT_OF_RANGE),
        (Standing.HELD, {"asked_fen": 0}, Refusal.CLAIM_OUT_OF_RANGE),
        (Standing.PREPAID, {}, CommonRefusal.OUT_OF_STATE),
        (Standing.CLAIMED, {}, CommonRefusal.OUT_OF_STATE),
        (Standing.PAID, {}, CommonRefusal.OUT_OF_STATE),
        (Standing.RELEASED, {}, CommonRefusal.OUT_OF_STATE),
    ],
)
def test_a_claim_is_refused(standing, how, reason):
    with pytest.raises(Refused) as refused:
        require_claimable(standing, **HELD | how)
    assert refused.value.reason is reason


# -- at settlement -------------------------------------------------------------------------------------


def sold(proceeds: Proceeds | None, **how):
    """A patent sold with the pledgee's consent; with the bank and the pledge."""
    seller = verified_party("上海某大学")
    buyer = verified_party("某科技公司", kind="enterprise")
    bank = verified_party("某银行", kind="enterprise")
    patent = registered_technology(seller)
    now = NINE_IN_SHANGHAI + NOTICE
    pledge = None
    if proceeds is not None:
        pledge = pledged(patent.id, seller, bank, now=now, **how)
        register.consent_to_disposals(
            actor=member_of(bank),
            now=now,
            restriction=pledge,
            kinds=["transfer"],
            until=date(2099, 12, 31),
            proceeds=proceeds,
        )
    terms = {"price_mode": "fixed", "price_fen": PRICE, "deposit_fen": DEPOSIT}
    intent = qualified_intent(open_listing(seller, [patent.id], now=now, **terms), buyer, now=now)
    deposited(intent)
    deal, _ = settled_deal(agreed_deal(intent=intent))
    return deal, bank, pledge


def sums(party) -> tuple[int, int]:
    """What stands in a party's account, and what of it is held."""
    found = queries.account_of(party)
    return (found.posted_fen, found.held_fen) if found else (0, 0)


@pytest.mark.usefixtures("venue")
def test_proceeds_prepay_the_pledgee_in_the_settlement():
    deal, bank, pledge = sold(Proceeds.PREPAY)
    assert PROCEEDS < DEBT
    assert (sums(deal.seller), sums(bank.id)) == ((0, 0), (PROCEEDS, 0))
    [line] = queries.proceeds_of_party(bank.id)
    assert (line.deal, line.pledge, line.way) == (deal.id, pledge, Way.PREPAID)
    entry = journal.latest_of(subject("deal", deal.id), "settlement.ProceedsPrepaid")
    assert entry.private["amount_fen"] == PROCEEDS
    assert books.total() == 0
    assert list(queries.audit()) == list(books.audit()) == []


@pytest.mark.usefixtures("venue")
def test_deposited_proceeds_are_the_sellers_when_the_pledge_is_released():
    deal, bank, pledge = sold(Proceeds.DEPOSIT)
    assert (sums(deal.seller), sums(bank.id)) == ((PROCEEDS, PROCEEDS), (0, 0))
    assert list(queries.audit()) == []
    register.release(actor=member_of(bank), now=deal.changed_at, restriction=pledge)
    [released] = journal.of_kinds(["rights.Released"])
    for _told_twice in range(2):
        jobs.release_proceeds(released)
    assert sums(deal.seller) == (PROCEEDS, 0)
    [line] = queries.proceeds_of_deal(deal.id)
    assert line.released_at == released.at
    assert books.total() == 0
    assert list(queries.audit()) == list(books.audit()) == []


@pytest.mark.usefixtures("venue")
def test_without_a_pledge_all_proceeds_are_the_sellers():
    deal, _, _ = sold(None)
    assert sums(deal.seller) == (PROCEEDS, 0)
    assert queries.proceeds_of_deal(deal.id) == []


# -- the debt falls due ----------------------------------------------------------------------------------

DUE_ON = date(2022, 12, 31)


def held_proceeds():
    deal, bank, pledge = sold(Proceeds.DEPOSIT, debt_due_on=DUE_ON)
    [one] = queries.proceeds_of_deal(deal.id)
    return deal, bank, pledge, one


def claimed(bank, one, *, now, amount_fen):
    return actions.claim_proceeds(
        actor=member_of(bank),
        now=now,
        proceeds=one.id,
        amount_fen=amount_fen,
        grounds="Due on 2022-12-31 and unpaid after our demand.",
    )


LATER = NINE_IN_SHANGHAI.replace(year=2023, month=1, day=3)


@pytest.mark.usefixtures("venue")
def test_held_proceeds_pay_the_debt_that_fell_due_and_the_rest_is_the_sellers():
    deal, bank, _, one = held_proceeds()
    with pytest.raises(Refused) as early:
        claimed(bank, one, now=deal.changed_at, amount_fen=PROCEEDS)
    assert early.value.reason is Refusal.DEBT_NOT_DUE
    claimed(bank, one, now=LATER, amount_fen=PROCEEDS - 400)
    assert sums(deal.seller) == (PROCEEDS, PROCEEDS)
    [waits] = [w for w in queries.queue(officer("settlement")) if w.what == "claim_to_decide"]
    assert waits.amount_fen == PROCEEDS - 400
    paid = actions.pay_proceeds(
        actor=officer("settlement", now=LATER), now=LATER, proceeds=one.id, findings="Due, unpaid."
    )
    assert (paid.standing, paid.paid_fen) == (Standing.PAID, PROCEEDS - 400)
    assert (sums(deal.seller), sums(bank.id)) == ((400, 0), (PROCEEDS - 400, 0))
    assert queries.claims_open() == []
    assert books.total() == 0
    assert list(queries.audit()) == list(books.audit()) == []


@pytest.mark.usefixtures("venue")
def test_a_refused_claim_leaves_it_held_and_may_be_made_again():
    deal, bank, pledge, one = held_proceeds()
    claimed(bank, one, now=LATER, amount_fen=PROCEEDS)
    refused = actions.refuse_claim(
        actor=officer("settlement", now=LATER), now=LATER, proceeds=one.id, reason="Paid meanwhile."
    )
    assert (refused.standing, refused.findings) == (Standing.HELD, "Paid meanwhile.")
    assert sums(deal.seller) == (PROCEEDS, PROCEEDS)
    assert claimed(bank, one, now=LATER, amount_fen=100).standing is Standing.CLAIMED
    assert list(queries.audit()) == []
    register.release(actor=member_of(bank), now=LATER, restriction=pledge)
    with pytest.raises(Refused) as over:
        actions.pay_proceeds(
            actor=officer("settlement", now=LATER), now=LATER, proceeds=one.id, findings="Due."
        )
    assert over.value.reason is Refusal.PLEDGE_ENDED
    [released] = journal.of_kinds(["rights.Released"])
    jobs.release_proceeds(released)
    assert queries.proceeds(one.id).standing is Standing.RELEASED
    assert list(queries.audit()) == []


@pytest.mark.usefixtures("venue")
def test_nobody_of_a_side_pays_a_claim_and_nobody_else_makes_one():
    _deal, bank, _, one = held_proceeds()
    with pytest.raises(Refused) as unknown:
        actions.claim_proceeds(
            actor=member_of(verified_party("别家银行", kind="enterprise")),
            now=LATER,
            proceeds=one.id,
            amount_fen=1,
            grounds="Ours.",
        )
    assert unknown.value.reason is CommonRefusal.NOT_FOUND
    claimed(bank, one, now=LATER, amount_fen=PROCEEDS)
    claimer = officer("settlement", now=LATER)
    both = replace(claimer, person=member_of(bank).person)
    with pytest.raises(Refused) as same:
        actions.pay_proceeds(actor=both, now=LATER, proceeds=one.id, findings="Due.")
    assert same.value.reason is CommonRefusal.SAME_EYES
    assert queries.proceeds(one.id).standing is Standing.CLAIMED
    assert sums(bank.id) == (0, 0)
    stranger = member_of(verified_party("某路人", kind="enterprise"))
    with pytest.raises(Refused):
        queries.proceeds(one.id, stranger)


@pytest.mark.usefixtures("venue")
def test_each_right_of_a_bundle_earns_its_part_of_the_price():
    seller, bank = verified_party("上海某大学"), verified_party("某银行", kind="enterprise")
    buyer = verified_party("某科技公司", kind="enterprise")
    first, second = registered_technologies(seller, 2)
    now = NINE_IN_SHANGHAI + NOTICE
    pledge = pledged(first.id, seller, bank, now=now)
    register.consent_to_disposals(
        actor=member_of(bank),
        now=now,
        restriction=pledge,
        kinds=["transfer"],
        until=date(2099, 12, 31),
    )
    bundle = technologies.make_bundle(
        actor=SYSTEM,
        now=now,
        said={"title_zh": "成果包"},
        parts=[(first.id, Fraction(1, 5)), (second.id, Fraction(4, 5))],
        party=seller.id,
    )
    terms = {"price_mode": "fixed", "price_fen": PRICE, "deposit_fen": DEPOSIT}
    intent = qualified_intent(open_listing(seller, [bundle.id], now=now, **terms), buyer, now=now)
    deposited(intent)
    deal, _ = settled_deal(agreed_deal(intent=intent))
    assert sums(bank.id) == (PROCEEDS // 5, 0)
    settled = journal.latest_of(subject("deal", deal.id), "settlement.Settled")
    assert settled.private["parts"] == {str(first.id): "1/5", str(second.id): "4/5"}
    assert list(queries.audit()) == []

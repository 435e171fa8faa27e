"""Researcher empowerment (RR-9): the file, its course, and the income that follows."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions, queries
from hutong.rights import empowerment as rules
from hutong.rights.income import Cost, CostKind, divided, share_out
from hutong.rights.procedure_words import Form, Reward
from hutong.rights.refusals import Refusal
from hutong.rights.rules import Decision, Status
from hutong.rights.testing import (
    WHOLE,
    empowered,
    empowerment_file,
    registered_technology,
)

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
TERMS = rules.Terms(publicity_days=15, use_years=10, floor=HALF)
ZHANG, WANG = UUID(int=1), UUID(int=2)
TODAY = date(2022, 7, 20)
DILIGENCE = rules.Diligence(
    published_from=date(2022, 6, 1),
    published_until=date(2022, 6, 20),
    published_where="The notice board",
    publicity_document=UUID(int=11),
    decided_by="The meeting of the president",
    decided_on=date(2022, 6, 25),
    decision_document=UUID(int=12),
    price_basis="valuation",
    price_statement="Valued.",
    price_document=UUID(int=13),
)


def contribution(party, part, reward=Reward.CASH):
    return rules.Contribution(party=party, part=part, reward=reward)


PLAN = rules.Plan(
    share=Fraction(7, 10),
    contributions=(contribution(ZHANG, 2 * THIRD), contribution(WANG, THIRD, Reward.EQUITY)),
)
FILE = rules.File(
    grant=rules.Grant(form=Form.OWNERSHIP_SHARE, beneficiaries=((ZHANG, HALF),)),
    diligence=DILIGENCE,
    plan=PLAN,
)
LONG_USE = rules.Grant(form=Form.LONG_TERM_USE, beneficiaries=((ZHANG, None),), years=9)


def checked(file, *, state_funded=True, kinds=None):
    rules.require_file(
        file,
        terms=TERMS,
        state_funded=state_funded,
        kinds=kinds or {ZHANG: "individual", WANG: "individual"},
        today=TODAY,
    )


def test_a_file_with_all_its_evidence_passes():
    checked(FILE)
    checked(replace(FILE, grant=replace(LONG_USE, years=10)))


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (replace(FILE, grant=replace(FILE.grant, beneficiaries=())), Refusal.NOBODY_EMPOWERED),
        (replace(FILE, grant=LONG_USE), Refusal.USE_TOO_SHORT),
        (
            replace(FILE, grant=replace(FILE.grant, beneficiaries=((ZHANG, Fraction(0)),))),
            Refusal.SHARE_OUT_OF_RANGE,
        ),
        (
            replace(
                FILE, grant=replace(FILE.grant, beneficiaries=((ZHANG, HALF), (WANG, 2 * THIRD)))
            ),
            Refusal.SHARE_OUT_OF_RANGE,
        ),
        (
            replace(FILE, diligence=replace(DILIGENCE, published_until=date(2022, 6, 10))),
            Refusal.PUBLICITY_TOO_SHORT,
        ),
        (
            replace(FILE, diligence=replace(DILIGENCE, published_until=date(2022, 8, 1))),
            Refusal.PUBLICITY_RUNNING,
        ),
        (
            replace(FILE, diligence=replace(DILIGENCE, decided_on=date(2022, 8, 1))),
            Refusal.DECISION_IN_FUTURE,
        ),
        (replace(FILE, diligence=replace(DILIGENCE, decided_by=" ")), Refusal.WORDS_MISSING),
        (replace(FILE, plan=replace(PLAN, share=Fraction(49, 100))), Refusal.BELOW_FLOOR),
        (
            replace(FILE, plan=replace(PLAN, contributions=(contribution(ZHANG, HALF),))),
            Refusal.PARTS_NOT_WHOLE,
        ),
        (
            replace(FILE, plan=replace(PLAN, contributions=(contribution(WANG, WHOLE),))),
            Refusal.BENEFICIARY_WITHOUT_PART,
        ),
    ],
)
def test_what_a_file_lacks_is_named(file, reason):
    with pytest.raises(Refused) as refused:
        checked(file)
    assert refused.value.reason is reason


def test_a_firm_agrees_freely_and_a_company_is_no_inventor():
    checked(replace(FILE, plan=replace(PLAN, share=Fraction(1, 100))), state_funded=False)
    with pytest.raises(Refused) as refused:
        checked(FILE, kinds={ZHANG: "individual", WANG: "enterprise"})
    assert refused.value.reason is Refusal.NOT_A_NATURAL_PERSON


def test_ten_years_of_use_end_the_day_before_the_anniversary():
    assert rules.use_until(date(2022, 7, 20), 10) == date(2032, 7, 19)
    assert rules.use_until(date(2024, 2, 29), 10) == date(2034, 2, 28)


# -- income ------------------------------------------------------------------------------------


def test_net_income_is_shared_to_the_fen():
    fee = Cost(kind=CostKind.VENUE_FEE, amount_fen=30_000, reason="Fee of the venue")
    income = share_out(gross_fen=1_000_000, costs=[fee], plan=PLAN)
    assert income.net_fen == 970_000
    assert [one.amount_fen for one in income.due] == [452_667, 226_333]
    assert (income.contributors_fen, income.institution_fen) == (679_000, 291_000)


def test_costs_above_the_income_are_refused():
    cost = Cost(kind=CostKind.TAX, amount_fen=11, reason="Tax")
    with pytest.raises(Refused) as refused:
        share_out(gross_fen=10, costs=[cost], plan=PLAN)
    assert refused.value.reason is Refusal.COSTS_ABOVE_INCOME


weights = st.lists(st.integers(min_value=1, max_value=10**6), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=10**15), weights)
def test_what_is_divided_is_all_of_it_and_nobody_is_off_by_a_fen(total, weights):
    parts = [(n, Fraction(weight, sum(weights))) for n, weight in enumerate(weights)]
    amounts = divided(total, parts)
    assert sum(amounts.values()) == total
    assert all(abs(amounts[n] - total * part) < 1 for n, part in parts)


# -- through the register ----------------------------------------------------------------------

register = pytest.mark.django_db


@pytest.fixture
def institute(venue):
    return verified_party("上海某研究所", kind="research_institute")


@pytest.fixture
def inventors(venue):
    return [verified_party(name, kind="individual") for name in ("发明人甲", "发明人乙")]


@register
def test_inventors_become_co_owners_after_agreement_examination_and_notice(
    venue, institute, inventors
):
    patent = registered_technology(institute, now=venue.now)
    later = venue.later(days=16)
    done = empowered(institute, [patent.id], inventors, now=later, shares=(THIRD,))
    assert done.status is Status.REGISTERED
    title = queries.title(patent.id)
    assert title.ownership == {
        institute.id: THIRD,
        inventors[0].id: THIRD,
        inventors[1].id: THIRD,
    }
    assert [entry.kind for entry in title.chain] == ["first_registration", "empowerment"]
    assert list(queries.audit()) == []


@register
def test_long_term_use_burdens_the_title_for_ten_years(venue, institute, inventors):
    patent = registered_technology(institute, now=venue.now)
    done = empowered(
        institute, [patent.id], inventors, now=venue.later(days=16), form=Form.LONG_TERM_USE
    )
    assert done.status is Status.REGISTERED
    on = done.ended_at.date()
    grants = queries.use_of(patent.id, on, live=True)
    assert {grant.licensee for grant in grants} == {one.id for one in inventors}
    assert {grant.kind for grant in grants} == {"long_term_use"}
    assert all((grant.ends_on - on).days >= 3_650 for grant in grants)
    assert queries.title(patent.id).ownership == {institute.id: WHOLE}
    assert list(queries.audit()) == []


@register
def test_it_is_not_submitted_before_every_inventor_agreed(venue, institute, inventors):
    patent = registered_technology(institute, now=venue.now)
    now = venue.later(days=16)
    file = empowerment_file(institute, [one.id for one in inventors], now=now, shares=(THIRD,))
    actor = member_of(institute)
    drafted = actions.apply_empowerment(actor=actor, now=now, technologies=[patent.id], file=file)
    assert drafted.consents_missing == {one.id for one in inventors}
    with pytest.raises(Refused) as refused:
        actions.submit(actor=actor, now=now, application=drafted.id)
    assert refused.value.reason is Refusal.CONSENT_MISSING
    [waiting] = queries.waiting_for_consent(inventors[0].id)
    assert waiting.id == drafted.id
    actions.consent(actor=member_of(inventors[0]), now=now, application=drafted.id)
    assert queries.waiting_for_consent(inventors[0].id) == []
    with pytest.raises(Refused) as refused:
        actions.consent(actor=member_of(institute), now=now, application=drafted.id)
    assert refused.value.reason is CommonRefusal.NOT_FOUND


@register
def test_an_empowerment_under_way_excludes_a_transfer(venue, institute, inventors):
    patent = registered_technology(institute, now=venue.now)
    now = venue.later(days=16)
    file = empowerment_file(institute, [inventors[0].id], now=now)
    actor = member_of(institute)
    drafted = actions.apply_empowerment(actor=actor, now=now, technologies=[patent.id], file=file)
    actions.consent(actor=member_of(inventors[0]), now=now, application=drafted.id)
    actions.submit(actor=actor, now=now, application=drafted.id)
    buyer = verified_party("某公司", kind="enterprise")
    with pytest.raises(Refused) as refused:
        actions.prepare_transfer(
            actor=SYSTEM,
            now=now,
            deal=new_id(),
            technology=patent.id,
            from_party=institute.id,
            to_party=buyer.id,
            share=HALF,
        )
    assert refused.value.reason is Refusal.DISPOSAL_PENDING
    assert queries.title(patent.id).pending[0].kind == "empowerment"


@register
def test_a_paid_deal_shares_its_net_income_and_each_contributor_sees_its_own(
    venue, institute, inventors
):
    patent = registered_technology(institute, now=venue.now)
    now = venue.later(days=16)
    done = empowered(institute, [patent.id], inventors, now=now, form=Form.LONG_TERM_USE)
    entry = queries.title(patent.id).chain[0].id
    deal = new_id()
    settled = {"seller": institute.id, "entries": [entry], "amount_fen": 1_000_001}
    settled["parts"] = {patent.id: Fraction(1)}
    for _ in range(2):  # told twice, shared once
        actions.income_arose(actor=SYSTEM, now=done.ended_at, deal=deal, fee_fen=30_000, **settled)
    actor, first = member_of(institute), member_of(inventors[0])
    [statement] = queries.statements_of_deal(deal, actor)
    assert statement.income.net_fen == 970_001
    assert [one.amount_fen for one in statement.income.due] == [339_501, 339_500]

    costs = [Cost(kind=CostKind.MAINTENANCE, amount_fen=70_001, reason="Annuities")]
    stated = actions.state_costs(actor=actor, now=now, statement=statement.id, costs=costs)
    assert stated.income.net_fen == 900_000
    with pytest.raises(Refused):
        actions.state_costs(actor=first, now=now, statement=statement.id, costs=[])
    confirmed = actions.confirm_income(actor=actor, now=now, statement=statement.id)
    assert [one.amount_fen for one in confirmed.income.due] == [315_000, 315_000]
    with pytest.raises(Refused):
        actions.state_costs(actor=actor, now=now, statement=statement.id, costs=[])
    given = actions.record_given(
        actor=actor,
        now=now,
        statement=statement.id,
        contributor=inventors[0].id,
        given_on=now.date(),
        proof="Bank transfer no. 7",
    )
    assert given.given[inventors[0].id].proof == "Bank transfer no. 7"

    [mine] = queries.statements(first)["items"]
    assert [one.party for one in mine.income.due] == [inventors[0].id]
    stranger = member_of(verified_party("无关公司", kind="enterprise"))
    with pytest.raises(Refused):
        queries.statement(statement.id, stranger)
    assert queries.statement(statement.id, officer("rights.examine")).income.due[1].amount_fen


@register
def test_a_freeze_during_the_notice_leaves_the_technology_out(venue, institute, inventors):
    from hutong.rights.testing import a_document  # the court's paper

    patent = registered_technology(institute, now=venue.now)
    now = venue.later(days=16)
    file = empowerment_file(institute, [inventors[0].id], now=now)
    actor, registrar = member_of(institute), officer("registrar", now=now)
    drafted = actions.apply_empowerment(actor=actor, now=now, technologies=[patent.id], file=file)
    actions.consent(actor=member_of(inventors[0]), now=now, application=drafted.id)
    actions.submit(actor=actor, now=now, application=drafted.id)
    from hutong.rights.checklists import ApplicationKind, all_yes

    noticed = actions.examine(
        actor=registrar,
        now=now,
        application=drafted.id,
        decision=Decision.ACCEPT,
        findings="In order.",
        checks=all_yes(ApplicationKind.EMPOWERMENT),
    )
    actions.freeze(
        actor=registrar,
        now=now + timedelta(days=3),
        technology=patent.id,
        authority="Shanghai Intellectual Property Court",
        paper="(2022) no. 100",
        document=a_document(registrar, now=now),
    )
    ended = actions.close_notice(actor=SYSTEM, now=noticed.ends_at, application=drafted.id)
    assert ended.status is Status.REJECTED
    assert ended.ended_because == "rights.frozen"

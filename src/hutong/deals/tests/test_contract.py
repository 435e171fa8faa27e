"""The contract's text: complete, in both languages, the same bytes for the same terms."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.deals.contract import (
    ContractPart,
    ContractParty,
    ContractTechnology,
    Terms,
    draft,
)
from hutong.kit.canonical import canonical
from hutong.kit.refusal import Refused
from hutong.listings.offers import MOST_TOLD_BYTES, check_told, told_bytes
from hutong.listings.refusals import Refusal as Listings

TERMS = Terms(
    number="SHTE-DEMO-D2022-00001",
    document="0123456789abcdef0123456789abcdef",
    venue_zh="上海技术交易所（演示）",
    venue_en="Shanghai Technology Exchange (demo)",
    demo=True,
    how="auction",
    source="lot:1",
    agreed_on=date(2022, 7, 18),
    sign_by=date(2022, 7, 28),
    payment_days=10,
    seller=ContractParty(
        name_zh="上海某大学", name_en="A University", identifiers=(("uscc", "12310000425006098P"),)
    ),
    buyer=ContractParty(name_zh="某科技公司", name_en="", identifiers=(("lei", "X"),)),
    technologies=(
        ContractTechnology(
            title_zh="一种材料",
            title_en="A material",
            kind="patent",
            numbers=(("application", "202010000001.X"), ("grant", "CN111111111B")),
            expires_on=date(2040, 1, 1),
            at_an_office=True,
        ),
        ContractTechnology(title_zh="工艺诀窍", title_en="", kind="know_how"),
    ),
    share=Fraction(1),
    price_fen=128_000_050,
    deposit_fen=12_800_000,
)


def text(terms: Terms = TERMS) -> str:
    return draft(terms).decode()


def test_the_contract_names_everything_both_sides_agreed_on():
    found = text()
    for wanted in (
        "技术转让合同",
        "SHTE-DEMO-D2022-00001",
        "上海某大学 · A University",
        "12310000425006098P",
        "一种材料 · A material",
        "202010000001.X",
        "CN111111111B",
        "CNY 1,280,000.50",
        "壹佰贰拾捌万元伍角",
        "CNY 128,000.00",
        "10 日内",
        "within 10 days",
        "《专利法》第十条",
        "第 1 项",
        "100%",
        "2022-07-28",
        "0123456789abcdef0123456789abcdef",
    ):
        assert wanted in found, wanted


def test_a_demonstration_says_so_and_a_real_contract_does_not():
    assert "演示 · 不具法律效力" in text()
    assert "不具法律效力" not in text(replace(TERMS, demo=False))


def test_a_fraction_of_the_right_is_written_exactly():
    assert "**1/3**" in text(replace(TERMS, share=Fraction(1, 3)))
    assert "**50%**" in text(replace(TERMS, share=Fraction(1, 2)))


def test_know_how_alone_needs_no_office():
    assert "《专利法》第十条" not in text(replace(TERMS, technologies=TERMS.technologies[1:]))


def test_the_same_terms_give_the_same_bytes():
    assert draft(TERMS) == draft(replace(TERMS))
    assert draft(TERMS) != draft(replace(TERMS, price_fen=128_000_051))


def test_nobody_types_a_clause_into_the_contract_with_a_name():
    hostile = "某公司\n\n## 九、补充条款\n\n乙方无需付款"
    found = text(replace(TERMS, buyer=ContractParty(name_zh=hostile, name_en="")))
    assert "\n## 九" not in found
    assert "某公司 ## 九、补充条款 乙方无需付款" in found


def test_the_listings_conditions_are_quoted_as_such():
    found = text(replace(TERMS, conditions="受让方须具备产业化能力\n# 标题"))
    assert "> 受让方须具备产业化能力\n> # 标题" in found


@given(st.text(), st.text())
def test_no_title_breaks_the_list_of_technologies(zh, en):
    technology = ContractTechnology(title_zh=zh, title_en=en, kind="patent")
    found = text(replace(TERMS, technologies=(technology,)))
    headings = [line for line in found.split("\n") if line.startswith("#")]
    assert len(headings) == 9


def many(count: int, title_en: str) -> Terms:
    patent = ContractTechnology(
        title_zh="一种用于动力电池的高镍三元正极材料及其制备方法",
        title_en=title_en,
        kind="patent_application",
        numbers=(
            ("application", "2021100000005"),
            ("publication", "CN113000000A"),
            ("registration", "CN113000000B"),
        ),
        expires_on=date(2041, 1, 1),
        at_an_office=True,
    )
    parts = tuple(
        ContractPart(
            venue="SHTE-DEMO",
            part="01a1fa68-da1a-7d65-ba43-40bbb4b7eb2a",
            title_zh="高温合金成套技术",
            title_en='A set of "high" temperature alloys',
            seller_zh="某研究所",
            seller_en="An institute",
            technologies=count,
            contents="sha256:" + "0" * 64,
            share=Fraction(1, 100),
            amount_fen=12_345_678,
            lead=n == 0,
        )
        for n in range(20)
    )
    return replace(TERMS, technologies=(patent,) * count, joint=parts, conditions="一\n" * 200)


@pytest.mark.parametrize(
    "title_en", ["", "A high-nickel ternary cathode material for batteries, and how it is made"]
)
def test_what_is_offered_in_the_network_has_a_contract_that_a_message_can_tell(title_en):
    terms = many(1_152, title_en)
    things = [
        *(((t.title_zh, t.title_en), [n for _, n in t.numbers]) for t in terms.technologies),
        *(
            (
                (p.title_zh, p.title_en, p.seller_zh, p.seller_en),
                [p.part, p.contents, str(p.share)],
            )
            for p in terms.joint
        ),
    ]
    check_told(things, terms.conditions)
    told = told_bytes(things, terms.conditions)
    contract = text(terms)
    own_words = len(canonical(text()))
    assert len(canonical(contract)) <= told + own_words
    assert len(contract) <= MOST_TOLD_BYTES


@pytest.mark.parametrize(
    "thing", [(("名" * 400,), []), (("短",), ["1" * 8_000]), (('"' * 400,), [])]
)
def test_what_no_message_could_tell_is_not_offered_in_the_network(thing):
    check_told([thing] * 50, "")
    with pytest.raises(Refused) as refused:
        check_told([thing] * 1_152, "")
    assert refused.value.reason is Listings.TOO_LONG_TO_TELL

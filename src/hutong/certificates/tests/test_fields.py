"""What each kind may say, and how it is named; every kind has a page from its fields alone."""

from copy import deepcopy
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.certificates import content as contents
from hutong.certificates import fields, layout, rules, wording
from hutong.certificates.content import Stated
from hutong.certificates.fields import Type
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.tests.making import BLADES, FACTS, FIRM, UNIVERSITY
from hutong.kit.refusal import Refused

ON_EVIDENCE = [kind for kind in Kind if KINDS[kind].on_evidence]
VALUES = {
    Type.TEXT: "甲 A",
    Type.LONG: "甲 A",
    Type.TEXTS: ["甲", "A"],
    Type.DAY: "2022-07-01",
    Type.MONEY: 12_345,
    Type.COUNT: 3,
    Type.SHARE: "1/3",
    Type.PARTY: FIRM.plain(),
    Type.TECHNOLOGY: BLADES.plain(),
    Type.TECHNOLOGIES: [BLADES.plain()],
    Type.HOLDERS: [
        {"party": FIRM.plain(), "ownership": "1/1", "disposal": "1/1", "income": "1/1"},
    ],
}


def said(kind, *, optional=True):
    whole = {}
    for one in KINDS[kind].fields:
        if one.required or optional:
            value = next(iter(one.choices), None) or VALUES[one.type]
            fields.put(whole, one.name, deepcopy(value))
    return whole


def problems(kind, whole):
    return [(fault.field, fault.problem) for fault in fields.faults(KINDS[kind].fields, whole)]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("optional", [True, False])
def test_a_kind_has_its_page_from_its_fields(kind, optional):
    whole = said(kind, optional=optional)
    assert problems(kind, whole) == []
    content = contents.freeze(
        Stated(kind=kind, said=whole),
        number="SHTE-DEMO-XX-2022-000001",
        issued_on=date(2022, 8, 9),
        venue=FACTS,
        subject="thing:1",
        salt="00" * 16,
    )
    place = layout.Place(log_origin="shte-demo.example/log", index=7, size=9)
    page = layout.page(
        content, wording=wording.default(kind), place=place, verify_url="x", qr_svg="<svg/>"
    )
    shown = {row["label"]["zh"] for row in page["rows"]}
    wanted = {one.label.zh for one in wording.rows(kind) if one.of(content) is not None}
    assert wanted <= shown
    assert page["title"]["zh"] == KINDS[kind].title_zh
    assert contents.title(content)


@pytest.mark.parametrize("kind", Kind)
def test_everything_required_is_missed(kind):
    wanted = {(one.name, "is missing") for one in KINDS[kind].fields if one.required}
    assert set(problems(kind, {})) == wanted


WRONG = [
    ("contract.name", "", "is missing"),
    ("contract.name", " x", "has blanks around it or characters that cannot be printed"),
    ("contract.name", "a\x00b", "has blanks around it or characters that cannot be printed"),
    ("contract.name", "x" * 301, "is longer than a certificate has room for"),
    ("contract.name", 7, "is not a text"),
    ("contract.signed_on", "2022-13-01", "is not a day"),
    ("contract.signed_on", "20220701", "is not a day"),
    ("contract.total_fen", 1.5, "is not an amount"),
    ("contract.total_fen", True, "is not an amount"),
    ("contract.total_fen", -1, "is not an amount"),
    ("contract.total_fen", 10**16, "is not an amount"),
    ("contract.currency", "XXX", "is none of the choices"),
    ("contract.kind", "barter", "is none of the choices"),
    ("seller", "a university", "is not a registered party"),
    ("seller", {"id": "1"}, "is not a registered party"),
    ("technologies", [{}], "is not a technology of the venue"),
    ("extra", "x", "is not part of this kind of certificate"),
    ("contract.extra", "x", "is not part of this kind of certificate"),
]


@pytest.mark.parametrize(("name", "value", "problem"), WRONG)
def test_what_a_kind_does_not_say_is_named_with_its_fault(name, value, problem):
    whole = said(Kind.CONTRACT_REGISTRATION)
    fields.put(whole, name, value)
    assert (name, problem) in problems(Kind.CONTRACT_REGISTRATION, whole)
    with pytest.raises(Refused, match="content_invalid"):
        rules.check_said(Kind.CONTRACT_REGISTRATION, whole)


@pytest.mark.parametrize("share", ["0.5", "1/0", "3/2", "-1/2", "1", "1/" + "9" * 40, 1])
def test_a_share_is_an_exact_part_of_the_whole(share):
    whole = said(Kind.TRANSACTION)
    whole["deal"]["share"] = share
    assert problems(Kind.TRANSACTION, whole) == [("deal.share", "is not a share of the whole")]


DISAGREE = [
    (Kind.CONTRACT_REGISTRATION, "contract.technology_fen", 12_346, "amounts_disagree"),
    (Kind.CONTRACT_REGISTRATION, "contract.income_fen", 12_346, "amounts_disagree"),
    (Kind.CONTRACT_REGISTRATION, "registered_on", "2022-06-30", "days_disagree"),
    (Kind.TRAINING, "training.ends_on", "2022-06-30", "days_disagree"),
    (Kind.VALUATION_RECEIPT, "valuation.until", "2022-06-30", "days_disagree"),
    (Kind.CUSTODY_RECEIPT, "custody.until", "2022-06-30", "days_disagree"),
]


@pytest.mark.parametrize(("kind", "name", "value", "reason"), DISAGREE)
def test_figures_and_days_agree(kind, name, value, reason):
    whole = said(kind)
    rules.check_said(kind, whole)
    fields.put(whole, name, value)
    with pytest.raises(Refused, match=reason):
        rules.check_said(kind, whole)


def test_a_restricted_technology_is_registered_with_its_licence():
    whole = said(Kind.TRADE_REGISTRATION, optional=False)
    whole["contract"]["class"] = "restricted"
    with pytest.raises(Refused, match="licence_number_missing"):
        rules.check_said(Kind.TRADE_REGISTRATION, whole)
    whole["contract"]["licence_number"] = "许可 2022-1"
    rules.check_said(Kind.TRADE_REGISTRATION, whole)


def test_what_the_venue_records_nobody_writes():
    for kind in set(Kind) - set(ON_EVIDENCE):
        with pytest.raises(Refused, match="follows_by_itself"):
            rules.check_said(kind, said(kind))


def test_a_persons_name_is_not_in_the_public_line():
    whole = said(Kind.TRAINING)
    whole["person"]["name"] = "某学员"
    assert KINDS[Kind.TRAINING].title_of(whole) == "甲 A"
    party = {**said(Kind.PARTY_CREDENTIAL), "holder": UNIVERSITY.plain()}
    assert "大学" not in KINDS[Kind.PARTY_CREDENTIAL].title_of(party)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(whole=st.dictionaries(st.sampled_from(["contract", "seller", "x"]), anything, max_size=3))
@settings(max_examples=60, deadline=None)
def test_whatever_is_said_is_judged_and_never_an_error(whole):
    assert problems(Kind.CONTRACT_REGISTRATION, whole)


def plain(kind=Kind.TRAINING, **changes):
    return {**wording.default(kind).plain(), **changes}


def test_a_template_reads_back_as_it_was_written():
    for kind in Kind:
        assert wording.read(kind, wording.default(kind).plain()) == wording.default(kind)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"statement": ["", ""]}, "statement"),
        ({"statement": ["只有中文", ""]}, "statement"),
        ({"statement": "x"}, "statement"),
        ({"statement": ["长" * 301, "x"]}, "statement"),
        ({"heading": ["a\nb", "x"]}, "heading"),
        ({"note": [1, 2]}, "note"),
        ({"seal": ""}, "seal"),
        ({"seal": "太长的字样"}, "seal"),
        ({"order": ["person.name"]}, "order"),
        ({"order": 7}, "order"),
        ({"script": "x"}, "script"),
    ],
)
def test_a_template_that_does_not_fit_is_refused_by_its_part(changes, field):
    with pytest.raises(Refused) as refused:
        wording.read(Kind.TRAINING, plain(**changes))
    assert refused.value.facts["field"] == field


def test_fields_follow_in_the_templates_order():
    names = [one.name for one in wording.rows(Kind.TRAINING)]
    words = wording.read(Kind.TRAINING, plain(order=names[::-1]))
    rows = layout.shown(Kind.TRAINING, words, said(Kind.TRAINING))
    assert [row["label"]["zh"] for row in rows][:2] == ["考核结果", "结业日期"]


def test_a_field_a_kind_has_gained_since_follows_at_the_end():
    kept = plain(order=[one.name for one in wording.rows(Kind.TRAINING)][:3])
    words = wording.stored(Kind.TRAINING, kept)
    assert sorted(words.order) == sorted(one.name for one in wording.rows(Kind.TRAINING))

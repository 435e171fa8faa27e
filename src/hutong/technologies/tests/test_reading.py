"""A record is read from whatever came in, or everything wrong with it is said (TE-1, TE-2)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.technologies import classes, reading, records
from hutong.technologies.faults import Problem
from hutong.technologies.records import Record
from hutong.technologies.rules import Kind, LegalStatus

PATENT = {"kind": "专利", "title_zh": "一种装置", "application_number": "ZL201710601862.3"}


def problems(said, **options):
    return [(f.field, f.problem) for f in reading.read(said, **options).findings]


def test_a_record_is_read_with_either_language_and_any_divider():
    record = reading.read(
        {
            **PATENT,
            "legal_status": "In force",
            "expires_on": "2037年7月21日",
            "ipc": "g06f 16/33; H04L9/32 ；A",
            "industry": "3913",
            "trl": "TRL 6",
            "inventors": "甲；乙|甲",
            "state_funded": "是",
        }
    ).record
    assert record == Record(
        kind=Kind.PATENT,
        title_zh="一种装置",
        numbers={"application": "201710601862.3"},
        legal_status=LegalStatus.IN_FORCE,
        expires_on=date(2037, 7, 21),
        ipc=("G06F16/33", "H04L9/32", "A"),
        industry="C3913",
        trl=6,
        inventors=("甲", "乙"),
        state_funded=True,
    )
    assert records.keys_of(record) == ("cn-app:201710601862",)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"kind": None}, ("kind", Problem.EMPTY)),
        ({"kind": "发明"}, ("kind", Problem.NOT_ONE_OF)),
        ({"kind": "bundle"}, ("kind", Problem.BUNDLE_IN_FILE)),
        ({"title_zh": " "}, ("title_zh", Problem.NO_TITLE)),
        ({"title_zh": "字" * 501}, ("title_zh", Problem.TOO_LONG)),
        ({"title_zh": "一\x00种"}, ("title_zh", Problem.CONTROL_CHARACTER)),
        ({"title_zh": "一\ud800种"}, ("title_zh", Problem.CONTROL_CHARACTER)),
        ({"title_en": "Particle â€“ Surface"}, ("title_en", Problem.GARBLED)),
        ({"application_number": None}, ("application_number", Problem.NUMBER_EMPTY)),
        ({"application_number": "/0"}, ("application_number", Problem.NUMBER_EMPTY)),
        ({"application_number": "1"}, ("application_number", Problem.NUMBER_MALFORMED)),
        ({"publication_number": "CN111504366B"}, ("publication_number", Problem.WRONG_COLUMN)),
        ({"registration_number": "2019SR1"}, ("registration_number", Problem.NUMBER_NOT_FOR_KIND)),
        ({"legal_status": "审查中"}, ("legal_status", Problem.STATUS_NOT_FOR_KIND)),
        ({"expires_on": "1931-05-29"}, ("expires_on", Problem.CENTURY_OFF)),
        ({"expires_on": "2931-05-29"}, ("expires_on", Problem.DATE_NOT_CREDIBLE)),
        ({"expires_on": "2031-02-30"}, ("expires_on", Problem.NOT_A_DATE)),
        ({"ipc": "G6F"}, ("ipc", Problem.NOT_AN_IPC)),
        ({"ipc": "Y02E10/50"}, ("ipc", Problem.NOT_AN_IPC)),
        ({"industry": "A99"}, ("industry", Problem.NOT_AN_INDUSTRY)),
        ({"trl": 10}, ("trl", Problem.NOT_A_TRL)),
        ({"trl": "0"}, ("trl", Problem.NOT_A_TRL)),
        ({"link": "javascript:alert(1)"}, ("link", Problem.NOT_A_LINK)),
        ({"state_funded": "maybe"}, ("state_funded", Problem.NOT_YES_OR_NO)),
        ({"keywords": ["a"] * 3 + [1]}, ("keywords", Problem.NOT_TEXT)),
        ({"keywords": [str(n) for n in range(201)]}, ("keywords", Problem.TOO_MANY)),
        ({"abstract_zh": {"a": 1}}, ("abstract_zh", Problem.NOT_TEXT)),
    ],
)
def test_each_fault_is_found_at_its_field(changed, expected):
    assert problems({**PATENT, **changed}) == [expected]


def test_all_faults_of_a_record_are_found_at_once():
    said = {**PATENT, "trl": 12, "ipc": "?", "title_zh": ""}
    assert len(problems(said)) == 3


def test_an_intended_technology_needs_no_number_yet():
    said = {"kind": "patent", "title_zh": "一种装置"}
    assert problems(said) == [("application_number", Problem.NUMBER_MISSING)]
    assert problems(said, need_number=False) == []


def test_know_how_has_neither_number_nor_legal_status():
    assert problems({"kind": "know_how", "title_zh": "工艺"}) == []
    said = {
        "kind": "know_how",
        "title_zh": "工艺",
        "application_number": "1",
        "legal_status": "lapsed",
    }
    assert [p for _, p in problems(said)] == [
        Problem.NUMBER_NOT_FOR_KIND,
        Problem.STATUS_NOT_FOR_KIND,
    ]


texts = st.text(max_size=30)
anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    texts,
    st.lists(texts, max_size=3),
)
FIELDS = [*records.SAID, *(f"{role}_number" for role in ("application", "publication", "grant"))]


@given(st.dictionaries(st.sampled_from(FIELDS), anything))
def test_whatever_a_door_sends_is_a_record_or_findings(said):
    read = reading.read(said)
    assert (read.record is None) == bool(read.findings)
    for finding in read.findings:
        assert finding.wrong()
        assert finding.mend()


@given(
    st.fixed_dictionaries(
        {"kind": st.just("know_how"), "title_en": st.text("abc", min_size=1)},
        optional={
            "abstract_zh": texts,
            "trl": st.integers(1, 9),
            "expires_on": st.dates(date(1990, 1, 1), date(2090, 1, 1)),
            "keywords": st.lists(st.text("xyz", min_size=1), max_size=3),
            "state_funded": st.booleans(),
        },
    )
)
def test_a_record_survives_json_and_its_own_words(said):
    record = reading.read(said).record
    if record is not None:
        assert records.from_json(record.as_json()) == record
        again = reading.read(records.said_of(record)).record
        assert again == record
        assert again.digest() == record.digest()


def test_a_feed_fills_in_what_is_empty_and_the_holders_word_prevails():
    feed = Record(kind=Kind.PATENT, title_zh="旧", abstract_zh="摘要", source="cn-titles")
    own = Record(kind=Kind.PATENT, title_zh="新", trl=6)
    merged = records.merge(feed, own)
    assert (merged.title_zh, merged.abstract_zh, merged.trl) == ("新", "摘要", 6)
    other = Record(kind=Kind.PATENT, title_zh="另", title_en="Other", source="cn-patents")
    merged = records.merge(feed, other)
    assert (merged.title_zh, merged.title_en, merged.source) == ("旧", "Other", "cn-titles")
    refreshed = Record(kind=Kind.PATENT, title_zh="改", source="cn-titles")
    assert records.merge(feed, refreshed) == refreshed


@given(st.sampled_from(["", "a", "b"]), st.sampled_from(["", "a", "b"]), st.data())
def test_merging_the_same_words_again_changes_nothing(one, two, data):
    words = st.sampled_from(["", "x", "y"])
    old = Record(kind=Kind.KNOW_HOW, title_zh="t", title_en=data.draw(words), source=one)
    new = Record(kind=Kind.KNOW_HOW, title_zh="u", title_en=data.draw(words), source=two)
    once = records.merge(old, new)
    assert records.merge(once, new) == once


def test_classes_are_found_at_every_level():
    assert classes.levels("G06F16/3329") == ["G", "G06", "G06F", "G06F16", "G06F16/3329"]
    assert classes.all_levels(("G06F16/33", "G06F")) == ["G", "G06", "G06F", "G06F16", "G06F16/33"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("3913", "C3913"),
        ("c3913", "C3913"),
        ("I65", "I65"),
        ("T", "T"),
        ("A65", None),
        ("00", None),
    ],
)
def test_an_industry_code_gets_its_section(said, code):
    assert classes.industry(said) == code

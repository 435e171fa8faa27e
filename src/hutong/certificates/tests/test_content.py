"""What a certificate says, how it is numbered, and what its page shows."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.certificates import content as contents
from hutong.certificates import layout, wording, words
from hutong.certificates.content import LicenceFacts
from hutong.certificates.kinds import KINDS, Kind, number
from hutong.certificates.tests.making import FACTS, FIRM, REGISTRATION, SALE, UNIVERSITY

SALT = "00112233445566778899aabbccddeeff"


def frozen(matter=REGISTRATION, salt=SALT):
    return contents.freeze(
        matter,
        number="SHTE-DEMO-DJ-2022-000001",
        issued_on=date(2022, 8, 9),
        venue=FACTS,
        subject="right_entry:1",
        salt=salt,
    )


def page(matter, words=None):
    place = layout.Place(log_origin="shte-demo.example/log", index=7, size=9)
    words = words or wording.default(matter.kind)
    return layout.page(
        frozen(matter), wording=words, place=place, verify_url="x/verify", qr_svg="<svg/>"
    )


def test_a_number_names_venue_kind_year_and_sequence():
    assert number("SHTE-DEMO", Kind.RIGHTS_REGISTRATION, date(2022, 7, 1), 1) == (
        "SHTE-DEMO-DJ-2022-000001"
    )
    assert number("SHTE", Kind.TRANSACTION, date(2023, 1, 1), 1_234_567) == "SHTE-JY-2023-1234567"
    with pytest.raises(ValueError, match="begin at 1"):
        number("SHTE", Kind.TRANSACTION, date(2023, 1, 1), 0)


def test_kinds_do_not_share_a_code():
    assert len({kind.code for kind in KINDS.values()}) == len(KINDS) == len(Kind)


def test_the_same_facts_under_another_salt_have_another_digest_and_code():
    one, other = frozen(), frozen(salt=SALT[::-1])
    assert contents.content_digest(one) != contents.content_digest(other)
    assert contents.check_code(one) != contents.check_code(other)
    assert contents.check_code(one) == contents.check_code(frozen())


def test_a_salt_has_sixteen_bytes():
    with pytest.raises(ValueError, match="16 bytes"):
        frozen(salt="00")


def test_a_code_typed_by_hand_is_forgiven_its_look_alikes():
    code = contents.check_code(frozen())
    assert len(code) == 19
    assert contents.read_code(code.lower().replace("-", " ")) == code
    assert contents.read_code("o1il-oooo") == "0111-0000"


def test_a_certificate_belongs_to_the_parties_it_names():
    assert contents.party_ids(frozen()) == {UNIVERSITY.id, FIRM.id}
    assert contents.party_ids(frozen(SALE)) == {UNIVERSITY.id, FIRM.id}


def test_the_price_stands_in_capitals_and_figures():
    rows = {row["label"]["zh"]: row for row in page(SALE)["rows"]}
    assert rows["成交价格"]["zh"] == "人民币贰拾陆万捌仟零伍拾元整"
    assert rows["成交价格"]["en"] == "¥268,050.00"
    assert rows["转让份额"]["zh"] == "100%"
    assert rows["交易方式"]["zh"] == "网络竞价"


def test_every_holder_stands_in_the_table_with_exact_shares():
    table = page(REGISTRATION)["table"]["rows"]
    assert [[cell["zh"] for cell in row] for row in table] == [
        ["上海某大学", "2/3", "2/3", "50%"],
        ["某智能装备（上海）有限公司", "1/3", "1/3", "50%"],
    ]
    assert table[0][0]["note"] == "统一社会信用代码 12310000425006133D"


def test_a_licence_deal_says_what_was_licensed_and_no_share():
    licence = LicenceFacts(
        mode="sole",
        territory=("中国 China", "（上海市 Shanghai除外 excepted）"),
        field=("C22C",),
        ends_on=date(2030, 12, 31),
        sublicensable=False,
    )
    sold = page(replace(SALE, share=None, licence=licence))["rows"]
    said = {row["label"]["en"]: row["zh"] for row in sold}
    assert said["Licence"] == "排他许可"
    assert said["Territory"] == "中国 China、（上海市 Shanghai除外 excepted）"
    assert (said["Field of use"], said["Until"]) == ("C22C", "2030年12月31日")
    assert said["Sublicensable"] == "不可以"
    assert "Share transferred" not in said
    assert "Licence" not in {row["label"]["en"] for row in page(SALE)["rows"]}


def test_many_technologies_are_named_up_to_five_and_counted_beyond():
    many = type(SALE)(
        **{
            **{name: getattr(SALE, name) for name in SALE.__slots__},
            "technologies": SALE.technologies * 8,
        }
    )
    shown = [row["zh"] for row in page(many)["rows"]]
    assert shown.count(SALE.technologies[0].title_zh) == 5
    assert "另有 3 项，详见附件" in shown


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(1), "100%"),
        (Fraction(3, 8), "37.5%"),
        (Fraction(1, 3), "1/3"),
        (Fraction(1, 10000), "0.01%"),
        (Fraction(1, 100000), "1/100000"),
    ],
)
def test_shares_are_written_exactly(share, text):
    assert words.share(share) == text


@given(st.fractions(min_value=Fraction(1, 1000), max_value=1))
def test_a_written_share_reads_back_as_itself(share):
    text = words.share(share)
    read = Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
    assert read == share

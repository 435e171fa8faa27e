"""Numbers of statutory rights: one way to write them, one key for one right (TE-3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.technologies import numbers
from hutong.technologies.numbers import BadNumber, Fault, Role


@pytest.mark.parametrize(
    ("said", "text", "key"),
    [
        ("201710601862.3", "201710601862.3", "cn-app:201710601862"),
        ("ZL 2017 1 0601862.3", "201710601862.3", "cn-app:201710601862"),
        ("CN201710601862.3", "201710601862.3", "cn-app:201710601862"),
        ("2017106018623", "201710601862.3", "cn-app:201710601862"),
        ("ＺＬ９７１０１７６５．４", "97101765.4", "cn-app:97101765"),
        ("95115608.x", "95115608.X", "cn-app:95115608"),
        ("13/033,085", "US 13/033,085", "us-app:13033085"),
        ("13/033085", "US 13/033,085", "us-app:13033085"),
        ("14/ 033085", "US 14/033,085", "us-app:14033085"),
        ("12/45,970", "US 12/045,970", "us-app:12045970"),
        ("PCT/CN2020/123456", "PCT/CN2020/123456", "pct:CN2020123456"),
        ("EP20123456.7", "EP 20123456.7", "ep-app:201234567"),
        ("JP2020-123456", "JP 2020-123456", "jp-app:2020123456"),
    ],
)
def test_an_application_number_is_read_whatever_its_dress(said, text, key):
    number = numbers.application(said)
    assert (number.role, number.text, number.key) == (Role.APPLICATION, text, key)


@pytest.mark.parametrize(
    ("said", "role", "text", "key"),
    [
        ("CN117151122A", Role.PUBLICATION, "CN 117151122 A", "cn-doc:117151122"),
        ("117151122 a", Role.PUBLICATION, "CN 117151122 A", "cn-doc:117151122"),
        ("CN117151122B", Role.GRANT, "CN 117151122 B", "cn-doc:117151122"),
        ("CN215792497U", Role.GRANT, "CN 215792497 U", "cn-doc:215792497"),
        ("CN305123456S", Role.GRANT, "CN 305123456 S", "cn-doc:305123456"),
        ("CN1030001A", Role.PUBLICATION, "CN 1030001 A", "cn-doc:1030001A"),
        ("CN1030001C", Role.GRANT, "CN 1030001 C", "cn-doc:1030001B"),
        ("US9,123,456B2", Role.GRANT, "US 9,123,456 B2", "us-grant:9123456"),
        ("US2015/0123456A1", Role.PUBLICATION, "US 2015/0123456 A1", "us-pub:20150123456"),
        ("WO2020/123456", Role.PUBLICATION, "WO 2020/123456", "wo:2020123456"),
        ("EP1234567B1", Role.GRANT, "EP 1234567 B1", "ep-doc:1234567"),
    ],
)
def test_a_document_number_tells_by_its_kind_code_what_it_is(said, role, text, key):
    number = numbers.document(said)
    assert (number.role, number.text, number.key) == (role, text, key)


def test_publication_and_grant_of_one_invention_name_one_right():
    assert numbers.document("CN111504366A").key == numbers.document("CN111504366B").key


@pytest.mark.parametrize(
    ("said", "fault", "expected"),
    [
        ("", Fault.EMPTY, ""),
        ("/0", Fault.EMPTY, ""),
        ("/", Fault.EMPTY, ""),
        ("12/533/258", Fault.MALFORMED, ""),
        ("hello", Fault.MALFORMED, ""),
        ("201710601862", Fault.NO_CHECK_DIGIT, "201710601862.3"),
        ("201710601862.4", Fault.WRONG_CHECK_DIGIT, "201710601862.3"),
        ("189910601862.4", Fault.WRONG_YEAR, ""),
        ("201740601862.4", Fault.WRONG_TYPE, ""),
        ("٢٠١٧١٠٦٠١٨٦٢.3", Fault.MALFORMED, ""),
    ],
)
def test_a_wrong_application_number_says_what_is_wrong(said, fault, expected):
    with pytest.raises(BadNumber) as caught:
        numbers.application(said)
    assert (caught.value.fault, caught.value.expected) == (fault, expected)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("CN117151122", Fault.NO_KIND_CODE),
        ("CN117151122U", Fault.WRONG_KIND_CODE),
        ("CN417151122A", Fault.WRONG_TYPE),
        ("CN1171", Fault.MALFORMED),
    ],
)
def test_a_wrong_document_number_says_what_is_wrong(said, fault):
    with pytest.raises(BadNumber) as caught:
        numbers.document(said)
    assert caught.value.fault is fault


@pytest.mark.parametrize(
    ("read", "said", "text"),
    [
        (numbers.software, "2019SR0123456", "2019SR0123456"),
        (numbers.software, "软著登字第1234567号", "软著登字第1234567号"),
        (numbers.layout, "BS.12500123.4", "BS.12500123.4"),
        (numbers.variety, "CNA20160123.4", "CNA20160123.4"),
        (numbers.achievement, "9312020Y0123", "9312020Y0123"),
    ],
)
def test_registrations_are_read(read, said, text):
    assert read(said).text == text


bodies = st.one_of(
    st.tuples(st.integers(2003, 2099), st.sampled_from("12389"), st.integers(0, 9_999_999)).map(
        lambda t: f"{t[0]}{t[1]}{t[2]:07d}"
    ),
    st.tuples(st.integers(85, 99), st.sampled_from("12389"), st.integers(0, 99_999)).map(
        lambda t: f"{t[0]}{t[1]}{t[2]:05d}"
    ),
)


@given(bodies)
def test_a_number_with_its_check_digit_is_read_and_reads_as_itself(body):
    whole = f"{body}.{numbers.check_digit(body)}"
    number = numbers.application(whole)
    assert number.text == whole
    assert numbers.application(number.text) == number


@given(bodies, st.data())
def test_one_mistyped_digit_is_always_found(body, data):
    check = numbers.check_digit(body)
    place = data.draw(st.integers(5, len(body) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != body[place]]))
    with pytest.raises(BadNumber):
        numbers.application(f"{body[:place]}{other}{body[place + 1 :]}.{check}")


@given(bodies, st.data())
def test_two_neighbouring_digits_exchanged_are_found(body, data):
    check = numbers.check_digit(body)
    place = data.draw(st.integers(5, len(body) - 2))
    swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
    if swapped != body:
        with pytest.raises(BadNumber):
            numbers.application(f"{swapped}.{check}")


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_number_or_named_a_fault(text):
    for read in (numbers.application, numbers.document, numbers.software, numbers.layout):
        try:
            number = read(text)
        except BadNumber:
            continue
        assert read(number.text) == number
    assert all(isinstance(key, str) for key in numbers.lookup_keys(text))


def test_a_number_is_found_without_its_check_digit_or_kind_code():
    assert "cn-app:201710601862" in numbers.lookup_keys("201710601862")
    assert "cn-doc:117151122" in numbers.lookup_keys("117151122")

"""Status lists: constant in size, signed, read by whoever verifies; and what they change."""

import base64
import gzip
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.certificates import credential as vc
from hutong.certificates import status_list
from hutong.certificates.rules import Purpose
from hutong.certificates.tests.making import SALE
from hutong.certificates.verification import Outcome, StepName, verify

AS_OF = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
ISSUER = "https://shte-demo.example"


def a_list(places=(), purpose=Purpose.REVOCATION):
    return status_list.build(ISSUER, purpose, 0, places, as_of=AS_OF)


@given(st.sets(st.integers(0, status_list.BITS - 1), max_size=20), st.integers(0, 2**17 - 1))
@settings(max_examples=25, deadline=None)
def test_exactly_what_was_set_is_set(places, other):
    made = a_list(places)
    assert all(status_list.is_set(made, place) for place in places)
    assert status_list.is_set(made, other) is (other in places)


def test_a_list_has_the_same_size_whoever_is_revoked():
    for places in ((), range(1000)):
        packed = a_list(places)["credentialSubject"]["encodedList"][1:]
        packed += "=" * (-len(packed) % 4)
        assert len(gzip.decompress(base64.urlsafe_b64decode(packed))) == 16_384


@pytest.mark.parametrize(
    "encoded",
    [
        None,
        7,
        "",
        "x",
        "u!!",
        "uAAAA",
        "u" + base64.urlsafe_b64encode(gzip.compress(bytes(100), mtime=0)).decode().rstrip("="),
        "u" + base64.urlsafe_b64encode(gzip.compress(bytes(1 << 24), mtime=0)).decode().rstrip("="),
    ],
)
def test_a_list_of_another_shape_is_refused(encoded):
    with pytest.raises(status_list.StatusListInvalid):
        status_list.is_set({"credentialSubject": {"encodedList": encoded}}, 0)


@pytest.fixture
def certified(maker):
    """A credential with place 5 in its venue's lists, and a signer of such lists."""
    content = maker.content(SALE)
    leaf, proof = maker.logged(content)
    made = maker.signed(
        vc.build(
            content,
            issuer=ISSUER,
            valid_from=AS_OF,
            leaf=leaf,
            log_proof=proof.text(),
            status=status_list.entries(ISSUER, 5),
        )
    )
    return json.dumps(made).encode()


def checked(maker, file, *lists):
    signed = [json.dumps(maker.signed(one)).encode() for one in lists]
    report = verify(file, maker.keyring.public(), status_lists=signed)
    return next(step for step in report.steps if step.name is StepName.REVOCATION)


def test_the_lists_say_offline_whether_it_stands(maker, certified):
    both = [a_list([4, 6]), a_list([4, 6], Purpose.SUSPENSION)]
    step = checked(maker, certified, *both)
    assert (step.outcome, step.sentence()) == (
        Outcome.OK,
        "Not revoked as of 2026-03-05T08:00:00Z.",
    )
    assert checked(maker, certified).outcome is Outcome.UNKNOWN
    assert "Revoked" in checked(maker, certified, a_list([5])).sentence()
    suspended = checked(maker, certified, a_list([]), a_list([5], Purpose.SUSPENSION))
    assert suspended.outcome is Outcome.FAILED
    assert "Suspended" in suspended.sentence()


def test_a_list_somebody_else_signed_is_named(maker, certified):
    unsigned = json.dumps(a_list([5])).encode()
    report = verify(certified, maker.keyring.public(), status_lists=[unsigned])
    assert not report.verified
    assert "not the venue's" in report.failures()[0].sentence()


def test_a_list_of_other_certificates_says_nothing(maker, certified):
    other = status_list.build(ISSUER, Purpose.REVOCATION, 1, [5], as_of=AS_OF)
    assert checked(maker, certified, other).outcome is Outcome.UNKNOWN

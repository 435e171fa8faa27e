"""A venue puts its name only to what it knows of its member's purchase (NE-4)."""

from dataclasses import replace

import pytest

from hutong.certificates.verification import countersigned
from hutong.kit.refusal import Refused
from hutong.network.countersigning import rules
from hutong.network.countersigning.rules import Purchase, Refusal

NUMBER = "SHTE-JY-2022-000001"
CONTENT = {
    "deal": {
        "number": "SHTE-CJ-2022-000007",
        "price_fen": 90_000,
        "currency": "CNY",
        "contract_digest": "sha256:" + "a" * 64,
    },
    "buyer": {"identifiers": [["uscc", "91310000607311573J"]]},
}
KNOWN = Purchase(
    deal_number="SHTE-CJ-2022-000007",
    price_fen=90_000,
    currency="CNY",
    contract_digest="sha256:" + "a" * 64,
    certificates=(NUMBER,),
    buyer=frozenset({("uscc", "91310000607311573J"), ("lei", "529900T8BM49AURSDO55")}),
)


def test_the_certificate_of_the_purchase_is_countersigned():
    rules.check(NUMBER, CONTENT, KNOWN)


@pytest.mark.parametrize(
    ("what", "known"),
    [
        ("number", {"certificates": ("SHTE-JY-2022-000002",)}),
        ("deal", {"deal_number": "SHTE-CJ-2022-000008"}),
        ("price", {"price_fen": 90_001}),
        ("price", {"currency": "USD"}),
        ("contract", {"contract_digest": "sha256:" + "b" * 64}),
        ("buyer", {"buyer": frozenset({("uscc", "12310000425006133D")})}),
    ],
)
def test_a_certificate_that_says_something_else_is_not(what, known):
    with pytest.raises(Refused) as refused:
        rules.check(NUMBER, CONTENT, replace(KNOWN, **known))

    assert refused.value.reason is Refusal.NOT_OF_ORDER
    assert refused.value.facts["what"] == what


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"deal": []},
        {"deal": {}},
        {"deal": CONTENT["deal"]},
        CONTENT | {"buyer": {"identifiers": 7}},
    ],
)
def test_a_certificate_that_says_nothing_of_a_deal_is_of_no_order(content):
    with pytest.raises(Refused) as refused:
        rules.check(NUMBER, content, KNOWN)
    assert refused.value.reason is Refusal.NOT_OF_ORDER


STATEMENT = dict.fromkeys(
    ("venue", "issuer", "certificate", "content_digest", "at", "key", "signature"), "x"
) | {"format": countersigned.FORMAT}


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {"statement": STATEMENT},
        {"statement": STATEMENT, "entry": "\u00e9", "tlogProof": ""},
        {"statement": STATEMENT, "entry": "x", "tlogProof": ""},
        {"statement": STATEMENT, "entry": "", "tlogProof": "c2sp.org/tlog-proof@v1\nindex x\n"},
        {"statement": STATEMENT | {"at": 7}, "entry": "", "tlogProof": ""},
        {"statement": STATEMENT | {"more": "x"}, "entry": "", "tlogProof": ""},
    ],
)
def test_what_is_no_countersignature_is_said_so(told):
    with pytest.raises(countersigned.CountersignatureInvalid):
        countersigned.read(told)

"""Deals and money over HTTP: what each may see and do, and what goes over the wire."""

import secrets
from datetime import UTC, datetime

import pytest
from django.test import Client

from beginnings import beginning
from hutong.deals import queries as deals
from hutong.deals.testing import DEPOSIT, PRICE
from hutong.kit.canonical import digest
from hutong.kit.ids import subject
from hutong.parties import actions as parties
from hutong.parties.testing import NINE_IN_SHANGHAI, member_of, officer, verified_party
from hutong.settlement import queries
from hutong.settlement.testing import deal_with_deposit, funded, paid_deal, with_outside_steps

pytestmark = pytest.mark.usefixtures("venue")


class Caller:
    """Somebody with a token."""

    def __init__(self, actor) -> None:
        token = parties.issue_token(actor=actor, now=NINE_IN_SHANGHAI, label="test").secret
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path, **query):
        return Client().get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path, body=None, key=None):
        return Client().post(
            f"/api/v1{path}",
            body or {},
            content_type="application/json",
            headers=self.headers | {"Idempotency-Key": key or secrets.token_hex(8)},
        )


def at(moment) -> None:
    """Let the venue's clock stand at `moment`, as a demo's does."""
    from hutong.due.models import Clock

    Clock.objects.update(offset=moment - datetime.now(UTC))


@beginning
def deal(venue):
    found = deal_with_deposit()
    at(found.opened_at)
    return found


def test_each_side_reads_and_accepts_the_exact_contract(deal):
    seller, buyer = Caller(member_of(deal.seller)), Caller(member_of(deal.buyer))
    listed = seller.get("/deals").json()["items"]
    assert [(d["number"], d["your_side"]) for d in listed] == [(deal.number, "seller")]
    contract = buyer.get(f"/deals/{deal.id}/contract")
    assert contract["Content-Type"] == "text/markdown; charset=utf-8"
    assert contract["Digest"] == digest(contract.content)
    for who in (seller, buyer):
        answer = who.post(f"/deals/{deal.id}/acceptance", {"digest": contract["Digest"]})
        assert answer.status_code == 201, answer.content
    assert answer.json()["status"] == "signed"
    assert len(answer.json()["acceptances"]) == 2


def test_a_repeated_acceptance_is_one_acceptance(deal):
    seller = Caller(member_of(deal.seller))
    for _ in range(2):
        answer = seller.post(
            f"/deals/{deal.id}/acceptance", {"digest": deal.contract_digest}, key="once"
        )
        assert answer.status_code == 201
    assert len(deals.deal(deal.id).acceptances) == 1


REFUSED = [
    ("/deals/{deal}/acceptance", {"digest": "sha256:" + "0" * 64}, 409, "deals.other_text"),
    ("/deals/{deal}/acceptance", {"digest": "md5:1"}, 422, "malformed"),
    ("/deals/{deal}/acceptance", {}, 422, "malformed"),
    ("/deals/{deal}/default", {"side": "seller", "reason": "x"}, 403, "power_missing"),
    ("/deals/{deal}/settlement", {}, 403, "power_missing"),
    ("/receipts", {"amount_fen": 1, "bank_reference": "B", "value_date": "2022-06-20"}, 403, None),
    ("/receipts", {"amount_fen": 0, "bank_reference": "B", "value_date": "2022-06-20"}, 422, None),
    ("/receipts", {"amount_fen": 1, "bank_reference": "\0", "value_date": "2022-06-20"}, 422, None),
]


@pytest.mark.parametrize(("path", "body", "status", "code"), REFUSED)
def test_the_api_refuses_with_a_problem(deal, path, body, status, code):
    answer = Caller(member_of(deal.buyer)).post(path.format(deal=deal.id), body)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    if code:
        assert answer.json()["code"] == code


def test_anothers_deal_does_not_exist(deal):
    stranger = Caller(member_of(verified_party("第三方公司", kind="enterprise")))
    for path in ("", "/contract", "/money"):
        assert stranger.get(f"/deals/{deal.id}{path}").status_code == 404
    assert stranger.get("/deals").json()["items"] == []
    assert stranger.get("/payables").json()["items"] == []
    assert Client().get(f"/api/v1/deals/{deal.id}").status_code == 401


def test_a_buyer_sees_what_to_pay_and_an_officer_records_it(deal):
    buyer, clerk = Caller(member_of(deal.buyer)), Caller(officer("settlement"))
    [asked] = buyer.get("/payables", subject=subject("intent", deal.intent)).json()["items"]
    assert (asked["status"], asked["amount_fen"]) == ("held", DEPOSIT)
    assert asked["reference_spaced"].replace(" ", "") == asked["reference"]
    line = {
        "reference": f"多付 {asked['reference_spaced']}",
        "amount_fen": 100,
        "bank_reference": "20220718-1",
        "value_date": "2022-07-18",
    }
    answer = clerk.post("/receipts", line)
    assert answer.status_code == 201, answer.content
    assert answer.json()["outcome"] == "surplus"
    assert clerk.post("/receipts", line).json()["id"] == answer.json()["id"]
    statement = buyer.get("/account").json()
    assert statement["balance"] == {
        "account": statement["balance"]["account"],
        "currency": "CNY",
        "available_fen": 100,
        "held_fen": DEPOSIT,
    }
    assert [x["amount_fen"] for x in statement["lines"]] == [DEPOSIT, 100]
    assert buyer.get("/receipts").status_code == 403


def test_an_officer_settles_and_the_ledger_sums_to_nothing(venue):
    deal = with_outside_steps(paid_deal())
    at(deal.opened_at)
    clerk = Caller(officer("settlement"))
    [waiting] = clerk.get("/settlement/queue").json()
    assert (waiting["what"], waiting["missing_steps"]) == ("deal_to_settle", 0)
    answer = clerk.post(f"/deals/{deal.id}/settlement")
    assert answer.status_code == 201, answer.content
    assert answer.json()["to_seller_fen"] == PRICE - 3_000_000
    assert clerk.post(f"/deals/{deal.id}/settlement").json()["code"] == "settlement.already_settled"
    assert clerk.get("/totals").json()["sums_fen"] == {"CNY": 0}
    seller = Caller(member_of(deal.seller))
    assert seller.get("/account").json()["balance"]["available_fen"] == PRICE - 3_000_000
    assert seller.get(f"/deals/{deal.id}/money").json()["settled_at"]
    assert seller.get("/totals").status_code == 403


def test_a_payout_from_request_to_the_bank(venue):
    party = verified_party("上海某大学")
    funded(party.id, 1_000)
    owner, one, other = (
        Caller(member_of(party)),
        Caller(officer("settlement")),
        Caller(officer("settlement")),
    )
    account = {"holder": "上海某大学", "bank": "某银行", "number": "6222 0000 1234 5678"}
    asked = owner.post("/payouts", {"amount_fen": 600, "account": account})
    assert asked.status_code == 201, asked.content
    assert asked.json()["account_number"] == "••••5678"
    by_officer = {"amount_fen": 100, "account": account, "party": str(party.id)}
    assert owner.post("/payouts", by_officer).status_code == 403
    second = one.post("/payouts", by_officer).json()
    assert one.post(f"/payouts/{second['id']}/approval").json()["code"] == "same_eyes"
    assert other.post(f"/payouts/{second['id']}/rejection", {"reason": "no"}).status_code == 200
    payout = asked.json()["id"]
    assert one.post(f"/payouts/{payout}/approval").json()["status"] == "approved"
    done = other.post(f"/payouts/{payout}/confirmation", {"bank_reference": "OUT-1"})
    assert done.json()["status"] == "paid"
    assert [p["status"] for p in owner.get("/payouts").json()["items"]] == ["rejected", "paid"]
    assert queries.account_of(party.id).available_fen == 400


@pytest.mark.parametrize("path", ["/deals", "/payables", "/payouts", "/account"])
def test_lists_need_a_sign_in(venue, path):
    assert Client().get(f"/api/v1{path}").status_code == 401

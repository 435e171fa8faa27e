"""What follows a cut-off, and the API (LI-5, AU-3, AU-9)."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client

from hutong.auctions import actions, queries, token
from hutong.auctions.actions import Book
from hutong.auctions.record import Receipt, verify
from hutong.auctions.rules import Status
from hutong.auctions.testing import an_open_lot, bidders
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import microseconds
from hutong.listings import testing as listings
from hutong.notices.models import Notice
from hutong.parties import actions as parties
from hutong.parties.testing import member_of, officer, verified_party
from hutong.transparency import queries as transparency

pytestmark = pytest.mark.django_db


def call(method, path, body=None, *, secret=None):
    headers = {"Idempotency-Key": str(uuid4())}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    data = b"" if body is None else json.dumps(body).encode()
    return Client().generic(
        method, f"/api/v1{path}", data, content_type="application/json", headers=headers
    )


def secret_of(actor, now, *, party=None) -> str:
    return parties.issue_token(actor=actor, now=now, label="test", party=party, scopes=None).secret


@pytest.fixture
def auction(venue, drain):
    """A listing cut off with two deposits, and what followed."""
    seller = verified_party("上海某大学")
    firms = [verified_party(f"上海某科技公司{n}", "enterprise") for n in (1, 2)]
    for firm in firms:
        member_of(firm)
    listing = listings.open_listing(seller)
    for firm in firms:
        listings.deposited_intent(listing, firm)
    listing = listings.cut_off(listing)
    venue.now = listing.cut_off_at
    drain()
    return listing, firms


def test_a_cut_off_with_two_deposits_opens_a_lot_between_them(venue, auction) -> None:
    listing, firms = auction
    lot = queries.lot_of_listing(listing.id, venue.now)
    assert lot.opening_fen == listing.price_fen
    assert lot.paddles == 2
    assert {p.party for p in queries.bidders_of(lot.id)} == {f.id for f in firms}
    assert lot.opens_at >= listing.cut_off_at
    told = Notice.objects.filter(kind="auctions.LotOpened", subject=subject("lot", lot.id))
    assert told.count() >= 2
    assert list(queries.audit()) == []


def test_paddles_are_drawn_by_lot_so_that_no_order_of_deposits_betrays_them(venue, drain) -> None:
    seller = verified_party("上海某大学")
    firms = [verified_party(f"上海某科技公司{n}", "enterprise") for n in range(8)]
    listing = listings.open_listing(seller)
    for minute, firm in enumerate(firms):
        listings.deposited_intent(listing, firm, now=venue.now + timedelta(minutes=minute))
    listing = listings.cut_off(listing)
    venue.now = listing.cut_off_at
    drain()
    lot = queries.lot_of_listing(listing.id, venue.now)
    by_paddle = [p.party for p in sorted(queries.bidders_of(lot.id), key=lambda p: p.number)]
    assert set(by_paddle) == {firm.id for firm in firms}
    assert by_paddle != [firm.id for firm in firms]  # by chance once in 40,320 runs


def test_a_bidder_suspended_meanwhile_gets_no_token(venue) -> None:
    firm = verified_party("上海某科技公司", "enterprise")
    mine, other = bidders(2)
    lot = an_open_lot(opens_at=venue.now, bidders=[other, mine._replace(party=firm.id)])
    secret = secret_of(member_of(firm), venue.now, party=firm.id)
    parties.suspend(actor=officer("compliance"), now=venue.now, party=firm.id, why="An inquiry.")
    answer = call("POST", f"/lots/{lot}/paddle-token", secret=secret)
    assert answer.status_code in (403, 409)
    assert answer.json()["rule"] == "PA-3"


def test_the_close_is_told_to_winner_and_loser(venue, auction, drain) -> None:
    listing, _ = auction
    lot = queries.lot_of_listing(listing.id, venue.now)
    at = lot.opens_at
    bid = Receipt(str(uuid4()), 2, lot.opening_fen, microseconds(at))
    actions.judge(batches={lot.id: [bid]}, book=Book())
    actions.close_lot(actor=SYSTEM, now=lot.ends_at, lot=lot.id)
    venue.now = lot.ends_at
    drain()
    closed = journal.latest_of(subject("lot", lot.id), "auctions.Closed")
    assert closed.facts["outcome"] == "sold"
    kinds = set(Notice.objects.values_list("kind", flat=True))
    assert {"auctions.Won", "auctions.Lost"} <= kinds


# -- the API ----------------------------------------------------------------------------------------


def test_anybody_reads_lots_and_nobody_sees_parties(venue) -> None:
    lot = an_open_lot(opens_at=venue.now, bidders=bidders(2))
    answer = call("GET", f"/lots/{lot}")
    assert answer.status_code == 200
    out = answer.json()
    assert (out["status"], out["least_next_fen"], out["your_paddle"]) == ("free", 100_000, None)
    assert out["watch"] == f"/live/lots/{lot}"
    assert [item["id"] for item in call("GET", "/lots?live=true").json()["items"]] == [str(lot)]
    assert call("GET", "/lots?live=false").json()["items"] == []
    assert call("GET", f"/lots/{uuid4()}").status_code == 404


def test_a_bidder_s_agent_gets_a_token_that_the_door_accepts(venue) -> None:
    firm = verified_party("上海某科技公司", "enterprise")
    mine, other = bidders(2)
    lot = an_open_lot(opens_at=venue.now, bidders=[other, mine._replace(party=firm.id)])
    secret = secret_of(member_of(firm, role="agent"), venue.now, party=firm.id)
    answer = call("POST", f"/lots/{lot}/paddle-token", secret=secret)
    assert answer.status_code == 201, answer.content
    out = answer.json()
    opened = token.open_token(transparency.keyring().token_key, out["token"], at=0)
    assert (opened.lot, opened.paddle, out["paddle"]) == (str(lot), 2, 2)
    assert call("GET", f"/lots/{lot}", secret=secret).json()["your_paddle"] == 2
    assert call("POST", f"/lots/{lot}/paddle-token").status_code == 401


def test_a_stranger_gets_no_token(venue) -> None:
    firm = verified_party("上海某科技公司", "enterprise")
    lot = an_open_lot(opens_at=venue.now, bidders=bidders(2))
    secret = secret_of(member_of(firm), venue.now, party=firm.id)
    answer = call("POST", f"/lots/{lot}/paddle-token", secret=secret)
    assert (answer.status_code, answer.json()["code"]) == (403, "auctions.not_a_bidder")


def test_the_record_is_published_after_the_close(venue) -> None:
    lot = an_open_lot(opens_at=venue.now, bidders=bidders(2))
    assert call("GET", f"/lots/{lot}/record").json()["code"] == "auctions.record_not_public"
    bid = Receipt(str(UUID(int=7)), 1, 100_000, microseconds(venue.now))
    actions.judge(batches={lot: [bid]}, book=Book())
    end = queries.lot(lot, venue.now).ends_at
    actions.close_lot(actor=SYSTEM, now=end, lot=lot)
    out = call("GET", f"/lots/{lot}/record").json()
    chains = {entry["last"]: entry["chain"] for entry in out["log"]}
    assert verify(out["record"], chains).outcome is Status.SOLD


def test_only_officers_suspend_a_lot_and_only_the_supervisor_opens_paddles(venue) -> None:
    lot = an_open_lot(opens_at=venue.now, bidders=bidders(2))
    trading, supervisor = officer("trading"), officer("supervisor")
    firm = verified_party("上海某科技公司", "enterprise")
    member = secret_of(member_of(firm), venue.now, party=firm.id)
    why = {"reason": "The venue's power failed."}
    assert call("POST", f"/lots/{lot}/suspend", why, secret=member).status_code == 403
    assert call("GET", f"/lots/{lot}/paddles", secret=member).status_code == 403
    actions.suspend_lot(actor=trading, now=venue.now, lot=lot, reason="The venue's power failed.")
    assert call("GET", f"/lots/{lot}").json()["status"] == "suspended"
    suspended = journal.latest_of(subject("lot", lot), "auctions.Suspended")
    assert suspended.content["reason"] == "The venue's power failed."
    later = venue.now + timedelta(minutes=5)
    actions.resume_lot(actor=trading, now=later, lot=lot)
    assert len(queries.paddles(supervisor, lot)) == 2
    assert call("GET", f"/lots/{new_id()}/paddles", secret=member).status_code == 403

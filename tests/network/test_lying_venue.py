"""
A venue that lies is caught, and named: what it signed proves it to whoever has its keys (NE-2, LO-3).

    a forked log          frozen and shown to everybody with the proof; its word counts no more
    a replayed message    acts once; one that says something else is refused, kept and logged
    a forged credential   recognises nobody; the officers have what was signed
    a deposit guaranteed twice   counts once; the officers have what was signed
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from hutong.deals.testing import DEPOSIT, NOTICE, listed
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import Refused
from hutong.listings import actions as listings
from hutong.listings import queries as listing_queries
from hutong.listings.intents import Decision
from hutong.listings.offers import Scope
from hutong.network.messages import actions as messages
from hutong.network.messages import evidence, queries, signing
from hutong.network.messages.betraying import BETRAYING
from hutong.network.messages.door import keys_of
from hutong.network.messages.models import Incoming, Suspicion
from hutong.network.messages.rules import Direction, Status
from hutong.network.messages.testing import Paper
from hutong.network.mirrors import forks
from hutong.network.mirrors.testing import Log
from hutong.network.mirrors.tests.following import Follower
from hutong.network.mirrors.tests.histories import LISTINGS
from hutong.network.mirrors.tests.histories import listed as listed_in
from hutong.network.recognition import actions as recognition
from hutong.network.recognition.rules import Refusal as Credentials
from hutong.network.trade import actions as trade
from hutong.network.trade import queries as orders
from hutong.node.worker import work_until_quiet
from hutong.parties.models import Recognition
from hutong.parties.testing import member_of, officer, verified_party
from hutong.settlement import actions as settlement
from hutong.settlement import queries as payables
from hutong.settlement.testing import received
from hutong.transparency.signers import Ed25519Signer
from hutong.ui.testing import browsing
from hutong.venues.testing import join, paper_venue
from network.pair import Pair

NOW = datetime(2022, 6, 20, 1, tzinfo=UTC)
HOME, LIAR = "SDTE", "SZTE"


def proven(one):
    """The first signed request that speaks against a venue, when its signature holds by the list."""
    raw = queries.evidence_against(one)[0]
    first, headers, body = evidence.read(raw)
    assert first == "POST /network/inbox"
    request = signing.Request(headers, body)
    at = datetime.now(UTC)
    signing.verify_request(request, sender=one.sender, keys=keys_of, now=at)
    return json.loads(body)


# -- a forked log -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_forked_log_is_frozen_shown_with_its_proof_and_its_venues_word_counts_no_more(venue):
    from hutong.node.keys import make_keyring

    make_keyring()
    log = Log(code=LIAR)
    paper = paper_venue(LIAR)
    keys = {"log_origin": log.origin, "log_keys": (log.verifier.text(),)}
    paper = replace(
        paper, description=replace(paper.description, **keys), log=Ed25519Signer(log.key)
    )
    join(others=[paper, paper_venue(HOME)], now=venue.now, at=datetime.now(UTC))
    listed_in(log, LISTINGS[0], title="真")
    log.sign()
    follower = Follower(log)
    follower.follow(log)
    other = log.forked(0)
    listed_in(other, LISTINGS[0], title="假")
    listed_in(other, LISTINGS[1])
    other.sign()
    follower.sources.logs[LIAR] = other
    follower.follow(log)

    (told,) = Client().get("/network/forks").json()["forks"]
    assert told["venue"] == LIAR
    proof = forks.Fork.parse(told["proof"])
    sizes = [signed.size for signed in forks.check(proof, [log.verifier])]
    assert sizes == [1, 2], "nothing but its key is needed to check it"
    assert f"{LIAR}" in Client().get("/network").content.decode()
    (entry,) = journal.of_kinds(["network.LogForked"])
    assert entry.facts["venue"] == LIAR
    assert (
        "/desk/network/mirrors" in browsing(officer("administrator")).get("/desk").content.decode()
    )
    with pytest.raises(Refused) as refused:
        recognition.in_good_standing(LIAR)
    assert refused.value.reason is Credentials.LOG_REWRITTEN


# -- a replayed message -------------------------------------------------------------------------------


@pytest.fixture
def paper(venue):
    from hutong.node.keys import make_keyring

    make_keyring()
    return Paper(join(LIAR, HOME, now=venue.now, at=datetime.now(UTC)).known[LIAR])


def post(request):
    headers = {name: value for name, value in request.headers.items() if name != "content-type"}
    return Client().post(
        "/network/inbox", data=request.body, content_type="application/json", headers=headers
    )


def ping(paper, word, **place):
    return paper.message("network.ping", {"ping": word}, about="thing:1", **place)


@pytest.mark.django_db
def test_a_message_replayed_by_anybody_acts_once_and_later_is_stale(paper):
    message = ping(paper, "once")
    request = paper.request(message)
    answers = {post(request).content for _ in range(5)}
    assert len(answers) == 1
    assert Incoming.objects.count() == 1
    late = paper.request(message, datetime.now(UTC) - timedelta(minutes=10))
    assert post(late).json()["refused"]["code"] == "network.message_stale"
    assert queries.open_suspicions() == [], "that it was asked again speaks against nobody"


@pytest.mark.django_db
def test_who_says_two_things_in_one_place_is_named_in_the_log_and_to_the_officers(paper, venue):
    post(paper.request(ping(paper, "one thing")))
    other = paper.request(ping(paper, "another", sequence=0))
    for _ in range(3):
        assert post(other).status_code == 409

    (entry,) = journal.of_kinds(["network.MessageContradicted"])
    assert entry.facts["sender"] == LIAR
    (one,) = queries.open_suspicions()
    assert (one.sender, one.refused) == (LIAR, "network.message_contradicted")
    assert proven(one)["body"] == {"ping": "another"}
    assert len(queries.evidence_against(one)) == 2

    desk = browsing(officer("administrator"))
    page = f"/desk/network/messages/suspicions/{one.id}"
    assert page in desk.get("/desk").content.decode()
    shown = desk.get(page).content.decode()
    assert "one thing" in shown
    assert "another" in shown
    assert desk.post(page, {"act": "conclude", "finding": ""}).status_code != 302
    assert desk.post(page, {"act": "conclude", "finding": "对方承认伪造"}).status_code == 302
    assert queries.open_suspicions() == []
    assert "对方承认伪造" in desk.get(page).content.decode()
    assert "对方承认伪造" in desk.get("/desk/network/messages").content.decode()
    again = desk.post(page, {"act": "conclude", "finding": "again"}).content.decode()
    assert 'data-code="network.suspicion_concluded"' in again
    assert page not in desk.get("/desk").content.decode()
    assert browsing(officer("registrar")).get(page).status_code == 403
    assert list(queries.audit()) == []
    kept = Suspicion.objects.get()
    for wrong in ({"digest": "sha256:0"}, {"concluded_at": None, "finding": ""}):
        Suspicion.objects.update(**wrong)
        assert list(queries.audit()), "the doctor sees what was changed by hand"
        kept.save()
    (told,) = desk.get("/api/v1/network/suspicions").json()["items"]
    assert (told["sender"], told["finding"]) == (LIAR, "对方承认伪造")


def test_every_refusal_that_betrays_is_one_that_is_given():
    from hutong.kit.refusal import Reason
    from hutong.node.messaging import KINDS

    assert BETRAYING.keys() <= KINDS.keys()
    known, left = set(), Reason.__subclasses__()
    while left:
        one = left.pop()
        known |= {reason.code for reason in one}
        left += one.__subclasses__()
    assert not set().union(*BETRAYING.values()) - known


# -- two venues: one lists, one lies ------------------------------------------------------------------


@pytest.fixture
def pair(own_database, other_database, working_at, tmp_path, settings):
    from hutong.certificates.tests.conftest import CHECKOUT

    settings.ALLOWED_HOSTS = ["*"]
    settings.FONT_DIRECTORIES = [CHECKOUT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"]
    offers = {}

    def alone(code):
        if code == HOME:
            offers[HOME] = listed(verified_party("山东某大学"), scope=Scope.NETWORK)

    pair = Pair((own_database, other_database), working_at, tmp_path, NOW, alone)
    pair.offer, pair.now = offers[HOME], NOW + NOTICE
    return pair


@pytest.fixture
def firm(pair):
    """A member at home at the lying venue, with its credential."""
    with pair.at(LIAR):
        firm = verified_party("深圳某公司", "enterprise", now=NOW)
        work(pair)
        return firm


def work(pair):
    work_until_quiet(now=pair.now, real_now=datetime.now(UTC))


def settle_down(pair):
    """Both do what follows, and say what they have to say."""
    for _ in range(3):
        for code in (HOME, LIAR):
            with pair.at(code):
                work(pair)
        pair.carry()


def say(pair, kind, body, about) -> UUID:
    """Let the lying venue send what an honest one would not."""
    with pair.at(LIAR):
        said = messages.send(actor=SYSTEM, now=pair.now, to=HOME, about=about, kind=kind, body=body)
    pair.carry()
    return said


def the_suspicion(pair):
    with pair.at(HOME):
        (one,) = queries.open_suspicions()
        assert one.sender == LIAR
        desk = browsing(officer("administrator", now=pair.now))
        assert f"/desk/network/messages/suspicions/{one.id}" in desk.get("/desk").content.decode()
        answered = queries.told(Direction.IN, LIAR, one.message)
        assert answered.status == Status.REFUSED
        return one, proven(one)


def credential(pair, firm):
    with pair.at(LIAR):
        return recognition.credential_of(recognition.latest_credential(firm.id))


def test_a_forged_credential_recognises_nobody_and_its_venue_is_named(pair, firm):
    told = credential(pair, firm)
    forged = json.loads(json.dumps(told, ensure_ascii=False).replace("深圳某公司", "上海某集团"))
    assert forged != told
    say(pair, recognition.SHOW, {"credential": forged, "log_size": 0}, subject("party", new_id()))

    one, body = the_suspicion(pair)
    assert one.refused == "recognition.credential_wrong"
    assert body["body"]["credential"] == forged
    with pair.at(HOME):
        assert not Recognition.objects.exists()
    say(pair, recognition.SHOW, {"credential": told, "log_size": 0}, subject("party", firm.id))
    with pair.at(HOME):
        assert Recognition.objects.count() == 1, "the genuine one is taken"
        assert len(queries.open_suspicions()) == 1


@pytest.mark.drill
def test_a_deposit_guaranteed_twice_counts_once_and_its_venue_is_named(pair, firm):
    with pair.at(LIAR):
        order = trade.open_order(
            actor=member_of(firm),
            now=pair.now,
            venue=HOME,
            listing=pair.offer.id,
            accepts_conditions=True,
        )
    settle_down(pair)
    with pair.at(HOME):
        examiner = officer("listing", now=pair.now)
        for intent in listing_queries.intents_of(pair.offer.id, examiner):
            listings.qualify(
                actor=examiner,
                now=pair.now,
                intent=intent.id,
                decision=Decision.QUALIFY,
                findings="符合受让条件",
            )
    settle_down(pair)
    with pair.at(LIAR):
        asked = payables.payable_for(subject("order", order.id))
        received(asked.reference, asked.amount_fen, now=pair.now)
    settle_down(pair)
    with pair.at(LIAR):
        assert orders.order(order.id).deposit == "guaranteed"
    with pair.at(HOME):
        assert settlement.exposure_fen(LIAR, "CNY") == DEPOSIT
        assert queries.open_suspicions() == []

    twice = {"order": str(order.id), "amount_fen": DEPOSIT, "currency": "CNY"}
    say(pair, "trade.guarantee", twice, subject("order", order.id))

    one, body = the_suspicion(pair)
    assert one.refused == "trade.guaranteed_twice"
    assert body["body"] == twice
    with pair.at(HOME):
        assert settlement.exposure_fen(LIAR, "CNY") == DEPOSIT
    with pair.at(LIAR):
        assert orders.order(order.id).deposit == "guaranteed"

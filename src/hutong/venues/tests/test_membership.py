"""
This venue in a network: founded, joined, changed with four eyes, and never fooled (NE-1, PA-5).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from hutong.doors.problems import sentence_of
from hutong.kit.actor import SYSTEM, Actor, PersonId
from hutong.kit.ids import new_id
from hutong.kit.refusal import Refused
from hutong.transparency import queries as log
from hutong.transparency.cosigning import queries as cosigning
from hutong.venues import actions, chain, lists, queries, signing
from hutong.venues.grounds import Grounds
from hutong.venues.lists import Held, Kind, State
from hutong.venues.signing import SIGNED
from hutong.venues.states import ApplicationStatus, ChangeStatus, Standing
from hutong.venues.testing import join, take_here, venues

pytestmark = pytest.mark.django_db
REAL = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    """Real time, as documents made in this test have it: a run may be older than clocks may differ."""
    monkeypatch.setitem(globals(), "REAL", datetime.now(UTC))


def administrator() -> Actor:
    powers = frozenset({"network.operate"})
    return Actor(person=PersonId(new_id()), powers=powers, second_factor=True)


ONE, TWO = administrator(), administrator()


@pytest.fixture(autouse=True)
def keys(venue):
    from hutong.node.keys import make_keyring

    keyring = make_keyring().keyring
    (keyring.directory / SIGNED).unlink(missing_ok=True)
    return keyring


def found(venue) -> str:
    id = actions.propose_founding(actor=ONE, now=venue.now, name="全国技术交易网络")
    actions.accept_undertaking(actor=TWO, now=venue.now, real_now=REAL, undertaking=id)
    return queries.network().anchor


def refused(code: str):
    return pytest.raises(Refused, match=code)


def propose(venue, kind, code, details=None, **more):
    return actions.propose(
        actor=ONE, now=venue.now, real_now=REAL, kind=kind, venue=code, details=details, **more
    )


def approve(venue, change, **more):
    actions.approve(actor=TWO, now=venue.now, real_now=REAL, change=change, **more)


SURE = Grounds(are_final=lambda: True, holds=lambda held: True)


def issue(venue, at=None, grounds=SURE):
    return actions.issue(actor=SYSTEM, now=venue.now, real_now=at or REAL, grounds=grounds)


def test_a_venue_in_no_network_is_alone(venue):
    assert queries.network() is None
    assert queries.members() == []
    assert queries.registrar() is None
    assert not queries.is_joined()
    assert queries.standing("SZTE") is Standing.UNKNOWN


def test_two_officers_found_a_network(venue):
    anchor = found(venue)
    assert [member.code for member in queries.members()] == [queries.my_code()]
    assert queries.registrar().code == queries.my_code()
    assert queries.standing(queries.my_code()) is Standing.GOOD
    assert not queries.is_joined()  # alone in it
    assert queries.latest_lists()[0]["list"]["network"] is None
    assert queries.list_of(anchor) is not None
    assert list(queries.audit()) == []


def test_one_officer_alone_founds_none(venue):
    id = actions.propose_founding(actor=ONE, now=venue.now, name="One's own")
    with refused("same_eyes"):
        actions.accept_undertaking(actor=ONE, now=venue.now, real_now=REAL, undertaking=id)
    assert queries.network() is None


def test_who_is_in_a_network_founds_no_other(venue):
    found(venue)
    with refused("venues.in_network"):
        actions.propose_founding(actor=ONE, now=venue.now, name="Another")


def application_of(paper, anchor):
    return lists.apply_for(anchor, paper.description, at=REAL, signer=paper.message)


def test_an_applicant_is_let_in_by_two_officers(venue):
    anchor = found(venue)
    (paper,) = venues("SZTE")
    told = application_of(paper, anchor).as_json()
    digest = actions.receive_application(actor=SYSTEM, now=venue.now, real_now=REAL, told=told)
    change = propose(venue, Kind.ADMIT, "", application=digest, reason="a good exchange")
    with refused("same_eyes"):
        actions.approve(actor=ONE, now=venue.now, real_now=REAL, change=change)
    approve(venue, change)
    assert issue(venue) == 1
    assert [member.code for member in queries.members()] == ["SHTE-DEMO", "SZTE"]
    assert queries.is_joined()
    assert queries.url_of("SZTE") == "https://szte.example"
    assert queries.keys_of("SZTE").message == {
        paper.description.message_keys[0]: paper.message.public_key
    }
    assert queries.change(change).status is ChangeStatus.LISTED
    assert list(queries.audit()) == []


def test_members_logs_are_watched_and_their_witnesses_asked(venue):
    join("SZTE", "SDTE", now=venue.now)
    peers = {(peer.kind.value, peer.name, peer.url) for peer in cosigning.peers()}
    assert peers == {
        ("log", "szte.example/log", ""),
        ("log", "sdte.example/log", ""),
        ("witness", "szte.example/witness", "https://szte.example/log/witness"),
        ("witness", "sdte.example/witness", "https://sdte.example/log/witness"),
    }


def test_a_member_that_left_is_watched_no_more(venue):
    story = join("SZTE", "SDTE", now=venue.now, registrar="SDTE")
    take_here(story, story.make(Kind.LEAVE, "SZTE", by=["SZTE"]), now=venue.now)
    assert {peer.name for peer in cosigning.peers()} == {"sdte.example/log", "sdte.example/witness"}
    assert queries.standing("SZTE") is Standing.LEFT
    assert [member.code for member in queries.members(State.LEFT)] == ["SZTE"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda a: a | {"network": "sha256:" + "0" * 64}, "application_invalid"),
        (lambda a: a | {"signature": "z" + "1" * 64}, "did not sign"),
        (lambda a: a | {"member": a["member"] | {"url": "https://x.example/y"}}, "url"),
        (lambda a: a | {"member": a["member"] | {"more": 1}}, "unknown"),
        (lambda a: a | {"member": a["member"] | {"url": "https://evil.example"}}, "did not sign"),
        (lambda a: [], "must be an object"),
        (lambda a: a | {"at": "2020-01-01T00:00:00.000000Z"}, "did not sign"),
    ],
)
def test_an_application_that_is_not_one_is_refused(venue, change, problem):
    anchor = found(venue)
    told = change(application_of(venues("SZTE")[0], anchor).as_json())
    with refused(problem):
        actions.receive_application(actor=SYSTEM, now=venue.now, real_now=REAL, told=told)
    assert queries.applications() == []


def test_an_application_too_old_is_refused(venue):
    anchor = found(venue)
    told = application_of(venues("SZTE")[0], anchor).as_json()
    with refused("another time"):
        actions.receive_application(
            actor=SYSTEM, now=venue.now, real_now=REAL + timedelta(days=31), told=told
        )


def test_a_declined_application_says_why(venue):
    anchor = found(venue)
    told = application_of(venues("SZTE")[0], anchor).as_json()
    digest = actions.receive_application(actor=SYSTEM, now=venue.now, real_now=REAL, told=told)
    with refused("reason_missing"):
        actions.decline_application(actor=ONE, now=venue.now, application=digest, why=" ")
    actions.decline_application(actor=ONE, now=venue.now, application=digest, why="not yet")
    assert queries.application(digest).status is ApplicationStatus.DECLINED


def test_under_an_expired_list_nobody_is_in_good_standing(venue):
    join("SZTE", now=venue.now, at=REAL - timedelta(days=31))
    assert queries.standing("SZTE") is Standing.EXPIRED
    assert queries.standing("SZTE", at=REAL - timedelta(days=2)) is Standing.GOOD
    assert queries.is_joined()


def test_the_registrar_renews_what_grows_old(venue):
    story = join("SZTE", now=venue.now, at=REAL - timedelta(days=31))
    assert actions.renew(actor=SYSTEM, now=venue.now, real_now=REAL)
    assert queries.standing("SZTE") is Standing.GOOD
    assert not actions.renew(actor=SYSTEM, now=venue.now, real_now=REAL)
    assert queries.network().version == story.roll.version + 1


def test_who_is_not_the_registrar_renews_nothing(venue):
    join("SZTE", now=venue.now, registrar="SZTE", at=REAL - timedelta(days=31))
    assert not actions.renew(actor=SYSTEM, now=venue.now, real_now=REAL)


def test_a_list_of_another_network_is_refused(venue):
    join("SZTE", now=venue.now)
    from hutong.venues.testing import Story

    other = Story(venues("SZTE", "SDTE"), at=REAL)
    with refused("another_network"):
        take_here(other, other.told[0], now=venue.now)


def test_a_list_from_the_future_is_refused(venue):
    story = join("SZTE", "SDTE", now=venue.now, registrar="SZTE")
    story.at += timedelta(days=2)
    with refused("from_the_future"):
        actions.adopt(
            actor=SYSTEM,
            now=venue.now,
            real_now=REAL,
            lists=[story.next(story.change(Kind.LEAVE, "SDTE"), "SDTE")],
        )
    assert queries.standing("SDTE") is Standing.GOOD


def test_a_registrar_that_contradicts_itself_is_named_and_followed_no_more(venue):
    story = join("SZTE", "SDTE", "CDTE", now=venue.now, registrar="SZTE")
    story.at += timedelta(minutes=1)
    one = story.next(story.change(Kind.LEAVE, "SDTE"), "SDTE")
    other = story.next(story.change(Kind.LEAVE, "CDTE"), "CDTE")
    take_here(story, one, now=venue.now)
    assert take_here(story, other, now=venue.now) == 0
    (proof,) = queries.contradictions()
    assert (proof.who, proof.version) == ("SZTE", 1)
    assert queries.standing("CDTE") is Standing.GOOD  # the first seen holds
    story.take(one)
    later = story.next(story.change(Kind.RENEW, "SZTE"))
    with refused("contradicted"):
        take_here(story, later, now=venue.now)
    vote = story.next(story.change(Kind.REGISTRAR, "CDTE"), "CDTE", "SHTE-DEMO")
    assert take_here(story, vote, now=venue.now) == 1
    assert queries.registrar().code == "CDTE"


def test_a_proof_another_venue_shows_is_checked_and_kept_once(venue):
    story = join("SZTE", "SDTE", "CDTE", now=venue.now, registrar="SZTE")
    story.at += timedelta(minutes=1)
    one = story.next(story.change(Kind.LEAVE, "SDTE"), "SDTE")
    other = story.next(story.change(Kind.LEAVE, "CDTE"), "CDTE")

    def show(one, other):
        return actions.keep_contradiction(actor=SYSTEM, now=venue.now, one=one, other=other)

    forged = replace(other, signatures=one.signatures)
    assert not show(one, forged)
    assert queries.contradictions() == []
    assert show(one, other)
    assert not show(other, one)
    assert len(queries.contradictions()) == 1


def test_a_vote_takes_the_place_of_what_the_old_registrar_issued(venue):
    story = join("SZTE", "SDTE", "CDTE", now=venue.now, registrar="SZTE")
    story.at += timedelta(minutes=1)
    vote = story.next(story.change(Kind.REGISTRAR, "SDTE"), "SDTE", "CDTE", "SHTE-DEMO")
    story.at += timedelta(minutes=1)
    went_on = story.next(story.change(Kind.LEAVE, "CDTE"), "CDTE")
    take_here(story, went_on, now=venue.now)
    assert queries.standing("CDTE") is Standing.LEFT
    assert take_here(story, vote, now=venue.now) == 1
    assert queries.registrar().code == "SDTE"
    assert queries.standing("CDTE") is Standing.GOOD
    assert queries.contradictions() == []
    assert [told["list"]["change"]["kind"] for told in queries.latest_lists()] == [
        "registrar",
        "found",
    ]
    assert list(queries.audit()) == []


HELD = Held(origin="szte.example/log", size=7, root="11" * 32)


def test_a_venue_votes_once_and_then_takes_nothing_of_the_old_registrar(venue):
    story = join("SZTE", "SDTE", "CDTE", now=venue.now, registrar="SZTE")
    first = propose(venue, Kind.REGISTRAR, "SDTE", reason="away for a week")
    with refused("held_unknown"):
        approve(venue, first)
    approve(venue, first, held=HELD)
    assert queries.withholds_from(at=REAL) == "SZTE"
    assert queries.withholds_from(at=REAL + timedelta(days=4)) is None
    second = propose(venue, Kind.REGISTRAR, "CDTE", reason="rather this one")
    with refused("voted"):
        approve(venue, second, held=HELD)
    story.at = datetime.now(UTC)
    renewed = story.next(story.change(Kind.RENEW, "SZTE"))
    assert take_here(story, renewed, now=venue.now) == 0
    assert queries.network().version == 0


def test_the_venue_that_is_voted_in_makes_the_list(venue):
    story = join("SZTE", "SDTE", "CDTE", now=venue.now, registrar="SZTE")
    change = propose(venue, Kind.REGISTRAR, "SHTE-DEMO", reason="away for a week")
    approve(venue, change, held=HELD)
    assert issue(venue) == 0
    told = lists.Change.read(log_of(change))
    for code in ("SDTE", "CDTE"):
        story.at = REAL
        take_approval(venue, story.approval(told, code))
    assert issue(venue, datetime.now(UTC)) == 1
    assert queries.registrar().code == "SHTE-DEMO"


def log_of(digest):
    from hutong.venues.models import Change

    return Change.objects.get(digest=digest).told


def take_approval(venue, approval):
    return actions.take_approval(
        actor=SYSTEM, now=venue.now, real_now=datetime.now(UTC), told=approval.as_json()
    )


def test_approvals_of_others_are_counted_once_and_only_if_they_count(venue):
    story = join("SZTE", "SDTE", "CDTE", now=venue.now)
    story.at = REAL
    change = story.change(Kind.SUSPEND, "CDTE", by="SZTE")
    actions.take_change(actor=SYSTEM, now=venue.now, real_now=REAL, told=change.as_json())
    good = story.approval(change, "SZTE")
    assert take_approval(venue, good)
    assert not take_approval(venue, good)
    with refused("no say"):
        take_approval(venue, story.approval(change, "CDTE"))
    with refused("did not sign"):
        take_approval(venue, replace(story.approval(change, "SDTE"), venue="SHTE-DEMO"))
    assert issue(venue) == 0
    take_approval(venue, story.approval(change, "SDTE"))
    assert issue(venue) == 1  # the registrar's officers were not asked: two others suffice
    assert queries.standing("CDTE") is Standing.SUSPENDED


def test_who_counts_changes_only_once_the_lists_before_are_final(venue):
    story = join("SZTE", "SDTE", "CDTE", now=venue.now)
    story.at = REAL
    waiting = Grounds(are_final=lambda: False, holds=lambda held: True)
    moved = story.change(Kind.RELOCATE, "SZTE", {"url": "https://new.example"}, by="SZTE")
    for change, by in (
        (story.change(Kind.SUSPEND, "CDTE", by="SZTE"), ("SZTE", "SDTE")),
        (moved, ("SZTE", "SDTE")),
    ):
        actions.take_change(actor=SYSTEM, now=venue.now, real_now=REAL, told=change.as_json())
        for code in by:
            take_approval(venue, story.approval(change, code))
    assert issue(venue, grounds=waiting) == 1
    assert queries.url_of("SZTE") == "https://new.example"  # who counts is as before
    assert queries.standing("CDTE") is Standing.GOOD
    assert issue(venue) == 1
    assert queries.standing("CDTE") is Standing.SUSPENDED


def test_a_vote_on_a_log_we_do_not_hold_brings_nobody_into_office(venue):
    story = join("SZTE", "SDTE", "CDTE", now=venue.now, registrar="SZTE")
    change = propose(venue, Kind.REGISTRAR, "SHTE-DEMO", reason="away for a week")
    approve(venue, change, held=HELD)
    told = lists.Change.read(log_of(change))
    story.at = REAL
    for code in ("SDTE", "CDTE"):
        take_approval(venue, story.approval(told, code))
    less = Grounds(are_final=lambda: True, holds=lambda held: held == HELD)
    assert issue(venue, datetime.now(UTC), grounds=less) == 0
    assert issue(venue, datetime.now(UTC)) == 1


def test_a_change_another_proposes_is_taken_up_and_approved_here(venue):
    story = join("SZTE", "SDTE", "CDTE", now=venue.now, registrar="SZTE")
    story.at = REAL
    change = story.change(Kind.SUSPEND, "CDTE")
    actions.take_change(actor=SYSTEM, now=venue.now, real_now=REAL, told=change.as_json())
    actions.take_up(actor=ONE, now=venue.now, change=change.digest)
    with refused("same_eyes"):
        actions.approve(actor=ONE, now=venue.now, real_now=REAL, change=change.digest)
    approve(venue, change.digest)
    (told,) = queries.open_documents()
    assert lists.Approval.read(told["approvals"][0]).venue == "SHTE-DEMO"


def test_what_no_list_made_in_time_lapses(venue):
    join("SZTE", "SDTE", now=venue.now, registrar="SZTE")
    change = propose(venue, Kind.SUSPEND, "SDTE", reason="silent")
    late = REAL + timedelta(days=31)
    assert actions.lapse(actor=SYSTEM, now=venue.now, real_now=late) == 1
    assert queries.change(change).status is ChangeStatus.LAPSED


def test_a_venue_that_leaves_is_in_no_network_and_may_return(venue):
    story = join("SZTE", "SDTE", now=venue.now, registrar="SZTE")
    take_here(story, story.make(Kind.LEAVE, "SHTE-DEMO", by=["SHTE-DEMO"]), now=venue.now)
    assert queries.network() is None
    assert cosigning.peers() == []
    anchor = story.told[0].digest
    id = actions.propose_joining(
        actor=ONE, now=venue.now, url="https://szte.example", anchor=anchor
    )
    actions.accept_undertaking(actor=TWO, now=venue.now, real_now=story.at, undertaking=id)
    from hutong.venues.testing import this_venue

    story.admit(this_venue(), by=["SZTE", "SDTE"])
    taken = actions.adopt(actor=SYSTEM, now=venue.now, real_now=story.at, lists=story.told)
    assert taken == 3
    assert queries.network().anchor == anchor
    assert queries.standing("SHTE-DEMO", at=story.at) is Standing.GOOD
    assert list(queries.audit()) == []


def test_a_venue_joins_only_the_network_whose_anchor_it_was_told(venue):
    from hutong.venues.testing import Story, this_venue

    shown, meant = Story(venues("SZTE", "SDTE"), at=REAL), Story(venues("CDTE"), at=REAL)
    shown.admit(this_venue(), by=["SZTE", "SDTE"])
    anchor = meant.told[0].digest
    id = actions.propose_joining(
        actor=ONE, now=venue.now, url="https://szte.example", anchor=anchor
    )
    actions.accept_undertaking(actor=TWO, now=venue.now, real_now=REAL, undertaking=id)
    with refused("not_in_network"):
        actions.adopt(actor=SYSTEM, now=venue.now, real_now=shown.at, lists=shown.told)
    assert queries.network() is None


def test_a_database_put_back_makes_no_registrar_contradict_itself(venue, keys):
    story = join("SZTE", "SDTE", now=venue.now)
    change = story.change(Kind.LEAVE, "SZTE")
    story.at += timedelta(seconds=1)
    one = chain.next_list(story.roll, change, [story.approval(change, "SZTE")], at=story.at)
    signer = log.keyring().message_signer
    first = signing.sign(one, venue="SHTE-DEMO", signer=signer, directory=keys.directory)
    other = replace(one, issued_at=one.issued_at + timedelta(seconds=5))
    again = signing.sign(other, venue="SHTE-DEMO", signer=signer, directory=keys.directory)
    assert again == first
    older = replace(one, version=0)
    with refused("signed_before"):
        signing.sign(older, venue="SHTE-DEMO", signer=signer, directory=keys.directory)


def test_what_a_rule_says_no_to_is_said_in_the_readers_language(venue):
    story = join("SZTE", "SDTE", now=venue.now)
    with pytest.raises(Refused) as refused:
        propose(venue, Kind.SUSPEND, "SHTE-DEMO", reason="why not")
    with override("zh-hans"):
        assert sentence_of(refused.value) == "名录不能这样变更：暂停登记中心前须先更换登记中心。"
    with override("en"):
        assert "the registrar is replaced before" in sentence_of(refused.value)
    assert story.roll.registrar == "SHTE-DEMO"


def test_a_registrar_without_its_memory_signs_nothing_until_it_has_asked(venue, keys):
    story = join("SZTE", now=venue.now, at=REAL - timedelta(days=31))
    (keys.directory / SIGNED).unlink()
    with refused("memory_lost"):
        actions.renew(actor=SYSTEM, now=venue.now, real_now=REAL)
    assert queries.network().version == 0
    signing.remember(story.told[-1], keys.directory)
    assert actions.renew(actor=SYSTEM, now=venue.now, real_now=REAL)

"""
Membership lists: any chain verifies from its anchor, and nothing else is ever taken for one (NE-1).
"""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.kit.canonical import canonical
from hutong.venues import approvals, chain, lists, rolls
from hutong.venues.fields import DocumentInvalid
from hutong.venues.lists import KEYS, Kind, SignedList, State
from hutong.venues.rolls import LIFE, VOTE, ListInvalid, NotNext
from hutong.venues.testing import PaperVenue, Story, paper_venue, venues

POOL: dict[str, PaperVenue] = {}


def paper(*codes: str) -> list[PaperVenue]:
    """The same venues for every test here: making keys takes longer than what is tested."""
    for code in codes:
        if code not in POOL:
            POOL[code] = venues(code)[0]
    return [POOL[code] for code in codes]


@pytest.fixture
def story() -> Story:
    return Story(paper("SHTE", "SZTE", "SDTE", "CDTE"))


def states(story: Story) -> dict[str, str]:
    return {code: member.state.value for code, member in sorted(story.roll.members.items())}


def keys_of(venue: PaperVenue) -> dict[str, list[str]]:
    return {name: list(getattr(venue.description, name)) for name in KEYS}


def moved_keys(code: str) -> dict[str, list[str]]:
    return keys_of(venues(code)[0])


# -- what lists may do ---------------------------------------------------------------------------------


def test_the_digest_of_the_genesis_is_the_anchor(story):
    assert chain.chain(story.told, story.told[0].digest) == story.roll
    assert story.roll.network == story.told[0].digest


def test_a_venue_is_admitted_by_two_members(story):
    story.admit(paper("HNTE")[0], by=["SZTE", "CDTE"])
    assert story.roll.members["HNTE"].state is State.MEMBER
    assert story.roll.members["HNTE"].since == story.roll.issued_at


def test_a_network_of_one_admits_by_itself():
    story = Story(paper("SHTE"))
    story.admit(paper("SZTE")[0], by=["SHTE"])
    story.admit(paper("SDTE")[0], by=["SHTE", "SZTE"])
    assert states(story) == {"SDTE": "member", "SHTE": "member", "SZTE": "member"}


def test_a_venue_suspended_and_reinstated_is_a_member_again(story):
    story.make(Kind.SUSPEND, "SZTE", by=["SHTE", "CDTE"])
    assert states(story)["SZTE"] == "suspended"
    story.make(Kind.REINSTATE, "SZTE", by=["SHTE", "CDTE"])
    assert states(story)["SZTE"] == "member"


def test_a_venue_leaves_by_its_own_will_alone_and_may_come_back(story):
    story.make(Kind.LEAVE, "SZTE", by=["SZTE"])
    assert states(story)["SZTE"] == "left"
    story.admit(paper("SZTE")[0], by=["SHTE", "CDTE"])
    assert states(story)["SZTE"] == "member"


def test_a_suspended_venue_may_still_leave(story):
    story.make(Kind.SUSPEND, "SZTE", by=["SHTE", "CDTE"])
    story.make(Kind.LEAVE, "SZTE", by=["SZTE"])
    assert states(story)["SZTE"] == "left"


def test_keys_change_by_the_venue_and_one_other(story):
    new = moved_keys("SZTE")
    story.make(Kind.REKEY, "SZTE", {"keys": new, "compromised": False}, by=["SZTE", "SDTE"])
    assert story.roll.members["SZTE"].message_keys == tuple(new["message_keys"])


def test_keys_that_were_stolen_are_changed_by_two_others_without_a_word_of_the_thief(story):
    told = {"keys": moved_keys("SZTE"), "compromised": True}
    with pytest.raises(ListInvalid, match="no say"):
        story.make(Kind.REKEY, "SZTE", told, by=["SZTE", "SDTE"])
    story.make(Kind.REKEY, "SZTE", told, by=["SHTE", "SDTE"])
    late = story.change(Kind.LEAVE, "SZTE")
    with pytest.raises(ListInvalid, match="did not sign"):
        story.next(late, "SZTE")  # signed by the stolen key


def test_an_address_changes_by_the_venue_and_one_other(story):
    story.make(Kind.RELOCATE, "SZTE", {"url": "https://new.example"}, by=["SZTE", "SDTE"])
    assert story.roll.members["SZTE"].url == "https://new.example"
    assert story.roll.members["SZTE"].name_zh == "SZTE 技术交易所"


def test_the_registrar_renews_alone(story):
    story.at += timedelta(days=10)
    story.make(Kind.RENEW, "SHTE", by=[])
    assert story.roll.expires_at == story.at + LIFE


def test_a_majority_replaces_the_registrar_without_its_signature(story):
    signed = story.make(Kind.REGISTRAR, "SZTE", by=["SZTE", "SDTE", "CDTE"])
    assert (story.roll.registrar, story.roll.term) == ("SZTE", 1)
    assert [one.venue for one in signed.signatures] == ["SZTE"]
    story.make(Kind.SUSPEND, "SHTE", by=["SZTE", "SDTE"])
    assert states(story)["SHTE"] == "suspended"


def test_a_failed_registrar_is_replaced_under_an_expired_list_too(story):
    story.at += 2 * LIFE
    story.make(Kind.REGISTRAR, "SZTE", by=["SZTE", "SDTE", "CDTE"])
    assert story.roll.expires_at > story.at


# -- what they may not ---------------------------------------------------------------------------------


def leaving(story):
    return story.change(Kind.LEAVE, "SZTE")


REFUSED = {
    "too few approve": (
        lambda s: s.next(s.change(Kind.SUSPEND, "SZTE"), "SHTE"),
        "1 approvals do not suffice",
    ),
    "the one it is about approves": (
        lambda s: s.next(s.change(Kind.SUSPEND, "SZTE"), "SHTE", "SZTE"),
        "no say",
    ),
    "another leaves for it": (lambda s: s.next(leaving(s), "SDTE"), "no say"),
    "half is no majority": (
        lambda s: s.next(s.change(Kind.REGISTRAR, "SZTE"), "SZTE", "SDTE"),
        "do not suffice",
    ),
    "the registrar leaves": (
        lambda s: s.next(s.change(Kind.LEAVE, "SHTE"), "SHTE"),
        "replaced before it leaves",
    ),
    "the registrar is suspended": (
        lambda s: s.next(s.change(Kind.SUSPEND, "SHTE"), "SZTE", "SDTE"),
        "replaced before",
    ),
    "the registrar with a stolen key signs its own new keys": (
        lambda s: s.next(
            s.change(Kind.REKEY, "SHTE", {"keys": moved_keys("SHTE"), "compromised": True}),
            "SZTE",
            "SDTE",
        ),
        "replaced first",
    ),
    "a suspension without a reason": (
        lambda s: s.next(s.change(Kind.SUSPEND, "SZTE", reason=" "), "SHTE", "SDTE"),
        "has a reason",
    ),
    "one that is not suspended": (
        lambda s: s.next(s.change(Kind.REINSTATE, "SZTE"), "SHTE", "SDTE"),
        "not suspended",
    ),
    "a stranger": (
        lambda s: s.next(s.change(Kind.SUSPEND, "XXTE"), "SHTE", "SDTE"),
        "not a member",
    ),
    "a second founding": (
        lambda s: s.next(s.change(Kind.FOUND, "SZTE"), "SHTE", "SDTE"),
        "only a genesis founds",
    ),
    "another renews": (
        lambda s: s.next(s.change(Kind.RENEW, "SZTE")),
        "only the registrar",
    ),
    "a key of another": (
        lambda s: s.next(
            s.change(
                Kind.REKEY,
                "SZTE",
                {
                    "keys": keys_of(POOL["SZTE"])
                    | {"message_keys": keys_of(POOL["SDTE"])["message_keys"]},
                    "compromised": False,
                },
            ),
            "SZTE",
            "SDTE",
        ),
        "has a key of",
    ),
    "an address of another": (
        lambda s: s.next(
            s.change(Kind.RELOCATE, "SZTE", {"url": "https://sdte.example"}), "SZTE", "SDTE"
        ),
        "at that address",
    ),
    "a vote on an older list": (
        lambda s: s.next(
            s.change(Kind.REGISTRAR, "SZTE", {"base": "sha256:" + "0" * 64}),
            "SZTE",
            "SDTE",
            "CDTE",
        ),
        "on another list",
    ),
    "details nobody knows": (
        lambda s: s.next(s.change(Kind.LEAVE, "SZTE", {"until": "May"}), "SZTE"),
        "until unknown",
    ),
    "it was proposed too long ago": (
        lambda s: s.next(s.change(Kind.LEAVE, "SZTE", at=s.at - LIFE - timedelta(days=1)), "SZTE"),
        "too long ago",
    ),
    "a vote that drags on": (
        lambda s: s.next(
            s.change(Kind.REGISTRAR, "SZTE", at=s.at - VOTE - timedelta(minutes=1)),
            "SZTE",
            "SDTE",
            "CDTE",
        ),
        "too long ago",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_no_list_is_made_when(case, story):
    story.at += timedelta(days=40)
    attempt, problem = REFUSED[case]
    with pytest.raises(ListInvalid, match=problem):
        attempt(story)


def signed_by_hand(story: Story, good: SignedList, **told: object) -> SignedList:
    """A list changed by hand and signed anew by the registrar: what a lying registrar can do."""
    return story.signed(replace(good.list, **told), good.list.registrar)


def test_a_lying_registrar_can_pass_no_list_off(story):
    change = story.change(Kind.SUSPEND, "SZTE")
    good = story.next(change, "SHTE", "SDTE")
    one, two = good.list.approvals
    forged = replace(two, venue="CDTE")
    foreign = story.approval(story.change(Kind.SUSPEND, "CDTE"), "SDTE")
    early = story.approval(change, "SDTE", at=change.proposed_at - timedelta(seconds=1))
    late = story.approval(change, "SDTE", at=good.list.issued_at + timedelta(seconds=1))
    lies = [
        {"approvals": (one,)},
        {"approvals": (one, one)},
        {"approvals": (one, two, two)},
        {"approvals": (one, forged)},
        {"approvals": (one, foreign)},
        {"approvals": (one, early)},
        {"approvals": (one, late)},
        {"approvals": (one, two, story.approval(change, "SZTE"))},
        {"expires_at": good.list.issued_at + LIFE + timedelta(seconds=1)},
        {"expires_at": good.list.issued_at},
        {"issued_at": story.roll.issued_at},
        {"members": rolls.members_digest(story.roll.members)},
        {"registrar": "SDTE"},
        {"term": 1},
        {"change": replace(change, venue="CDTE")},
        {"change": replace(change, reason="another")},
        {"change": replace(change, network="sha256:" + "1" * 64)},
    ]
    for lie in lies:
        with pytest.raises(ListInvalid):
            chain.follow(story.roll, signed_by_hand(story, good, **lie))
    assert chain.follow(story.roll, good).members["SZTE"].state is State.SUSPENDED


def test_a_list_that_only_another_signed_is_refused(story):
    good = story.next(leaving(story), "SZTE")
    with pytest.raises(ListInvalid, match="did not sign"):
        chain.follow(story.roll, story.signed(good.list, by="SZTE"))


def test_approvals_once_used_admit_nobody_twice(story):
    newcomer = paper("HNTE")[0]
    admitted = story.admit(newcomer, by=["SHTE", "SZTE"])
    story.make(Kind.LEAVE, "HNTE", by=["HNTE"])
    old = admitted.list
    with pytest.raises(ListInvalid, match="made before"):
        chain.next_list(story.roll, old.change, old.approvals, at=story.at)


def test_an_application_from_before_a_venue_left_brings_it_back_to_nobodys_will(story):
    newcomer = paper("HNTE")[0]
    told = {"application": story.application(newcomer).as_json()}
    story.admit(newcomer, by=["SHTE", "SZTE"])
    story.make(Kind.LEAVE, "HNTE", by=["HNTE"])
    again = story.change(Kind.ADMIT, "HNTE", told)
    with pytest.raises(ListInvalid, match="before it left"):
        story.next(again, "SHTE", "SZTE")


def test_a_code_once_used_stays_with_its_log(story):
    story.make(Kind.LEAVE, "SZTE", by=["SZTE"])
    other = paper_venue("SZTE", origin="impostor.example")
    with pytest.raises(ListInvalid, match="name of another log"):
        story.admit(other, by=["SHTE", "SDTE"])


def test_an_application_that_another_signed_admits_nobody(story):
    newcomer, thief = paper("HNTE", "GZTE")
    application = lists.apply_for(
        story.roll.network, newcomer.description, at=story.at, signer=thief.message
    )
    change = story.change(Kind.ADMIT, "HNTE", {"application": application.as_json()})
    with pytest.raises(ListInvalid, match="did not sign its application"):
        story.next(change, "SHTE", "SZTE")


def test_an_older_list_is_not_taken_again(story):
    story.make(Kind.LEAVE, "SZTE", by=["SZTE"])
    with pytest.raises(NotNext):
        chain.follow(story.roll, story.told[-1])


def test_another_anchor_is_another_network(story):
    other = Story(paper("SHTE", "SZTE"), name="a network that looks alike")
    with pytest.raises(ListInvalid, match="anchor"):
        chain.chain(other.told, story.told[0].digest)
    with pytest.raises(NotNext):
        chain.follow(story.roll, other.told[0])


# -- forks ---------------------------------------------------------------------------------------------


def test_a_registrar_that_signs_two_lists_is_named(story):
    before = story.roll
    one = story.next(leaving(story), "SZTE")
    other = story.next(story.change(Kind.SUSPEND, "CDTE"), "SHTE", "SDTE")
    found = chain.contradiction(before, one, other)
    assert found is not None
    assert (found.who, found.version) == (("SHTE",), 1)


def test_its_signature_convicts_it_even_on_a_list_nobody_would_take(story):
    one = story.next(leaving(story), "SZTE")
    other = signed_by_hand(story, one, approvals=())
    found = chain.contradiction(story.roll, one, other)
    assert found is not None
    assert found.who == ("SHTE",)


def test_nobody_is_convicted_by_what_somebody_else_signed(story):
    one = story.next(leaving(story), "SZTE")
    other = story.next(story.change(Kind.SUSPEND, "CDTE"), "SHTE", "SDTE")
    forged = SignedList(
        list=other.list,
        signatures=(replace(other.signatures[0], signature=one.signatures[0].signature),),
    )
    assert chain.contradiction(story.roll, one, forged) is None
    assert chain.contradiction(story.roll, one, story.signed(other.list, by="SZTE")) is None
    assert chain.contradiction(story.roll, one, one) is None


def test_a_vote_prevails_over_what_the_old_registrar_issued_meanwhile(story):
    before = story.roll
    went_on = story.next(leaving(story), "SZTE")
    vote = story.next(story.change(Kind.REGISTRAR, "SDTE"), "SZTE", "SDTE", "CDTE")
    assert chain.outvotes(before, went_on, vote)
    assert not chain.outvotes(before, vote, went_on)
    assert chain.contradiction(before, went_on, vote) is None  # going on is no crime


def test_whoever_votes_twice_on_one_list_is_named(story):
    one = story.next(story.change(Kind.REGISTRAR, "SDTE"), "SHTE", "SDTE", "CDTE")
    other = story.next(story.change(Kind.REGISTRAR, "SZTE"), "SHTE", "SZTE", "CDTE")
    found = chain.contradiction(story.roll, one, other)
    assert found is not None
    assert found.who == ("CDTE", "SHTE")


# -- properties ----------------------------------------------------------------------------------------

CODES = ["SHTE", "SZTE", "SDTE", "CDTE", "HNTE", "GZTE"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in Kind if kind is not Kind.FOUND]),
        st.sampled_from(CODES),
        st.sets(st.sampled_from(CODES), max_size=5),
        st.integers(0, 72),
    ),
    max_size=7,
)


def grown(steps) -> Story:
    """A network on which all kinds of changes were tried, with whatever approvals."""
    story = Story(paper("SHTE", "SZTE", "SDTE"))
    paper(*CODES)
    for kind, venue, approving, hours in steps:
        story.at += timedelta(hours=hours, seconds=1)
        details = None
        if kind is Kind.ADMIT:
            details = {"application": story.application(POOL[venue]).as_json()}
        elif kind is Kind.RELOCATE:
            details = {"url": f"https://{venue.lower()}-{story.roll.version}.example"}
        elif kind is Kind.REKEY:
            details = {"keys": keys_of(POOL[venue]), "compromised": False}
        change = story.change(kind, venue, details)
        story.known |= {code: POOL[code] for code in CODES}
        given = [story.approval(change, code) for code in sorted(approving)]
        counting = approvals.approvals_for(story.roll, change, given, at=story.at)
        if counting is None:
            continue
        try:
            new = chain.next_list(story.roll, change, counting, at=story.at)
        except ListInvalid:
            continue
        story.take(story.signed(new))
    return story


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_any_chain_verifies_from_its_anchor_and_reads_as_it_was_written(steps):
    story = grown(steps)
    read = [SignedList.read(signed.as_json()) for signed in story.told]
    assert chain.chain(read, story.told[0].digest) == story.roll
    assert story.roll.is_good(story.roll.registrar)
    assert all(
        canonical(a.as_json()) == canonical(b.as_json())
        for a, b in zip(read, story.told, strict=True)
    )


@settings(max_examples=40, deadline=None)
@given(STEPS, st.integers(0, 10), st.integers(0, 10**6), st.integers(0, 6))
def test_a_chain_with_one_byte_changed_verifies_no_more(steps, which, place, bit):
    story = grown(steps)
    at = which % len(story.told)
    raw = bytearray(canonical(story.told[at].as_json()))
    raw[place % len(raw)] ^= 1 << bit
    try:
        changed = SignedList.read(json.loads(bytes(raw)))
    except (DocumentInvalid, ValueError):
        return
    told = [*story.told[:at], changed, *story.told[at + 1 :]]
    with pytest.raises(ListInvalid):
        chain.chain(told, story.told[0].digest)


@settings(max_examples=40, deadline=None)
@given(STEPS, st.integers(0, 10))
def test_a_chain_without_one_of_its_lists_verifies_no_more(steps, which):
    story = grown(steps)
    gone = which % len(story.told)
    told = [signed for n, signed in enumerate(story.told) if n != gone]
    if gone == len(told):  # without its last it is the chain of a moment before
        assert not told or chain.chain(told, story.told[0].digest) == story.rolls[-2]
        return
    with pytest.raises(ListInvalid):
        chain.chain(told, story.told[0].digest)

"""Several technologies move at once, each by itself: a fault in one is named and leaves the others."""

from datetime import UTC, datetime

import pytest

from beginnings import beginning
from hutong.journal import queries as journal
from hutong.journal.models import Entry
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.custody import actions, queries, rules
from hutong.network.custody.actions import Step
from hutong.network.custody.models import CustodyMove
from hutong.network.custody.rules import Refusal, Status
from hutong.network.custody.testing import received
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights.testing import registered_technologies
from hutong.ui.testing import browsing
from hutong.venues.testing import join

pytestmark = pytest.mark.django_db
PEER = "SZTE"
WORDS = {"to": PEER, "reason": "The buyers are there."}


@beginning
def university(venue):
    return verified_party("某大学", "university")


@beginning
def owned(venue, university):
    """Registered before this venue joined: nothing waits for a claim."""
    from hutong.node.keys import make_keyring

    make_keyring()
    owned = [one.id for one in registered_technologies(university, 3)]
    join(PEER, "SDTE", now=venue.now, at=datetime.now(UTC))
    return owned


@pytest.fixture
def clerks():
    return [officer("administrator") for _ in range(2)]


def why(found):
    return {id: refused.reason for id, refused in found.refused}


def test_an_owner_asks_for_all_it_has_at_once(venue, university, owned):
    other = new_id()

    found = actions.wish_several(
        actor=member_of(university), now=venue.now, technologies=[*owned, other], **WORDS
    )

    assert {one.technology for one in found.done} == set(owned)
    assert why(found) == {other: Refusal.NOT_OWNER}
    assert {one.status for one in queries.wishes_of(university.id)} == {Status.WISHED}
    for move in found.done:
        assert journal.latest_of(subject("custody", move.id), rules.Wished.kind)


def test_what_is_under_way_is_named_and_the_others_are_proposed(venue, owned, clerks):
    actions.propose(actor=clerks[0], now=venue.now, technology=owned[1], **WORDS)

    found = actions.propose_several(
        actor=clerks[0], now=venue.now, technologies=[*owned, owned[0]], **WORDS
    )

    assert {one.technology for one in found.done} == {owned[0], owned[2]}
    assert why(found) == {owned[1]: Refusal.UNDER_WAY}
    assert CustodyMove.objects.count() == 3, "chosen twice, one moves once"


def test_none_of_them_may_be_done_and_nothing_is_written(venue, owned, clerks):
    moves = [
        one.id
        for one in actions.propose_several(
            actor=clerks[0], now=venue.now, technologies=owned, **WORDS
        ).done
    ]
    before = Entry.objects.count()

    found = actions.step_several(actor=clerks[0], now=venue.now, step=Step.OFFER, moves=moves)

    assert set(why(found).values()) == {CommonRefusal.SAME_EYES}, "PA-5, for each"
    assert Entry.objects.count() == before
    assert set(CustodyMove.objects.values_list("status", flat=True)) == {"proposed"}


def test_offers_and_wishes_are_taken_up_together(venue, university, owned, clerks):
    wished = actions.wish(
        actor=member_of(university), now=venue.now, technology=owned[0], **WORDS
    ).id
    offered = received(owned[1], peer=PEER, now=venue.now)
    unknown = new_id()

    found = actions.step_several(
        actor=clerks[0], now=venue.now, step=Step.TAKE_UP, moves=[wished, offered, unknown]
    )

    status = {one.id: one.status for one in found.done}
    assert status == {wished: Status.PROPOSED, offered: Status.TAKEN_UP}
    assert why(found) == {unknown: CommonRefusal.NOT_FOUND}


@pytest.mark.parametrize(("count", "reason"), [(0, Refusal.NONE_CHOSEN), (201, None)])
def test_a_list_has_its_bounds(venue, owned, clerks, count, reason):
    with pytest.raises(Refused) as refused:
        actions.propose_several(
            actor=clerks[0],
            now=venue.now,
            technologies=[new_id() for _ in range(count)],
            **WORDS,
        )
    assert refused.value.reason is (reason or CommonRefusal.TOO_LARGE)


def test_who_may_not_operate_the_network_proposes_none(venue, owned):
    with pytest.raises(Refused) as refused:
        actions.propose_several(
            actor=officer("listing"), now=venue.now, technologies=owned, **WORDS
        )
    assert refused.value.reason is CommonRefusal.POWER_MISSING
    assert not CustodyMove.objects.exists()


def test_an_officer_chooses_from_an_owners_technologies_and_reads_what_came_of_each(
    venue, university, owned, clerks
):
    office = browsing(clerks[0])
    page = office.get(f"/desk/network/custody/several?of={university.id}").content.decode()
    assert all(str(one) in page for one in owned)
    actions.propose(actor=clerks[0], now=venue.now, technology=owned[1], **WORDS)

    chosen = {"item": [str(one) for one in owned], "act": "propose", **WORDS}
    office.post("/desk/network/custody/several", chosen)

    said = office.get("/desk/network/custody").content.decode()
    assert "Done for 2 technologies." in said
    assert "Its custody is being moved to SZTE already" in said
    page = office.get(f"/desk/network/custody/several?of={university.id}").content.decode()
    assert not any(str(one) in page for one in owned), "on their way"
    moves = list(CustodyMove.objects.values_list("id", flat=True))
    office.post("/desk/network/custody", {"act": "offer", "move": moves})
    said = office.get("/desk/network/custody").content.decode()
    assert said.count("Not done:") == 3


def test_an_owner_chooses_from_its_own(venue, university, owned):
    member = browsing(member_of(university))
    page = member.get("/my/custody").content.decode()
    assert all(str(one) in page for one in owned)

    chosen = {"item": [str(owned[0]), str(owned[2])], "act": "wish", **WORDS}
    member.post("/my/custody", chosen)

    said = member.get("/my/custody").content.decode()
    assert "Done for 2 technologies." in said
    assert CustodyMove.objects.filter(status="wished").count() == 2


def test_ids_that_are_none_are_refused(venue, owned, clerks):
    office = browsing(clerks[0])
    chosen = {"item": ["x"], "act": "propose", **WORDS}
    assert office.post("/desk/network/custody/several", chosen).status_code == 422
    for asked in ("x", "../..", str(new_id())):
        page = office.get(f"/desk/network/custody/several?of={asked}")
        assert "There is no bundle and no party" in page.content.decode()

"""Procedures are published by one venue and adopted by others as their own rules (PA-5, LO-4)."""

from uuid import uuid4

import pytest

from hutong.journal import queries as journal
from hutong.kit.canonical import digest_of
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.mirrors.testing import Log, follow_own, own_member
from hutong.network.mirrors.tests.following import Follower
from hutong.network.procedures import actions, queries, rules
from hutong.network.procedures.rules import Refusal, Status, Template
from hutong.parties.testing import officer
from hutong.rulebook import actions as rulebooks
from hutong.rulebook import queries as rulebook
from hutong.rulebook.rules import Refusal as Rulebook
from hutong.venues import queries as venues

pytestmark = pytest.mark.django_db
NAME = {"name_zh": "首次登记流程", "name_en": "First registration", "note": "Notice of 20 days."}


def refusal(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def published(venue, parts=("rights", "listings"), template=None):
    made = actions.propose(
        actor=officer("administrator"), now=venue.now, parts=parts, template=template, **NAME
    )
    return actions.publish(actor=officer("administrator"), now=venue.now, procedure=made.id)


class Elsewhere:
    """SZTE's log, which publishes versions of a template."""

    def __init__(self, venue):
        self.log, self.id = Log("SZTE"), uuid4()
        self.parts = {"rights": dict(rulebook.versions()[0].data["rights"])}
        self.follower, self.version = Follower(self.log), 0

    def publish(self, digest=None, **rights):
        self.version += 1
        self.parts["rights"] |= rights
        document = Template(
            venue="SZTE",
            id=self.id,
            version=self.version,
            rulebook_version=3,
            parts=self.parts,
            **NAME,
        ).document()
        self.log.write(
            "network.ProcedurePublished",
            {
                "template": str(self.id),
                "template_version": self.version,
                "rulebook_version": 3,
                "digest": digest or digest_of(document),
                "text": self.log.text(document),
            },
        )
        self.log.sign()
        self.follower.follow(self.log)


def test_a_template_is_published_by_another_officer_than_proposed_it(venue, joined):
    one = officer("administrator")
    made = actions.propose(actor=one, now=venue.now, parts=["rights"], **NAME)
    why = refusal(lambda: actions.publish(actor=one, now=venue.now, procedure=made.id))
    assert why is CommonRefusal.SAME_EYES
    assert queries.procedure(made.id).status is Status.PROPOSED
    done = actions.publish(actor=officer("administrator"), now=venue.now, procedure=made.id)
    assert (done.status, done.version) == (Status.PUBLISHED, 1)
    (entry,) = journal.of_kinds(["network.ProcedurePublished"])
    assert entry.facts["digest"] == digest_of(entry.content["text"])
    assert set(entry.content["text"]["parts"]) == {"rights"}
    assert list(queries.audit()) == []


@pytest.mark.parametrize(
    ("parts", "name", "reason"),
    [
        ([], "x", Refusal.NO_PARTS),
        (["venue"], "x", Refusal.PART_UNKNOWN),
        (["settlement"], "x", Refusal.PART_UNKNOWN),
        (["roles"], "x", Refusal.PART_UNKNOWN),
        (["rights"], " ", Refusal.NAME_MISSING),
    ],
)
def test_what_makes_a_venue_itself_is_in_no_template(venue, joined, parts, name, reason):
    act = officer("administrator")
    why = refusal(
        lambda: actions.propose(
            actor=act, now=venue.now, parts=parts, name_zh=name, name_en="", note=""
        )
    )
    assert why is reason


def test_a_later_version_says_something_else(venue, joined):
    first = published(venue)
    why = refusal(lambda: published(venue, template=first.template))
    assert why is Refusal.NOTHING_NEW
    later = published(venue, parts=("rights",), template=first.template)
    assert (later.template, later.version) == (first.template, 2)


def test_another_venues_template_becomes_a_version_of_our_rulebook_that_names_it(venue, joined):
    there = Elsewhere(venue)
    there.publish(notice_days=20)
    (seen,) = queries.everywhere(venue.now)
    assert (seen.venue, seen.template.version, seen.adopted, seen.same) == ("SZTE", 1, None, False)
    before = rulebook.find_version(rulebook.in_force(venue.now).version).data

    number = actions.propose_adoption(
        actor=officer("administrator"), now=venue.now, venue="SZTE", template=there.id, version=1
    )
    proposed = rulebook.find_version(number)
    assert proposed.status == "proposed"
    assert proposed.data["rights"]["notice_days"] == 20
    assert {k: v for k, v in proposed.data.items() if k != "rights"} == {
        k: v for k, v in before.items() if k != "rights"
    }
    assert seen.digest in proposed.note
    assert queries.known("SZTE", there.id, venue.now).adopted is None, "not before it is adopted"


def test_the_adopted_version_is_named_in_our_log_and_a_later_one_is_offered(venue, joined, drain):
    there = Elsewhere(venue)
    there.publish(notice_days=20)
    one, two = officer("administrator"), officer("administrator")
    act = {"now": venue.now, "venue": "SZTE", "template": there.id}
    number = actions.propose_adoption(actor=one, version=1, **act)
    why = refusal(
        lambda: rulebooks.adopt(actor=one, now=venue.now, version=number, effective_from=venue.now)
    )
    assert why is CommonRefusal.SAME_EYES
    rulebooks.adopt(actor=two, now=venue.now, version=number, effective_from=venue.now)
    drain()

    (entry,) = journal.of_kinds(["network.ProcedureAdopted"])
    source = queries.source_of(number)
    assert entry.facts["venue"] == source.venue == "SZTE"
    assert entry.facts["digest"] == source.digest
    assert entry.facts["entry_index"] == source.entry_index
    assert rulebook.in_force(venue.now).rules.rights.notice_days == 20
    assert queries.offered(venue.now) == []
    assert refusal(lambda: actions.propose_adoption(actor=one, version=1, **act)) is (
        Refusal.NOTHING_CHANGES
    )

    there.publish(notice_days=25)
    (newer,) = queries.offered(venue.now)
    assert (newer.adopted, newer.template.version) == (1, 2)
    assert refusal(lambda: actions.propose_adoption(actor=one, version=1, **act)) is Refusal.CHANGED
    assert list(queries.audit()) == []


def test_what_is_not_as_its_venue_committed_to_it_is_no_template(venue, joined):
    there = Elsewhere(venue)
    there.publish(digest="sha256:" + "0" * 64, notice_days=20)
    assert queries.everywhere(venue.now) == []
    why = refusal(lambda: queries.known("SZTE", there.id, venue.now))
    assert why is Refusal.UNREADABLE


def test_a_template_that_our_rules_do_not_allow_is_refused_in_words(venue, joined):
    there = Elsewhere(venue)
    there.publish(notice_days=0)
    why = refusal(
        lambda: actions.propose_adoption(
            actor=officer("administrator"),
            now=venue.now,
            venue="SZTE",
            template=there.id,
            version=1,
        )
    )
    assert why is Rulebook.INVALID


def test_another_venue_reads_our_template_in_our_log_alone(venue, joined, drain, monkeypatch):
    from hutong.network.mirrors.queries import offered

    mine = published(venue)
    drain()
    known = [*venues.members(), own_member()]
    monkeypatch.setattr(offered.venues, "members", lambda *states: known)
    follow_own()
    mirrored = offered.some(offered.ThingKind.PROCEDURE, [("OWN", mine.template)])
    face = mirrored["OWN", mine.template].of
    assert face.digest == mine.digest
    assert rules.Template.read(face.text).parts.keys() == {"rights", "listings"}


def test_a_template_of_another_venue_is_read_as_it_is_or_not_at_all():
    told = Template(
        venue="SZTE",
        id=uuid4(),
        version=1,
        rulebook_version=3,
        parts={"rights": {"notice_days": 15}},
        **NAME,
    ).document()
    assert Template.read(told).document() == told
    for wrong in (
        {"version": 0},
        {"version": True},
        {"version": "1"},
        {"rulebook_version": 10**30},
        {"name_zh": "\u202e程流记登"},
        {"name_en": ["First registration"]},
        {"template": "no id"},
        {"parts": {}},
        {"parts": {"venue": {"code": "SZTE"}}},  # what makes a venue itself is in none
        {"parts": [["rights", {}]]},
    ):
        assert refusal(lambda wrong=wrong: Template.read(told | wrong)) is Refusal.UNREADABLE

"""Entering, changing, retiring and bundling, one technology at a time (TE-1 … TE-4)."""

from fractions import Fraction
from uuid import uuid4

import pytest

from hutong.journal import queries as journal
from hutong.kit.actor import ANONYMOUS, SYSTEM
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.testing import member_of, officer, verified_party
from hutong.technologies import actions, importing, queries, testing
from hutong.technologies.importing.workbook import workbook
from hutong.technologies.models import Technology
from hutong.technologies.rules import LegalStatus, Refusal, Status
from hutong.technologies.testing import an_application_number, bundled, entered_technology

pytestmark = pytest.mark.django_db


@pytest.fixture
def university(venue):
    return verified_party("上海某大学", now=venue.now)


@pytest.fixture
def other(venue):
    return verified_party("某研究院", kind="research_institute", now=venue.now)


@pytest.fixture
def seller(university):
    return member_of(university)


def said(**fields):
    number = fields.pop("number", None) or an_application_number()
    return {"kind": "patent", "title_zh": "一种装置", "application_number": number, **fields}


def test_what_a_member_enters_is_the_partys_and_in_the_journal(venue, seller, university):
    made = actions.enter(actor=seller, now=venue.now, said=said(legal_status="in_force"))
    assert (made.status, made.party, made.legal_status) == (
        Status.ENTERED,
        university.id,
        LegalStatus.IN_FORCE,
    )
    (entry,) = journal.of_subject(subject("technology", made.id))
    assert entry.kind == "technologies.Entered"
    assert entry.facts["technology_kind"] == "patent"
    assert "一种装置" not in str(entry.facts)  # the words lie in an erasable blob (LO-2)
    assert entry.content["record"]["title_zh"] == "一种装置"
    assert queries.require_listable(made.id, venue.now) == made


def test_one_right_is_one_technology(venue, seller, other):
    number = an_application_number()
    actions.enter(actor=seller, now=venue.now, said=said(number=number))
    for actor in (seller, member_of(other)):
        with pytest.raises(Refused) as refused:
            actions.enter(actor=actor, now=venue.now, said=said(number=f"ZL {number}"))
        assert refused.value.reason is Refusal.NUMBER_TAKEN
    assert Technology.objects.count() == 1


def test_a_publication_number_leads_to_the_right_it_belongs_to(venue, seller):
    numbers = {"publication_number": "CN111504366A", "grant_number": "CN111504366B"}
    actions.enter(actor=seller, now=venue.now, said=said(**numbers))
    plain = {"kind": "patent", "title_zh": "甲", "grant_number": "CN 111504366 B"}
    with pytest.raises(Refused) as refused:
        actions.enter(actor=seller, now=venue.now, said=plain)
    assert refused.value.reason is Refusal.NUMBER_TAKEN


def test_know_how_is_not_unique_by_rule(venue, seller):
    plain = {"kind": "know_how", "title_zh": "一种工艺", "abstract_zh": "甲"}
    actions.enter(actor=seller, now=venue.now, said=plain)
    actions.enter(actor=seller, now=venue.now, said={**plain, "abstract_zh": "乙"})
    assert Technology.objects.count() == 2


def test_an_intended_technology_enters_when_it_has_its_number(venue, seller):
    made = actions.intend(
        actor=seller, now=venue.now, said={"kind": "patent", "title_zh": "一种装置"}
    )
    with pytest.raises(Refused) as refused:
        actions.enter_intended(actor=seller, now=venue.now, technology=made.id)
    assert refused.value.reason is Refusal.RECORD_INVALID
    with pytest.raises(Refused) as refused:
        queries.require_listable(made.id, venue.now)
    assert refused.value.reason is Refusal.NOT_ENTERED
    number = an_application_number()
    actions.update(
        actor=seller, now=venue.now, technology=made.id, changes={"application_number": number}
    )
    entered = actions.enter_intended(actor=seller, now=venue.now, technology=made.id)
    assert (entered.status, entered.numbers) == (Status.ENTERED, {"application": number})
    with pytest.raises(Refused) as refused:
        actions.enter_intended(actor=seller, now=venue.now, technology=made.id)
    assert refused.value.reason is Refusal.NOT_ENTERED


def test_others_do_not_touch_what_is_not_theirs(venue, seller, university, other):
    technology = entered_technology(university)
    stranger = member_of(other)
    viewer = member_of(university, role="viewer")
    cases = [
        (stranger, CommonRefusal.NOT_FOUND),
        (viewer, CommonRefusal.POWER_MISSING),
        (ANONYMOUS, CommonRefusal.NOT_SIGNED_IN),
    ]
    for actor, reason in cases:
        with pytest.raises(Refused) as refused:
            actions.update(actor=actor, now=venue.now, technology=technology.id, changes={"trl": 9})
        assert refused.value.reason is reason
        with pytest.raises(Refused) as refused:
            actions.retire(actor=actor, now=venue.now, technology=technology.id, reason="x")
        assert refused.value.reason is reason
    with pytest.raises(Refused) as refused:
        actions.enter(actor=stranger, now=venue.now, said=said(), party=university.id)
    assert refused.value.reason is CommonRefusal.POWER_MISSING
    assert queries.technology(technology.id) == technology


def test_an_officer_enters_for_any_party(venue, university):
    registrar = officer("technologies.enter_any")
    made = actions.enter(actor=registrar, now=venue.now, said=said(), party=university.id)
    assert made.party == university.id


def test_an_update_that_says_nothing_new_is_no_act(venue, seller, university):
    technology = entered_technology(university, trl=6)
    actions.update(actor=seller, now=venue.now, technology=technology.id, changes={"trl": 6})
    assert len(journal.of_subject(subject("technology", technology.id))) == 1


def test_what_is_registered_keeps_title_and_numbers(venue, seller, university):
    technology = entered_technology(university)
    for _ in range(2):  # repeated, it changes nothing
        actions.mark_registered(actor=SYSTEM, now=venue.now, technologies=[technology.id])
    with pytest.raises(Refused) as refused:
        actions.update(
            actor=seller, now=venue.now, technology=technology.id, changes={"title_zh": "另一"}
        )
    assert refused.value.reason is Refusal.REGISTERED
    changed = actions.update(
        actor=seller, now=venue.now, technology=technology.id, changes={"trl": 9}
    )
    assert (changed.trl, changed.registered) == (9, True)


def test_what_retires_unregistered_sets_its_number_free(venue, seller, university):
    number = an_application_number()
    first = entered_technology(university, number=number)
    retired = actions.retire(actor=seller, now=venue.now, technology=first.id, reason="误登")
    assert retired.status is Status.RETIRED
    again = entered_technology(university, number=number)
    actions.mark_registered(actor=SYSTEM, now=venue.now, technologies=[again.id])
    actions.retire(actor=seller, now=venue.now, technology=again.id, reason="已转让")
    with pytest.raises(Refused) as refused:
        entered_technology(university, number=number)
    assert refused.value.reason is Refusal.NUMBER_TAKEN
    assert list(queries.audit()) == []


def test_a_bundle_has_an_exact_split_and_holds_its_parts(venue, seller, university, other):
    parts = [entered_technology(university, f"装置{n}") for n in range(3)]
    bundle = bundled(parts, university)
    assert [part.share for part in bundle.split] == [Fraction(1, 3)] * 3
    assert bundle.parts == tuple(part.id for part in parts)
    assert queries.require_listable(bundle.id, venue.now).kind == "bundle"
    with pytest.raises(Refused) as refused:
        actions.retire(actor=seller, now=venue.now, technology=parts[0].id, reason="x")
    assert refused.value.reason is Refusal.IN_BUNDLE
    foreign = entered_technology(other)
    with pytest.raises(Refused) as refused:
        actions.make_bundle(
            actor=seller,
            now=venue.now,
            said={"title_zh": "包"},
            parts=[(parts[0].id, Fraction(1, 2)), (foreign.id, Fraction(1, 2))],
        )
    assert refused.value.reason is CommonRefusal.NOT_FOUND
    joint = actions.make_bundle(
        actor=officer("technologies.enter_any"),
        now=venue.now,
        said={"title_zh": "联合项目"},
        parts=[(parts[0].id, Fraction(1, 2)), (foreign.id, Fraction(1, 2))],
        party=university.id,
        carve_out=True,
    )
    assert joint.carve_out
    assert list(queries.audit()) == []


def test_a_bundle_is_listable_when_every_part_is(venue, university):
    parts = [
        entered_technology(university, "甲"),
        entered_technology(university, "乙", legal_status="unknown"),
    ]
    bundle = bundled(parts, university)
    with pytest.raises(Refused) as refused:
        queries.require_listable(bundle.id, venue.now)
    assert refused.value.reason is Refusal.PART_NOT_LISTABLE
    assert refused.value.facts["part"] == "乙"


def test_a_party_takes_up_what_a_feed_brought(venue, seller, university, tmp_path):
    feed = tmp_path / "feed.jsonl"
    feed.write_text('{"id": "CN111504366B", "title": "甲", "abstract": "摘要"}\n')
    importing.run(path=feed, party=None, actor=SYSTEM, now=venue.now)
    plain = {"kind": "patent", "title_zh": "乙", "grant_number": "CN111504366B", "trl": 7}
    made = actions.enter(actor=seller, now=venue.now, said=plain)
    assert (made.party, made.title_zh, made.abstract_zh) == (university.id, "乙", "摘要")
    assert Technology.objects.count() == 1
    again = importing.run(path=feed, party=None, actor=SYSTEM, now=venue.now)
    assert (again.changed, again.unchanged) == (False, 1)
    assert queries.technology(made.id).title_zh == "乙"
    assert list(queries.audit()) == []


def test_filters_find_what_they_say(venue, university, other):
    today = venue.now.date()
    a = entered_technology(university, "甲", ipc=["G06F16/33"], trl=3)
    b = entered_technology(other, "乙", ipc=["H02G7/00"], trl=8, expires_on="2022-01-01")
    c = testing.know_how(university, "丙")

    def found(**filters):
        page = queries.page(queries.Filters(**filters), today, order=queries.Order.TITLE)
        return [view.title_zh for view in page["items"]]

    assert found() == ["丙", "甲", "乙"]
    assert found(ipc="G06F") == found(ipc="g") == ["甲"]
    assert found(trl_from=4) == ["乙"]
    assert found(legal_status=LegalStatus.LAPSED) == ["乙"]
    assert found(legal_status=LegalStatus.IN_FORCE) == ["甲"]
    assert found(party=other.id) == ["乙"]
    assert found(number=a.numbers["application"]) == ["甲"]
    assert found(number=a.numbers["application"][:-2]) == ["甲"]
    assert found(number="CN1") == []
    assert found(kind=c.kind) == ["丙"]
    with pytest.raises(Refused):
        found(ipc="?")
    assert b.legal_status_on(today) is LegalStatus.LAPSED


def test_a_suspended_party_enters_nothing(venue, seller, university):
    from hutong.parties import actions as parties

    parties.suspend(
        actor=officer("parties.suspend"), now=venue.now, party=university.id, why="调查"
    )
    with pytest.raises(Refused):
        actions.enter(actor=seller, now=venue.now, said=said())
    assert Technology.objects.count() == 0


def test_an_unknown_technology_is_not_found(venue, seller):
    for act in (
        lambda: queries.technology(uuid4()),
        lambda: actions.retire(actor=seller, now=venue.now, technology=uuid4(), reason="x"),
        lambda: actions.mark_registered(actor=SYSTEM, now=venue.now, technologies=[uuid4()]),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason is CommonRefusal.NOT_FOUND


def test_the_template_filled_for_35_technologies_enters(venue, seller, university, tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(said(title_zh=f"装置{n}") for n in range(35)))
    report = importing.run(path=path, party=university.id, actor=seller, now=venue.now)
    assert (report.entered, report.faults) == (35, ())
    assert Technology.objects.filter(party=university.id).count() == 35

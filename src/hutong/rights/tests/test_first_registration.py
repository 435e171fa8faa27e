from datetime import timedelta
from fractions import Fraction

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from beginnings import beginning
from hutong.due import queries as due
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions as parties
from hutong.parties.testing import (
    NINE_IN_SHANGHAI,
    member_of,
    officer,
    unverified_party,
    verified_party,
)
from hutong.rights import actions, queries
from hutong.rights.checklists import all_yes
from hutong.rights.models import Entry, Holding
from hutong.rights.refusals import Refusal
from hutong.rights.rules import Decision, Status
from hutong.rights.testing import (
    WHOLE,
    a_document,
    a_technology,
    noticed_application,
    registered_technology,
    submitted_application,
)
from hutong.technologies import actions as technologies
from hutong.technologies import queries as technology_queries

HALF = Fraction(1, 2)

pytestmark = pytest.mark.django_db


@beginning
def university(venue):
    return verified_party("上海某大学")


@beginning
def firm(venue):
    return verified_party("某科技有限公司", kind="enterprise")


@pytest.fixture
def registrar(venue):
    return officer("registrar")


def accept(registrar, application, now, **given):
    return actions.examine(
        actor=registrar,
        now=now,
        application=application.id,
        decision=Decision.ACCEPT,
        findings="In order.",
        checks=all_yes(),
        **given,
    )


def test_a_right_is_registered_after_its_notice(venue, university, registrar):
    application = submitted_application(university)
    noticed = accept(registrar, application, venue.now)
    assert noticed.status is Status.NOTICE
    assert noticed.ends_at.isoformat() == "2022-07-05T09:00:00+00:00"  # 15 days, 17:00 in Shanghai
    named = subject("right_application", application.id)
    assert due.due_at(named, "rights.notice_over") == noticed.ends_at

    registered = actions.close_notice(actor=SYSTEM, now=noticed.ends_at, application=application.id)

    assert registered.status is Status.REGISTERED
    assert due.due_at(named, "rights.notice_over") is None
    [technology] = registered.technologies
    title = queries.title(technology)
    assert title.registered
    assert title.ownership == title.disposal == title.income == {university.id: WHOLE}
    [entry] = title.chain
    assert entry.number == "SHTE-DEMO-RR-2022-000001"
    assert entry.effective_on.isoformat() == "2022-07-05"
    assert technology_queries.technology(technology).registered
    [told] = journal.of_subject(subject("right_entry", entry.id))
    assert told.kind == "rights.Registered"
    assert told.facts["technology"] == str(technology)
    assert {h["party"] for h in told.private["holdings"]} == {str(university.id)}
    assert list(queries.audit()) == []


def test_one_application_registers_many_as_one_file(venue, university, registrar):
    technologies_ = [a_technology(university, title_zh=f"方法{n}").id for n in range(5)]
    application = submitted_application(university, technologies_)
    noticed = accept(
        registrar, application, venue.now, exceptions={technologies_[2]: "No proof of this one."}
    )
    done = actions.close_notice(actor=SYSTEM, now=noticed.ends_at, application=application.id)
    assert done.status is Status.REGISTERED
    registered = [queries.title(id).registered for id in technologies_]
    assert registered == [True, True, False, True, True]
    numbers = [queries.title(id).chain[0].number for id in technologies_ if id != technologies_[2]]
    assert sorted(numbers) == [f"SHTE-DEMO-RR-2022-{n:06d}" for n in range(1, 5)]
    # what was left out can be applied for again
    again = submitted_application(university, [technologies_[2]], now=done.ends_at)
    assert again.status is Status.SUBMITTED


def test_co_owners_hold_exact_shares(venue, university, firm):
    third = Fraction(1, 3)
    technology = registered_technology(
        university, holders=[(university.id, 1 - third), (firm.id, third)]
    )
    assert queries.title(technology.id).ownership == {university.id: 1 - third, firm.id: third}


def test_a_holder_reads_an_application_and_a_stranger_does_not(venue, university, firm):
    stranger = verified_party("另一公司", kind="enterprise")
    application = submitted_application(
        university, holders=[(university.id, HALF), (firm.id, HALF)]
    )
    assert queries.application(application.id, member_of(firm)).id == application.id
    with pytest.raises(Refused) as refused:
        queries.application(application.id, member_of(stranger))
    assert refused.value.reason is CommonRefusal.NOT_FOUND
    assert [a.id for a in queries.applications(member_of(firm))["items"]] == [application.id]
    assert queries.applications(member_of(stranger))["items"] == []


def draft_for(university, technologies_, holders=None):
    actor = member_of(university)
    return actions.apply_first_registration(
        actor=actor,
        now=NINE_IN_SHANGHAI,
        technologies=technologies_,
        holders=holders or [(university.id, WHOLE)],
        evidence=[a_document(actor)],
    )


def test_what_cannot_be_applied_for(venue, university, firm):
    mine = a_technology(university).id
    theirs = a_technology(firm).id
    lapsed = a_technology(university, legal_status="lapsed").id
    unverified = unverified_party("未核验公司", kind="enterprise")
    cases = [
        ([], None, Refusal.NOTHING_NAMED),
        ([mine, mine], None, Refusal.TECHNOLOGY_TWICE),
        ([new_id()], None, CommonRefusal.NOT_FOUND),
        ([theirs], None, Refusal.NOT_YOUR_TECHNOLOGY),
        ([lapsed], None, Refusal.LAPSED),
        ([mine], [(university.id, HALF)], Refusal.SHARES_NOT_WHOLE),
        ([mine], [(university.id, HALF), (university.id, HALF)], Refusal.HOLDER_TWICE),
        ([mine], [(firm.id, WHOLE)], Refusal.APPLICANT_HOLDS_NOTHING),
        ([mine], [(university.id, HALF), (new_id(), HALF)], CommonRefusal.NOT_FOUND),
    ]
    for technologies_, holders, refusal in cases:
        with pytest.raises(Refused) as refused:
            draft_for(university, technologies_, holders)
        assert refused.value.reason is refusal
    assert queries.applications(member_of(university))["items"] == []
    # a draft may name a party not yet verified; submitting it may not (PA-3)
    draft = draft_for(university, [mine], [(university.id, HALF), (unverified.id, HALF)])
    with pytest.raises(Refused) as refused:
        actions.submit(actor=member_of(university), now=venue.now, application=draft.id)
    assert refused.value.reason is Refusal.HOLDER_NOT_VERIFIED


def test_one_application_at_a_time_and_one_first_registration_for_ever(venue, university):
    technology = a_technology(university).id
    first = submitted_application(university, [technology])
    second = draft_for(university, [technology])
    with pytest.raises(Refused) as refused:
        actions.submit(actor=member_of(university), now=venue.now, application=second.id)
    assert refused.value.reason is Refusal.APPLICATION_PENDING
    actions.withdraw(
        actor=member_of(university), now=venue.now, application=first.id, reason="Mistake."
    )
    actions.submit(actor=member_of(university), now=venue.now, application=second.id)
    noticed = accept(officer("registrar"), second, venue.now)
    actions.close_notice(actor=SYSTEM, now=noticed.ends_at, application=second.id)
    third = draft_for(university, [technology])
    with pytest.raises(Refused) as refused:
        actions.submit(actor=member_of(university), now=venue.now, application=third.id)
    assert refused.value.reason is Refusal.ALREADY_REGISTERED


def test_powers_and_four_eyes(venue, university, registrar):
    application = submitted_application(university)
    with pytest.raises(Refused) as refused:
        accept(member_of(university), application, venue.now)
    assert refused.value.reason is CommonRefusal.POWER_MISSING
    with pytest.raises(Refused) as refused:
        accept(officer("listing"), application, venue.now)
    assert refused.value.reason is CommonRefusal.POWER_MISSING
    other = verified_party("另一大学")
    with pytest.raises(Refused) as refused:
        actions.withdraw(actor=member_of(other), now=venue.now, application=application.id)
    assert refused.value.reason is CommonRefusal.NOT_FOUND
    # an officer who also acts for the applicant may not examine what they entered
    both = member_of(university)
    insider = type(both)(
        person=both.person,
        party=both.party,
        powers=both.powers | registrar.powers,
        second_factor=True,
    )
    with pytest.raises(Refused) as refused:
        accept(insider, application, venue.now)
    assert refused.value.reason is CommonRefusal.SAME_EYES
    assert queries.application(application.id).status is Status.SUBMITTED


def test_a_rejected_application_says_why(venue, university, registrar):
    application = submitted_application(university)
    rejected = actions.examine(
        actor=registrar,
        now=venue.now,
        application=application.id,
        decision=Decision.REJECT,
        findings="The inventor's assignment is missing.",
    )
    assert rejected.status is Status.REJECTED
    assert rejected.ended_because == "The inventor's assignment is missing."


def test_an_objection_stops_the_clock_and_its_dismissal_resumes_it(
    venue, university, firm, registrar
):
    noticed = noticed_application(university)
    named = subject("right_application", noticed.id)
    filed = venue.later(days=5)
    objection = actions.object_to(
        actor=member_of(firm),
        now=filed,
        application=noticed.id,
        grounds="The invention was commissioned by us.",
    )
    assert due.due_at(named, "rights.notice_over") is None
    stopped = queries.application(noticed.id)
    assert stopped.stopped_at == filed
    with pytest.raises(Refused) as refused:
        actions.close_notice(actor=SYSTEM, now=noticed.ends_at, application=noticed.id)
    assert refused.value.reason is Refusal.NOTICE_STOPPED
    with pytest.raises(Refused) as refused:
        actions.object_to(
            actor=member_of(firm), now=filed, application=noticed.id, grounds="And again."
        )
    assert refused.value.reason is Refusal.OBJECTED_ALREADY
    with pytest.raises(Refused) as refused:
        actions.object_to(
            actor=member_of(university), now=filed, application=noticed.id, grounds="I object."
        )
    assert refused.value.reason is Refusal.OWN_APPLICATION

    decided = actions.decide_objection(
        actor=registrar,
        now=venue.later(days=9),
        objection=objection.id,
        upheld=False,
        reasons="The contract leaves the right with the university.",
    )

    assert decided.status == "dismissed"
    running = queries.application(noticed.id)
    assert running.ends_at == noticed.ends_at + timedelta(days=9)
    assert due.due_at(named, "rights.notice_over") == running.ends_at
    done = actions.close_notice(actor=SYSTEM, now=running.ends_at, application=noticed.id)
    assert done.status is Status.REGISTERED
    assert list(queries.audit()) == []


def test_an_upheld_objection_ends_the_application(venue, university, firm, registrar):
    noticed = noticed_application(university)
    objection = actions.object_to(
        actor=member_of(firm), now=venue.now, application=noticed.id, grounds="It is ours."
    )
    actions.decide_objection(
        actor=registrar,
        now=objection.answer_by,
        objection=objection.id,
        upheld=True,
        reasons="Proved.",
    )
    ended = queries.application(noticed.id)
    assert ended.status is Status.REJECTED
    assert ended.items[0].excepted_because == "Proved."
    assert list(queries.audit()) == []


def test_only_a_verified_identity_objects(venue, university):
    noticed = noticed_application(university)
    unverified = unverified_party("未核验公司", kind="enterprise")
    with pytest.raises(Refused) as refused:
        actions.object_to(
            actor=member_of(unverified), now=venue.now, application=noticed.id, grounds="Ours."
        )
    assert refused.value.reason is Refusal.OBJECTOR_NOT_VERIFIED


def test_registration_waits_for_a_suspended_holder(venue, university):
    noticed = noticed_application(university)
    compliance = officer("compliance")
    parties.suspend(actor=compliance, now=venue.now, party=university.id, why="Under review.")
    held = actions.close_notice(actor=SYSTEM, now=noticed.ends_at, application=noticed.id)
    assert held.status is Status.HELD
    parties.reinstate(actor=compliance, now=noticed.ends_at, party=university.id, why="Cleared.")
    done = actions.close_notice(
        actor=officer("registrar"), now=noticed.ends_at, application=noticed.id
    )
    assert done.status is Status.REGISTERED


def test_a_technology_retired_during_its_notice_is_not_registered(venue, university):
    noticed = noticed_application(university)
    technologies.retire(
        actor=member_of(university),
        now=venue.now,
        technology=noticed.technologies[0],
        reason="Given up.",
    )
    done = actions.close_notice(actor=SYSTEM, now=noticed.ends_at, application=noticed.id)
    assert done.status is Status.REJECTED
    assert not queries.title(noticed.technologies[0]).registered


# -- what the database guarantees by itself


def test_the_register_cannot_be_edited(venue, university):
    registered_technology(university)
    for sql in (
        "UPDATE rights_entry SET number = 'X'",
        "DELETE FROM rights_entry",
        "UPDATE rights_holding SET numerator = 1",
        "DELETE FROM rights_holding",
        "TRUNCATE rights_holding",
    ):
        with (
            pytest.raises(Exception, match=r"insert-only|permission denied") as refused,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
        assert isinstance(refused.value.__cause__, psycopg.Error)


@pytest.mark.parametrize(
    "shares",
    [
        [("ownership", 1, 2), ("disposal", 1, 1), ("income", 1, 1)],  # half is nobody's
        [("ownership", 1, 1), ("disposal", 1, 1)],  # income is forgotten
        [],
    ],
)
def test_the_database_alone_refuses_shares_that_are_not_whole(venue, university, shares):
    technology = registered_technology(university)
    with pytest.raises(IntegrityError, match="register entry"):
        write_past_the_rules(technology.id, university.id, shares)


def write_past_the_rules(technology, party, shares):
    with transaction.atomic(), connection.cursor() as cursor:
        row = Entry.objects.get(technology=technology)
        row.id, row.number, row.sequence, row.kind = new_id(), "X-1", 2, "transfer"
        row.save(force_insert=True)
        Holding.objects.bulk_create(
            Holding(entry=row, power=power, party=party, numerator=n, denominator=d)
            for power, n, d in shares
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_alone_refuses_a_second_first_registration(venue, university):
    technology = registered_technology(university)
    row = Entry.objects.get(technology=technology.id)
    row.id, row.number, row.sequence = new_id(), "X-1", 2
    with pytest.raises(IntegrityError, match="rights_entry_first_once"), transaction.atomic():
        row.save(force_insert=True)

"""A file is taken at once, read by the worker, and what became of it is told (TE-5)."""

import json
from io import BytesIO

import pytest
from openpyxl import load_workbook
from procrastinate.contrib.django.models import ProcrastinateJob

from hutong.documents import queries as documents
from hutong.journal import queries as journal
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.notices import queries as notices
from hutong.parties import actions as parties
from hutong.parties import queries as party_queries
from hutong.parties.membership import MandateRole
from hutong.parties.testing import let_in, member_of, person, signed_in, verified_party
from hutong.technologies import actions, queries, tasks
from hutong.technologies.importing.template import SHEET
from hutong.technologies.importing.workbook import workbook
from hutong.technologies.queries import Filters

pytestmark = pytest.mark.django_db
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GOOD = {"kind": "技术秘密", "title_zh": "甲"}
BAD = {"kind": "专利", "title_zh": "乙", "application_number": "201710601862.9"}


@pytest.fixture
def university(venue):
    return verified_party("上海某大学", now=venue.now)


def hand_in(venue, actor, *rows, **given):
    return actions.hand_in(
        actor=actor,
        now=venue.now,
        name="technologies.xlsx",
        media_type=XLSX,
        data=workbook(rows),
        **given,
    )


def test_a_workbook_handed_in_enters_and_its_person_is_told(venue, university):
    actor = member_of(university)
    run = hand_in(venue, actor, GOOD, {"kind": "技术秘密", "title_zh": "丙"})
    waiting = queries.run(run, actor)
    assert (waiting.status, waiting.under_way) == ("waiting", True)
    [job] = ProcrastinateJob.objects.filter(task_name=actions.IMPORT)
    assert (job.args, job.lock) == ({"run": str(run)}, actions.IMPORT)

    tasks.import_file(str(run))
    tasks.import_file(str(run))  # a job may come twice

    ended = queries.run(run, actor)
    assert (ended.status, ended.entered, ended.rows) == ("entered", 2, 2)
    assert ended.batch is not None
    assert len(queries.page(Filters(party=university.id), venue.now.date())["items"]) == 2
    [told] = notices.notices_page(actor.person)["items"]
    assert told.link == f"/my/technologies/imports/{run}"
    kinds = [entry.kind for entry in journal.of_subject(f"import_run:{run}")]
    assert kinds.count("technologies.RunEnded") == 1


def test_a_faulty_workbook_keeps_its_faults_by_row_and_column(venue, university):
    actor = member_of(university)
    run = hand_in(venue, actor, GOOD, BAD)
    tasks.import_file(str(run))

    ended = queries.run(run, actor)
    assert (ended.status, ended.fault_count) == ("faulty", 1)
    [fault] = ended.faults
    assert (fault["row"], fault["value"]) == (3, "201710601862.9")
    assert "申请号" in fault["column"]
    assert json.dumps(fault)
    assert queries.page(Filters(party=university.id), venue.now.date())["items"] == []


def test_sound_rows_enter_when_asked_to(venue, university):
    actor = member_of(university)
    run = hand_in(venue, actor, GOOD, BAD, skip_faulty=True)
    tasks.import_file(str(run))
    ended = queries.run(run, actor)
    assert (ended.status, ended.entered, ended.left_out) == ("entered", 1, 1)


def test_a_file_that_is_no_template_says_why_in_both_languages(venue, university):
    actor = member_of(university)
    run = actions.hand_in(
        actor=actor, now=venue.now, name="a.csv", media_type="text/csv", data=b"a,b\n1,2\n"
    )
    tasks.import_file(str(run))
    ended = queries.run(run, actor)
    assert ended.status == "refused"
    assert set(ended.refusal["said"]) == {"zh-hans", "en"}
    assert ended.refusal["said"]["en"] != ended.refusal["said"]["zh-hans"]


def test_another_party_sees_nothing_of_it(venue, university):
    run = hand_in(venue, member_of(university), GOOD)
    with pytest.raises(Refused) as refused:
        queries.run(run, member_of(verified_party("北京某大学", now=venue.now)))
    assert refused.value.reason is CommonRefusal.NOT_FOUND


def test_whoever_lost_the_mandate_meanwhile_imports_nothing(venue, university):
    who = person()
    let_in(university, who.id, MandateRole.AGENT)
    actor = signed_in(who, party=university.id)
    run = hand_in(venue, actor, GOOD)
    [mandate] = list(party_queries.mandates_of_person(who.id))
    parties.revoke_mandate(
        actor=member_of(university), now=venue.now, party=university.id, mandate=mandate.id
    )
    tasks.import_file(str(run))
    assert queries.run(run).status == "refused"
    assert queries.page(Filters(party=university.id), venue.now.date())["items"] == []


def test_the_faulty_rows_come_back_as_a_workbook_that_says_what_is_wrong(venue, university):
    actor = member_of(university)
    run = hand_in(venue, actor, GOOD, BAD)
    tasks.import_file(str(run))
    kept = queries.run(run, actor).faulty_rows
    sheet = load_workbook(BytesIO(documents.read_bytes(kept)))[SHEET]
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ["乙"]
    noted = {cell.value: cell.comment.text for row in sheet for cell in row if cell.comment}
    assert set(noted) == {"201710601862.9"}

    sheet["D2"] = "201710601862.3"  # mended as it says
    mended = BytesIO()
    sheet.parent.save(mended)
    again = actions.hand_in(
        actor=actor, now=venue.now, name="m.xlsx", media_type=XLSX, data=mended.getvalue()
    )
    tasks.import_file(str(again))
    assert queries.run(again, actor).entered == 1

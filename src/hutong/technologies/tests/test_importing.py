"""Files enter as a whole or not at all (TE-5)."""

import hashlib
import json
from datetime import UTC, datetime

import pytest

from hutong.journal import queries as journal
from hutong.kit.actor import ANONYMOUS, SYSTEM
from hutong.kit.refusal import Refused
from hutong.parties.testing import member_of, officer, verified_party
from hutong.technologies import importing, queries
from hutong.technologies.faults import Problem
from hutong.technologies.importing.workbook import workbook
from hutong.technologies.models import Technology
from hutong.technologies.testing import entered_technology

START = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("cn_patents_g06f.jsonl", 4613),
        ("cn_patent_titles_ipc.csv", 9740),
        ("nasa_techport.json", 25),
    ],
)
def test_real_files_enter_whole_and_again_change_nothing(venue, shared_data, name, count):
    path = shared_data / "technologies" / name
    first = importing.run(path=path, party=None, actor=SYSTEM, now=venue.now)
    assert (first.entered, first.faults) == (count, ())
    again = importing.run(path=path, party=None, actor=SYSTEM, now=venue.now)
    assert (again.entered, again.refreshed, again.unchanged) == (0, 0, count)
    assert again.batch is None
    assert Technology.objects.count() == count
    assert list(queries.audit()) == []


@pytest.mark.shared_data
def test_nasas_list_is_refused_as_it_stands_and_enters_without_its_faults(venue, shared_data):
    path = shared_data / "technologies" / "nasa_patents_2024.csv"
    refused = importing.run(path=path, party=None, actor=SYSTEM, now=venue.now)
    assert refused.refused
    assert Technology.objects.count() == 0
    entered = importing.run(path=path, party=None, actor=SYSTEM, now=venue.now, skip_faulty=True)
    assert (entered.rows, entered.entered, entered.left_out) == (1393, 1330, 63)
    assert "63 rows left out" in str(entered)
    again = importing.run(path=path, party=None, actor=SYSTEM, now=venue.now, skip_faulty=True)
    assert (again.entered, again.unchanged, again.left_out) == (0, 1330, 63)


@pytest.fixture
def university(venue):
    return verified_party("上海某大学", now=venue.now)


def feed(folder, *records, name="feed.jsonl"):
    path = folder / name
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in records))
    return path


FIRST = {"id": "CN117151122A", "title": "甲", "abstract": "摘要", "cpc": ["G06F16/33"]}
SECOND = {"id": "CN117151123A", "title": "乙"}


def test_an_import_is_one_entry_with_the_files_digest(venue, tmp_path, university):
    seller = member_of(university)
    path = feed(tmp_path, FIRST, SECOND)
    report = importing.run(path=path, party=university.id, actor=seller, now=venue.now)
    entries = list(journal.of_kinds(["technologies.Imported"]))
    assert len(entries) == 1
    assert not list(journal.of_kinds(["technologies.Entered"]))
    facts = entries[0].facts
    assert (facts["entered"], facts["rows"]) == (2, 2)
    assert facts["file_digest"] == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    assert facts["batch"] == str(report.batch)
    assert queries.batch(report.batch, seller).root == facts["root"]


def test_a_changed_record_is_refreshed_without_a_duplicate(venue, tmp_path):
    run = {"party": None, "actor": SYSTEM}
    importing.run(path=feed(tmp_path, FIRST, SECOND), now=venue.now, **run)
    later = venue.later(days=1)
    path = feed(tmp_path, {**FIRST, "title": "甲二"}, SECOND, name="later.jsonl")
    report = importing.run(path=path, now=later, **run)
    assert (report.entered, report.refreshed, report.unchanged) == (0, 1, 1)
    assert sorted(Technology.objects.values_list("title_zh", "refreshed_at")) == [
        ("乙", START),
        ("甲二", later),
    ]
    assert list(queries.audit()) == []


def test_anothers_right_is_a_fault_of_its_row(venue, tmp_path, university):
    entered_technology(
        university, number=None, publication_number="CN117151123A", application_number=None
    )
    other = verified_party("某研究院", kind="research_institute", now=venue.now)
    report = importing.run(
        path=feed(tmp_path, FIRST, SECOND), party=other.id, actor=member_of(other), now=venue.now
    )
    assert [(f.row, f.column, f.finding.problem) for f in report.faults] == [
        (2, "id", Problem.NUMBER_TAKEN)
    ]
    assert report.refused
    assert Technology.objects.count() == 1


def test_know_how_imported_twice_stands_once(venue, tmp_path, university):
    seller = member_of(university)
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook([{"kind": "know_how", "title_zh": "工艺"}]))
    run = {"party": university.id, "actor": seller, "now": venue.now}
    assert importing.run(path=path, **run).entered == 1
    assert importing.run(path=path, **run).unchanged == 1
    path.write_bytes(
        workbook(
            [
                {"kind": "know_how", "title_zh": "工艺"},
                *[{"kind": "know_how", "title_zh": "乙"}] * 2,
            ]
        )
    )
    assert [f.finding.problem for f in importing.run(path=path, **run).faults] == [
        Problem.REFERENCE_REPEATED
    ] * 2


def test_who_may_import(venue, tmp_path, university):
    path = feed(tmp_path, FIRST)
    other = verified_party("某研究院", kind="research_institute", now=venue.now)
    for actor in (ANONYMOUS, member_of(other), member_of(university, role="viewer")):
        for party in (university.id, None):
            for check_only in (False, True):
                with pytest.raises(Refused):
                    importing.run(
                        path=path, party=party, actor=actor, now=venue.now, check_only=check_only
                    )
    assert Technology.objects.count() == 0
    importing.run(path=path, party=None, actor=officer("technologies.import_any"), now=venue.now)
    assert Technology.objects.count() == 1


def test_checking_only_writes_nothing(venue, tmp_path):
    report = importing.run(
        path=feed(tmp_path, FIRST), party=None, actor=SYSTEM, now=venue.now, check_only=True
    )
    assert (report.rows, report.refused, report.batch) == (1, False, None)
    assert Technology.objects.count() == 0


def test_progress_is_told(venue, tmp_path):
    told = []
    importing.run(
        path=feed(tmp_path, FIRST, SECOND),
        party=None,
        actor=SYSTEM,
        now=venue.now,
        progress=lambda done, total, stage: told.append((done, total, stage)),
    )
    assert told == [(2, 2, "reading"), (2, 2, "comparing"), (2, 2, "writing")]


def test_a_file_that_turns_out_bad_in_the_middle_leaves_nothing(venue, tmp_path):
    path = feed(tmp_path, *({**SECOND, "id": f"CN1171{n:05d}A"} for n in range(3000)))
    with path.open("ab") as file:
        file.write(b"\n\xff\xfe")
    with pytest.raises(Refused) as refused:
        importing.run(path=path, party=None, actor=SYSTEM, now=venue.now)
    assert refused.value.facts["line"] == 3001
    assert Technology.objects.count() == 0

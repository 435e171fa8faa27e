"""An officer enters for a party that asked for it on paper, one by one and by workbook (PA-2, TE-5)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hutong.documents import queries as documents
from hutong.documents.rules import XLSX
from hutong.journal import queries as journal
from hutong.kit.ids import subject
from hutong.parties.testing import EVIDENCE, member_of, officer, verified_party
from hutong.technologies import queries, tasks
from hutong.technologies.exporting import workbook
from hutong.technologies.queries import Filters
from hutong.technologies.rules import RunStatus
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db
SAID = {"kind": "know_how", "title_zh": "一种焊接诀窍", "state_funded": ""}
ROW = {"kind": "专利", "title_zh": "一种涂层", "application_number": "201710601862.3"}


@pytest.fixture
def party(venue: Any) -> Any:
    return verified_party("某研究院", name_en="An institute")


def uscc(party: Any) -> str:
    return dict(party.identifiers)["uscc"]


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("instruction.pdf", EVIDENCE, "application/pdf")


def test_a_technology_is_entered_in_the_partys_name_with_its_paper(party: Any, drain: Any) -> None:
    registrar, member = officer("registrar"), member_of(party)
    desk = browsing(registrar)
    assert uscc(party) in desk.get(f"/desk/technologies/new?party={party.id}").content.decode()
    sent = {"act": "enter", "party": uscc(party), "instruction": paper(), **SAID}
    made = desk.post("/desk/technologies/new", sent)
    assert made.status_code == 302, made.content.decode()
    [entered] = queries.page(Filters(party=party.id), None)["items"]
    assert made["Location"] == f"/desk/technologies/{entered.id}"
    [kept] = documents.of_owner(subject("technology", entered.id))
    assert kept.name == "instruction.pdf"
    [told] = [
        e
        for e in journal.of_subject(subject("technology", entered.id))
        if e.kind == "technologies.Instructed"
    ]
    assert told.person == registrar.person
    own = browsing(member)
    assert own.get(f"/documents/{kept.id}").status_code == 200
    drain()
    notices = own.get("/my/notices").content.decode()
    assert f"/my/technologies/{entered.id}" in notices, "the party is told"
    assert SAID["title_zh"] in notices


def test_without_the_paper_nothing_is_entered(party: Any) -> None:
    desk = browsing(officer("registrar"))
    answer = desk.post("/desk/technologies/new", {"act": "enter", "party": uscc(party), **SAID})
    assert answer.status_code == 422
    assert SAID["title_zh"] in answer.content.decode(), "what was typed is kept"
    assert queries.page(Filters(party=party.id), None)["items"] == []


def test_a_workbook_is_handed_in_and_worked_through_by_the_office(party: Any) -> None:
    registrar = officer("registrar")
    file = SimpleUploadedFile("成果.xlsx", workbook([ROW]), XLSX)
    sent = {"act": "hand_in", "party": uscc(party), "instruction": paper(), "file": file}
    place = browsing(registrar).post("/desk/imports/new", sent)["Location"]
    [run] = queries.instructed_runs()
    assert place == f"/desk/imports/{run.id}"
    tasks.import_file(run=str(run.id))
    done = queries.run(run.id)
    assert (done.status, done.entered) == (RunStatus.ENTERED, 1)
    [entered] = queries.page(Filters(party=party.id), None)["items"]
    assert entered.title_zh == ROW["title_zh"]
    page = browsing(registrar).get(place).content.decode()
    assert f"/documents/{run.instruction}" in page
    assert "/my/" not in page.partition("<main")[2].partition("</main")[0]
    own = browsing(member_of(party)).get(f"/my/technologies/imports/{run.id}")
    assert own.status_code == 200, "the party follows what is done in its name"


def test_an_officer_who_was_dismissed_meanwhile_enters_nothing(party: Any) -> None:
    from hutong.parties import actions as parties

    registrar = officer("registrar")
    file = SimpleUploadedFile("成果.xlsx", workbook([ROW]), XLSX)
    sent = {"act": "hand_in", "party": uscc(party), "instruction": paper(), "file": file}
    browsing(registrar).post("/desk/imports/new", sent)
    [run] = queries.instructed_runs()
    administrator = officer("administrator")
    parties.dismiss_officer(
        actor=administrator, now=run.handed_in_at, person=registrar.person, role="registrar"
    )
    tasks.import_file(run=str(run.id))
    assert queries.run(run.id).status is RunStatus.REFUSED
    assert queries.page(Filters(party=party.id), None)["items"] == []


@pytest.mark.parametrize(
    "path", ["/desk/technologies", "/desk/technologies/new", "/desk/imports/new"]
)
def test_those_without_the_power_find_no_door(venue: Any, path: str) -> None:
    desk = browsing(officer("settlement"))
    assert desk.get(path).status_code == 403
    assert 'href="/desk/technologies"' not in desk.get("/desk").content.decode()
    assert (
        'href="/desk/technologies"' in browsing(officer("registrar")).get("/desk").content.decode()
    )


def test_a_partys_own_file_is_no_officers(party: Any) -> None:
    owner = browsing(member_of(party))
    file = SimpleUploadedFile("成果.xlsx", workbook([ROW]), XLSX)
    place = owner.post("/my/technologies/imports", {"act": "hand_in", "file": file})["Location"]
    run = place.rsplit("/", 1)[-1]
    assert browsing(officer("registrar")).get(f"/desk/imports/{run}").status_code == 404

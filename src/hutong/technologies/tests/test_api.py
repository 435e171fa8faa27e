"""The API of technologies: what the public finds, what members do, how a file is refused."""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hutong.parties import actions as parties
from hutong.parties.testing import member_of, verified_party
from hutong.technologies import exporting
from hutong.technologies.testing import an_application_number, entered_technology

pytestmark = pytest.mark.django_db


@pytest.fixture
def university(venue):
    return verified_party("上海某大学", now=venue.now)


@pytest.fixture
def api(venue, university):
    return _Api(_token(member_of(university), venue.now))


def _token(actor, now):
    return parties.issue_token(actor=actor, now=now, label="test", party=actor.party).secret


class _Api:
    def __init__(self, token):
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path, **query):
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path, body=None, **files):
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if files:
            return self.client.post(f"/api/v1/{path}", {**(body or {}), **files}, headers=headers)
        return self.client.post(
            f"/api/v1/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers=headers,
        )

    def patch(self, path, body):
        return self.client.patch(
            f"/api/v1/{path}", json.dumps(body), content_type="application/json"
        )


def test_a_member_enters_finds_changes_and_retires_a_technology(api, university):
    number = an_application_number()
    made = api.post(
        "technologies",
        {
            "kind": "patent",
            "title_zh": "一种装置",
            "numbers": {"application": number},
            "ipc": ["G06F16/33"],
        },
    )
    assert made.status_code == 201, made.content
    id = made.json()["id"]
    assert made.json()["why_not_listable"] == "technologies.legal_status_unknown"
    found = api.get("technologies", ipc="G06F16", number=number).json()
    assert [item["id"] for item in found["items"]] == [id]
    changed = api.patch(f"technologies/{id}", {"legal_status": "in_force"})
    assert (changed.status_code, changed.json()["why_not_listable"]) == (200, None)
    retired = api.post(f"technologies/{id}/retire", {"reason": "已在场外转让"})
    assert retired.json()["status"] == "retired"
    assert api.get("technologies", number=number).json()["items"] == []


def test_a_malformed_record_is_told_field_by_field(api):
    answer = api.post(
        "technologies",
        {"kind": "patent", "title_zh": " ", "numbers": {"application": "201710601862.4"}},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "technologies.record_invalid")
    told = {(f["field"], f["code"]) for f in answer.json()["facts"]["faults"]}
    assert told == {("title_zh", "no_title"), ("application_number", "wrong_check_digit")}


def test_a_workbook_with_a_fault_is_refused_by_row_and_column(api):
    book = exporting.workbook(
        [
            {"kind": "专利", "title_zh": "甲", "application_number": an_application_number()},
            {"kind": "专利", "title_zh": "乙", "application_number": "201710601862.4"},
        ]
    )
    upload = SimpleUploadedFile("成果.xlsx", book)
    answer = api.post("technologies/imports", file=upload)
    assert (answer.status_code, answer.json()["code"]) == (422, "technologies.file_faulty")
    (fault,) = answer.json()["facts"]["faults"]
    assert (fault["row"], fault["column"], fault["code"]) == (3, "D 申请号", "wrong_check_digit")
    assert api.get("technologies").json()["items"] == []

    upload = SimpleUploadedFile("成果.xlsx", book)
    answer = api.post("technologies/imports", {"skip_faulty": "true"}, file=upload)
    assert (answer.status_code, answer.json()["entered"], answer.json()["left_out"]) == (201, 1, 1)
    batch = answer.json()["id"]
    assert api.get(f"technologies/imports/{batch}").json()["entered"] == 1
    assert [b["id"] for b in api.get("technologies/imports").json()] == [batch]


def test_pages_of_a_list_hold_everything_once(api, university):
    made = {str(entered_technology(university, f"装置{n}").id) for n in range(7)}
    for order in ("newest", "title"):
        seen, cursor = [], None
        while True:
            query = {"limit": 3, "order": order} | ({"cursor": cursor} if cursor else {})
            page = api.get("technologies", **query).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert (len(seen), set(seen)) == (7, made)


def test_the_public_reads_and_does_not_write(university):
    technology = entered_technology(university)
    public = _Api("")
    public.client = Client()
    assert public.get(f"technologies/{technology.id}").status_code == 200
    assert public.get("technologies/template.xlsx").content[:2] == b"PK"
    assert public.post("technologies", {"kind": "patent", "title_zh": "甲"}).status_code in (
        401,
        403,
    )
    assert public.patch(f"technologies/{technology.id}", {"trl": 9}).status_code in (401, 403)


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "WyJ4Il0=",
        "W3sidSI6IjEifV0=",
        "W251bGxd",
        "W3sidCI6IjIwMjItMDEtMDFUMDA6MDA6MDBaIn1d",
    ],
)
def test_a_made_up_cursor_is_refused(api, university, cursor):
    entered_technology(university)
    assert api.get("technologies", cursor=cursor).status_code == 422

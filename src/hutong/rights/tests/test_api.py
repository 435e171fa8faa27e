"""Through the door: registration, notice, objection, title (RR-7, RR-8, RR-10)."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client

from hutong.kit.actor import SYSTEM
from hutong.parties import actions as parties
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions, queries
from hutong.rights.checklists import all_yes
from hutong.rights.testing import (
    a_document,
    a_technology,
    noticed_application,
    registered_technology,
)

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"


def token_of(actor):
    return parties.issue_token(
        actor=actor, now=datetime(2022, 6, 20, 1, tzinfo=UTC), label="test", party=actor.party
    ).secret


def call(method, path, body=None, *, actor=None):
    headers = {"Idempotency-Key": uuid4().hex}
    if actor is not None:
        headers["Authorization"] = f"Bearer {token_of(actor)}"
    data = b"" if body is None else json.dumps(body).encode()
    return Client().generic(
        method, f"/api/v1{path}", data, content_type="application/json", headers=headers
    )


@pytest.fixture
def university(venue):
    return verified_party("上海某大学")


def test_a_registration_from_draft_to_title(venue, university):
    member, registrar = member_of(university), officer("registrar")
    technology = a_technology(university).id
    drafted = call(
        "POST",
        "/rights/applications",
        {
            "technologies": [str(technology)],
            "holders": [{"party": str(university.id), "share": "1"}],
            "evidence": [str(a_document(member))],
        },
        actor=member,
    )
    assert drafted.status_code == 201
    application = drafted.json()
    assert application["status"] == "draft"
    assert application["holdings"]["income"] == [{"party": str(university.id), "share": "1"}]
    path = f"/rights/applications/{application['id']}"
    assert call("GET", path).status_code == 404  # a stranger learns nothing
    assert call("POST", f"{path}/submit", actor=member).json()["status"] == "submitted"
    examined = call(
        "POST",
        f"{path}/examine",
        {"decision": "accept", "findings": "In order.", "checks": all_yes(), "exceptions": []},
        actor=registrar,
    )
    assert examined.json()["status"] == "notice"
    [notice] = call("GET", "/rights/notices?running=true").json()["items"]
    assert notice["application"] == application["id"]
    assert call("GET", f"/rights/notices/{application['id']}").json() == notice
    early = call("POST", f"{path}/close-notice", actor=registrar)
    assert (early.status_code, early.json()["code"]) == (409, "rights.notice_running")

    actions.close_notice(
        actor=SYSTEM,
        now=datetime.fromisoformat(notice["ends_at"]),
        application=application["id"],
    )

    title = call("GET", f"/rights/titles/{technology}").json()
    assert title["registered"] is True
    assert title["ownership"] == [{"party": str(university.id), "share": "1"}]
    entry = call("GET", f"/rights/entries/{title['chain'][0]['id']}").json()
    assert entry["number"] == title["chain"][0]["number"]
    before = call("GET", f"/rights/titles/{technology}?on=2022-06-30").json()
    assert (before["registered"], before["ownership"]) == (False, [])
    [held] = call("GET", "/rights/holdings", actor=member).json()["items"]
    assert held["technology"] == str(technology)


def test_an_objection_through_the_door(venue, university):
    firm = member_of(verified_party("某公司", kind="enterprise"))
    noticed = noticed_application(university)
    path = f"/rights/notices/{noticed.id}/objections"
    body = {"grounds": "The invention was commissioned by us."}
    assert call("POST", path, body).status_code == 401
    filed = call("POST", path, body, actor=firm)
    assert (filed.status_code, filed.json()["status"]) == (201, "open")
    again = call("POST", path, body, actor=firm)
    assert (again.status_code, again.json()["code"]) == (409, "rights.objected_already")
    assert call("GET", f"/rights/notices/{noticed.id}").json()["stopped"] is True
    objections = f"/rights/applications/{noticed.id}/objections"
    assert len(call("GET", objections, actor=firm).json()) == 1
    other = member_of(verified_party("另一公司", kind="enterprise"))
    assert call("GET", objections, actor=other).json() == []
    unheard = call(
        "POST",
        f"/rights/objections/{filed.json()['id']}/decide",
        {"upheld": True, "reasons": "Proved by the contract."},
        actor=officer("registrar"),
    )
    assert (unheard.status_code, unheard.json()["code"]) == (409, "rights.not_heard")
    answered = call(
        "POST",
        f"/rights/objections/{filed.json()['id']}/arguments",
        {"text": "The contract leaves the right with us."},
        actor=member_of(university),
    )
    assert (answered.status_code, answered.json()["turn"]) == (201, "objector")
    decided = call(
        "POST",
        f"/rights/objections/{filed.json()['id']}/decide",
        {"upheld": True, "reasons": "Proved by the contract."},
        actor=officer("registrar"),
    )
    assert decided.json()["status"] == "upheld"
    assert queries.application(noticed.id).status == "rejected"


def test_a_title_report_answers_could_this_be_sold(venue, university):
    technology = registered_technology(university).id
    firm = verified_party("某公司", kind="enterprise")
    report = f"/rights/titles/{technology}/report"
    mine = call("GET", f"{report}?giver={university.id}&share=1&taker={firm.id}").json()
    assert (mine["possible"], mine["why"]) == (True, None)
    theirs = call("GET", f"{report}?giver={firm.id}&share=1/2").json()
    assert theirs["possible"] is False
    assert theirs["why"]["code"] == "rights.holds_nothing"
    assert call("GET", report).json()["possible"] is None
    nonsense = call("GET", f"{report}?giver={firm.id}&share=a%20half")
    assert (nonsense.status_code, nonsense.json()["code"]) == (422, "rights.share_malformed")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"technologies": [], "holders": []},
        {"technologies": ["not an id"], "holders": [{"party": "x", "share": "1"}]},
        {"technologies": [str(uuid4())], "holders": [{"party": str(uuid4()), "share": "1/0"}]},
        {"technologies": [str(uuid4())], "holders": [{"party": str(uuid4()), "share": "9" * 99}]},
        {"technologies": [str(uuid4())], "holders": [{"party": str(uuid4()), "share": "\x00"}]},
    ],
)
def test_a_malformed_application_is_refused_by_field(venue, university, body):
    answer = call("POST", "/rights/applications", body, actor=member_of(university))
    assert answer.status_code in (404, 422)
    assert answer["Content-Type"].startswith(PROBLEM)
    assert queries.applications(member_of(university))["items"] == []


def test_what_is_anothers_is_not_there_and_what_needs_a_power_says_so(venue, university):
    stranger = member_of(verified_party("某公司", kind="enterprise"))
    noticed = noticed_application(university)
    path = f"/rights/applications/{noticed.id}"
    cases = [
        ("GET", path, None, 404),
        ("POST", f"{path}/withdraw", {"reason": ""}, 404),
        ("POST", f"{path}/submit", None, 404),
        ("POST", f"{path}/examine", {"decision": "reject", "findings": "No."}, 403),
        ("POST", f"{path}/close-notice", None, 403),
        ("GET", f"/rights/entries/{uuid4()}", None, 404),
        ("GET", f"/rights/notices/{uuid4()}", None, 404),
        ("GET", f"/rights/disposals/{uuid4()}", None, 404),
        ("GET", "/rights/applications?cursor=nonsense", None, 422),
    ]
    for method, where, body, status in cases:
        answer = call(method, where, body, actor=stranger)
        assert answer.status_code == status, (where, answer.content)
        assert answer["Content-Type"].startswith(PROBLEM)
    assert queries.application(noticed.id).status == "notice"

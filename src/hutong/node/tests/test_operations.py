"""The venue's own doors: description, clock, work, parked entries, rulebook; and the whole API's description."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.test import Client

from hutong.auctions.testing import an_open_lot, bidders
from hutong.due import actions as due
from hutong.journal import queries as journal
from hutong.journal import reacting
from hutong.journal.actions import ANYONE, action, record
from hutong.kit.actor import ANONYMOUS, Actor
from hutong.kit.event import Event
from hutong.node import founding
from hutong.node.log import sequence
from hutong.parties import actions as parties
from hutong.parties import testing as people

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class Happened(Event, kind="node.TestOperated"):
    number: int


@action(power=ANYONE)
def happen(*, actor: Actor, now: datetime, subject: str) -> None:
    record(subject, Happened(number=1))


@pytest.fixture
def token(venue):
    administrator = people.officer("administrator", now=venue.now)
    return parties.issue_token(actor=administrator, now=venue.now, label="tests").secret


def call(method, path, body=None, *, token=None, key="k"):
    headers = {"Idempotency-Key": key}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = "" if body is None else json.dumps(body)
    return Client().generic(
        method, f"/api/v1{path}", data, content_type="application/json", headers=headers
    )


def test_a_venue_says_who_it_is(venue):
    said = call("GET", "/venue").json()
    assert (said["code"], said["demo"], said["rulebook_version"]) == ("SHTE-DEMO", True, 1)


def test_anybody_may_read_the_clock_and_only_operators_move_it(venue, token, drain):
    due.schedule(subject="thing:1", kind="test.soon", due_at=venue.now + timedelta(days=20))
    drain()
    assert call("POST", "/venue/clock/jump").status_code == 401
    assert call("GET", "/venue/clock").json()["next_due_at"] == "2022-07-10T01:00:00Z"
    jumped = call("POST", "/venue/clock/jump", token=token)
    assert jumped.status_code == 200, jumped.content
    assert jumped.json()["now"].startswith("2022-07-10T01:0")
    assert call("GET", "/venue/clock").json()["now"].startswith("2022-07-10T01:0")


def test_a_text_no_database_can_keep_is_named_and_refused(venue, token):
    body = {"data": {"venue": {"name_zh": "a\0b"}}, "note": "x"}
    refused = call("POST", "/rulebook", body, token=token)
    assert refused.status_code == 422
    assert "body.data.venue.name_zh" in refused.json()["title"]


def test_the_clock_does_not_jump_while_an_auction_runs(venue, token):
    an_open_lot(opens_at=venue.now, bidders=bidders(2))
    due.schedule(subject="thing:1", kind="test.soon", due_at=venue.now + timedelta(days=20))
    before = call("GET", "/venue/clock").json()["now"]
    refused = call("POST", "/venue/clock/jump", token=token)
    assert (refused.status_code, refused.json()["code"]) == (409, "due.something_runs")
    assert call("GET", "/venue/clock").json()["now"] < "2022-06-21"
    assert before < "2022-06-21"


def test_the_clock_does_not_jump_before_earlier_acts_are_followed_up(venue, token):
    """Else it would jump over an auction whose lot is about to be made from a cut-off."""
    due.schedule(subject="thing:1", kind="test.soon", due_at=venue.now + timedelta(days=20))
    refused = call("POST", "/venue/clock/jump", token=token)
    assert (refused.status_code, refused.json()["code"]) == (409, "due.something_runs")


def test_with_nothing_due_the_clock_stays(venue, token, drain):
    drain()
    refused = call("POST", "/venue/clock/jump", token=token)
    assert (refused.status_code, refused.json()["code"]) == (409, "due.nothing_due")


def parked_one(venue):
    def poison(entry):
        raise ValueError("poison")

    happen(actor=ANONYMOUS, now=venue.now, subject="thing:1")
    while sequence():
        pass
    reaction = reacting.Reaction("test.poison", ("node.TestOperated",), poison)
    reacting.run_once([reaction], real_now=venue.now)
    return journal.parked()[0].id


def test_parked_entries_are_shown_and_given_up_with_a_reason(venue, token, drain):
    drain()
    id = parked_one(venue)
    shown = call("GET", "/venue/parked", token=token).json()
    assert [(p["reaction"], p["subject"]) for p in shown] == [("test.poison", "thing:1")]
    assert "poison" in shown[0]["error"]
    assert call("POST", f"/venue/parked/{id}/retry", token=token).status_code == 204
    given_up = call(
        "POST", f"/venue/parked/{id}/dismiss", {"reason": "a test"}, token=token, key="k2"
    )
    assert given_up.status_code == 204, given_up.content
    assert call("GET", "/venue/parked", token=token).json() == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/venue/parked/99/retry", None),
        ("POST", "/venue/parked/99/dismiss", {"reason": "x"}),
        ("POST", "/rulebook/99/adopt", {}),
    ],
)
def test_what_is_not_there_is_404(venue, token, method, path, body):
    answer = call(method, path, body, token=token)
    assert answer.status_code == 404, answer.content


@pytest.mark.parametrize("path", ["/venue/work", "/venue/due", "/venue/parked"])
def test_what_waits_is_for_operators(venue, token, path):
    assert call("GET", path).status_code == 401
    assert call("GET", path, token=token).status_code == 200


def test_work_is_quiet_when_all_is_done(venue, token, drain):
    happen(actor=ANONYMOUS, now=venue.now, subject="thing:1")
    assert call("GET", "/venue/work", token=token).json()["quiet"] is False
    drain()
    assert call("GET", "/venue/work", token=token).json()["quiet"] is True


def test_a_rulebook_is_proposed_by_one_and_adopted_by_another(venue, token):
    data = {**founding.demo_rulebook(), "listings": {"extensions": 3}}
    proposed = call("POST", "/rulebook", {"data": data, "note": "more time"}, token=token)
    assert proposed.status_code == 201, proposed.content
    version = proposed.json()["version"]
    same = call("POST", f"/rulebook/{version}/adopt", {}, token=token, key="k2")
    assert (same.status_code, same.json()["code"]) == (403, "same_eyes")


def test_a_malformed_rulebook_names_its_faults(venue, token):
    data = {**founding.demo_rulebook(), "listings": {"extensions": -1}}
    refused = call("POST", "/rulebook", {"data": data}, token=token)
    assert refused.status_code == 422
    assert "extensions" in refused.content.decode()


# -- addresses of the machinery ---------------------------------------------------------------------


def test_health_readiness_and_metrics(venue):
    assert Client().get("/healthz").content == b"ok\n"
    assert Client().get("/readyz").content == b"ready\n"
    figures = Client().get("/metrics").content.decode()
    for name in ("pending_entries", "parked_entries", "overdue_timers", "unsigned_entries"):
        assert f"\nhutong_{name} " in figures


def test_health_needs_no_database(django_db_blocker):
    with django_db_blocker.block():
        assert Client().get("/healthz").status_code == 200


def test_a_venue_without_a_rulebook_is_not_ready(db):
    assert Client(raise_request_exception=False).get("/readyz").status_code >= 500


def test_the_venue_describes_itself(venue):
    from hutong.node.keys import make_keyring

    make_keyring()
    said = Client().get("/.well-known/hutong.json").json()
    assert said["code"] == "SHTE-DEMO"
    assert said["keys"]["format"].startswith("hutong-venue-keys/")


def test_what_is_not_there_is_a_problem_for_programs_and_a_page_for_people(venue):
    program, person = Client().get("/api/v1/nothing"), Client().get("/nothing")
    assert (program.status_code, program.headers["Content-Type"]) == (
        404,
        "application/problem+json",
    )
    assert (person.status_code, person.headers["Content-Type"]) == (
        404,
        "text/html; charset=utf-8",
    )


# -- the API's description --------------------------------------------------------------------------


def operations():
    from hutong.node.api import api

    described = api.get_openapi_schema()
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_reads_like_documentation():
    lacking = [
        f"{name}: no {part}"
        for name, operation in operations()
        for part in ("summary", "description", "tags")
        if not operation.get(part)
    ]
    assert lacking == []


def test_every_operation_tells_what_it_needs():
    """Its description names the power, or says who is answered."""
    told = re.compile(
        r"[Nn]eeds|[Oo]pen to|[Pp]ower|Public|Seen by|For the parties|\bsees?\b|As for the"
    )
    silent = [name for name, o in operations() if not told.search(o.get("description", ""))]
    assert silent == [], "\n".join(silent)


def test_operations_have_names_of_their_own():
    ids = [operation["operationId"] for _, operation in operations()]
    assert sorted(ids) == sorted(set(ids))


def test_the_description_is_served(venue):
    served = Client().get("/api/v1/openapi.json")
    assert served.status_code == 200
    assert served.json()["openapi"].startswith("3.")
    assert Client().get("/api/v1/docs").status_code == 200


# -- what is away for a while -------------------------------------------------------------------------


def test_a_search_without_its_index_says_so_and_when_to_ask_again(venue, settings, tmp_path):
    settings.STATE = tmp_path
    answer = Client().get("/api/v1/search", {"q": "合金"})
    assert (answer.status_code, answer.json()["code"]) == (503, "search.not_ready")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) > 0


def test_every_operation_that_refuses_may_also_be_away_and_says_when_to_ask_again(venue):
    described = Client().get("/api/v1/openapi.json").json()["paths"]
    answers = {
        f"{verb} {path}": operation["responses"]
        for path, verbs in described.items()
        for verb, operation in verbs.items()
    }
    silent = [name for name, a in answers.items() if "409" in a and "503" not in a]
    assert silent == []
    away = [a["503"] for a in answers.values() if "503" in a]
    assert away
    assert all("Retry-After" in a["headers"] for a in away)
    assert all(list(a["content"]) == ["application/problem+json"] for a in away)

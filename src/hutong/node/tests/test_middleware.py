"""
Who, when, once: the requests of races, retries and broken connections.

The addresses below stand in for any door of an area; what they do to the database is real.
"""

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.http import HttpResponse, JsonResponse
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from hutong.due import actions as due
from hutong.due import queries as due_queries
from hutong.due.models import Timer
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.node.middleware import problem_response
from hutong.node.models import OnceRequest
from hutong.node.urls import urlpatterns as venue_urls
from hutong.parties import actions as parties
from hutong.parties import testing as people
from hutong.ui.testing import browsing

# -- doors ------------------------------------------------------------------------------------------

met = threading.Barrier(2)  # two requests in the middle of their work at the same time
let_go = threading.Event()
tried: list[str] = []


def write(request):
    """Leaves one row for each time it acts."""
    due.schedule(subject=f"test:{uuid.uuid4()}", kind="test.acted", due_at=request.now)


@csrf_exempt
def act(request):
    write(request)
    body = json.loads(request.body or b"{}")
    if body.get("refuse"):
        return problem_response(Refused(CommonRefusal.OUT_OF_STATE, status="a", needed="b"))
    if body.get("fail"):
        raise RuntimeError("a bug")
    return JsonResponse({"said": body.get("say"), "now": request.now.isoformat()}, status=201)


@csrf_exempt
def store(request):
    write(request)
    file = request.FILES["file"]
    size = sum(len(chunk) for chunk in file.chunks())
    return JsonResponse({"size": size, "kind": type(file).__name__}, status=201)


@csrf_exempt
def lock_two(request):
    """Locks two rows in the order asked for; two of these in opposite order deadlock, once."""
    tried.append(request.body.decode())
    write(request)
    for number, kind in enumerate(json.loads(request.body)["order"]):
        Timer.objects.select_for_update().get(subject="test:lock", kind=kind)
        if number == 0 and len(tried) <= 2:
            met.wait(timeout=20)
    return HttpResponse(status=204)


@csrf_exempt
def hold(request):
    """The first one works until it is let go, and is refused; the next one acts."""
    tried.append("")
    write(request)
    if len(tried) > 1:
        return JsonResponse({}, status=201)
    let_go.wait(timeout=20)
    return problem_response(Refused(CommonRefusal.OUT_OF_STATE, status="a", needed="b"))


@csrf_exempt
def lose_the_database(request):
    with psycopg.connect(connection.settings_dict["superuser_url"], autocommit=True) as admin:
        mine = connection.connection.info.backend_pid
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
    Timer.objects.count()
    raise AssertionError("the session was ended")


def page(request):
    """A form: it redirects when something was done, and shows itself again when not."""
    if request.method == "POST":
        write(request)
        if request.POST.get("name"):
            return HttpResponse(status=302, headers={"Location": "/done"})
    return HttpResponse("the form")


urlpatterns = [
    path("api/v1/act", act),
    path("api/v1/sign-up", act),
    path("api/v1/lots/a-lot/paddle-token", act),
    path("api/v1/store", store),
    path("api/v1/lock", lock_two),
    path("api/v1/hold", hold),
    path("api/v1/lose", lose_the_database),
    path("page", page),
    path("accounts/page", page),
    *venue_urls,
]


# -- callers ----------------------------------------------------------------------------------------


@pytest.fixture
def doors(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def token(doors, venue):
    return a_token(venue)


def a_token(venue):
    who = people.signed_in(people.person(now=venue.now))
    return parties.issue_token(actor=who, now=venue.now, label="tests").secret


def post(token, body=None, *, key="k", to="/api/v1/act", **headers):
    given = {"Authorization": f"Bearer {token}", **headers}
    if key is not None:
        given["Idempotency-Key"] = key
    client = Client(raise_request_exception=False)
    return client.post(to, body or {}, content_type="application/json", headers=given)


def acts():
    return Timer.objects.filter(kind="test.acted").count()


def at_once(*calls):
    def alone(call):
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [done.result(timeout=60) for done in [pool.submit(alone, call) for call in calls]]


# -- once -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_repeated_request_acts_once_and_gets_the_same_answer(token):
    first, second = post(token, {"say": "hello"}), post(token, {"say": "hello"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "Idempotent-Replay" not in first.headers
    assert second.headers["Idempotent-Replay"] == "true"
    assert acts() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"say": "else"}, {}])
def test_a_key_used_for_another_body_is_refused(token, other):
    post(token, {"say": "hello"})
    again = post(token, other)
    assert (again.status_code, again.json()["code"]) == (422, "idempotency_key_reused")
    assert acts() == 1


@pytest.mark.django_db
def test_a_key_used_with_another_query_is_refused(token):
    post(token)
    assert post(token, to="/api/v1/act?really=1").status_code == 422


@pytest.mark.django_db
def test_keys_of_two_persons_have_nothing_to_do_with_each_other(token, venue):
    other = a_token(venue)
    assert post(token, {"say": "one"}).json()["said"] == "one"
    assert post(other, {"say": "two"}).json()["said"] == "two"
    assert acts() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("body", "status"), [({"refuse": True}, 409), ({"fail": True}, 500)])
def test_what_was_refused_or_failed_leaves_neither_act_nor_key(token, body, status):
    assert post(token, body).status_code == status
    assert acts() == 0
    assert not OnceRequest.objects.exists()
    assert post(token, {"say": "corrected"}).status_code == 201


@pytest.mark.django_db
def test_a_post_of_somebody_known_needs_a_key(token):
    answer = post(token, key=None)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert acts() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_other_methods_take_no_key(token, method):
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k"}
    for _ in range(2):
        getattr(Client(), method)("/api/v1/act", headers=headers)
    assert not OnceRequest.objects.exists()
    assert acts() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["sign-up", "lots/a-lot/paddle-token"])
def test_answers_with_secrets_are_not_kept(token, path):
    assert post(token, to=f"/api/v1/{path}").status_code == 201
    assert not OnceRequest.objects.exists()


@pytest.mark.django_db
def test_a_body_too_large_for_memory_is_a_clear_refusal(token):
    answer = post(token, {"say": "x" * 3_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_two_at_once_with_one_key_act_once(own_database, token):
    met_here = threading.Barrier(2)

    def send():
        met_here.wait(timeout=20)
        return post(token, {"say": "hello"})

    for number in range(5):
        Timer.objects.all().delete()
        OnceRequest.objects.all().delete()
        answers = at_once(send, send)
        assert [a.status_code for a in answers] == [201, 201], number
        assert answers[0].content == answers[1].content
        assert sum("Idempotent-Replay" in a.headers for a in answers) == 1
        assert acts() == 1


def test_one_who_waits_for_a_refused_twin_acts(own_database, token):
    """The key is free again the moment the first one is rolled back."""
    tried.clear()
    let_go.clear()

    def send():
        return post(token, to="/api/v1/hold")

    def watch():
        try:
            wait_for_a_waiter(own_database)
        finally:
            let_go.set()

    first, second, _ = at_once(send, send, watch)
    assert sorted([first.status_code, second.status_code]) == [201, 409]
    assert acts() == 1


def wait_for_a_waiter(database):
    asked = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = %s AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO node_once%%'"
    )
    with psycopg.connect(database.superuser_url, autocommit=True) as admin:
        for _ in range(400):
            if admin.execute(asked, [database.name]).fetchone()[0]:
                return
            admin.execute("SELECT pg_sleep(0.02)")
    raise AssertionError("nobody waits for the key")


def test_a_deadlock_is_tried_again_and_both_act_once(own_database, token, venue):
    for kind in ("a", "b"):
        due.schedule(subject="test:lock", kind=kind, due_at=venue.now)
    tried.clear()
    met.reset()
    answers = at_once(
        lambda: post(token, {"order": ["a", "b"]}, key="1", to="/api/v1/lock"),
        lambda: post(token, {"order": ["b", "a"]}, key="2", to="/api/v1/lock"),
    )
    assert [a.status_code for a in answers] == [204, 204]
    assert len(tried) == 3
    assert acts() == 2


def test_a_lost_database_is_said_and_the_next_request_works(own_database, token):
    connection.settings_dict["superuser_url"] = own_database.superuser_url
    try:
        answer = post(token, to="/api/v1/lose")
    finally:
        del connection.settings_dict["superuser_url"]
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert post(token).status_code == 201


# -- uploads ----------------------------------------------------------------------------------------


def upload(token, content, *, key="k", name="a.bin"):
    return Client().post(
        "/api/v1/store",
        {"file": SimpleUploadedFile(name, content)},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
    )


@pytest.mark.django_db
def test_a_large_upload_goes_through_a_file_and_arrives_whole(token):
    content = b"\x00\x01" * 5_000_000
    assert upload(token, content).json() == {
        "size": 10_000_000,
        "kind": "TemporaryUploadedFile",
    }
    assert upload(token, content).headers["Idempotent-Replay"] == "true"
    assert acts() == 1


@pytest.mark.django_db
def test_another_file_of_the_same_name_and_size_is_another_request(token):
    upload(token, b"one")
    assert upload(token, b"two").status_code == 422


# -- pages ------------------------------------------------------------------------------------------


@pytest.fixture
def browser(doors, venue):
    from hutong.parties import queries

    client = Client(enforce_csrf_checks=True)
    client.force_login(
        queries.user(people.person(now=venue.now).id),
        backend="hutong.parties.backends.Password",
    )
    client.cookies["hutong_csrf"] = "c" * 32
    return client


def send(browser, to="/page", **fields):
    return browser.post(to, {"csrfmiddlewaretoken": "c" * 32, "_once": "o", **fields})


@pytest.mark.django_db
def test_a_form_sent_twice_acts_once(browser):
    for _ in range(2):
        answer = send(browser, name="x")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/done")
    assert acts() == 1


@pytest.mark.django_db
def test_a_form_shown_with_its_faults_can_be_corrected_and_sent_again(browser):
    assert send(browser).status_code == 200
    assert acts() == 0
    assert send(browser, name="x").status_code == 302
    assert acts() == 1


@pytest.mark.django_db
def test_a_form_without_a_key_still_works(browser):
    assert browser.post("/page", {"csrfmiddlewaretoken": "c" * 32, "name": "x"}).status_code == 302


@pytest.mark.django_db
def test_account_pages_are_left_alone(browser):
    """A wrong password counts although its page is shown again."""
    assert send(browser, "/accounts/page").status_code == 200
    assert acts() == 1


@pytest.mark.django_db
def test_a_page_from_another_site_is_refused(browser):
    assert browser.post("/page", {"name": "x"}).status_code == 403
    assert acts() == 0


# -- who --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_api_wants_proof_of_origin_from_a_session_and_none_from_a_token(browser, token):
    given = {"Idempotency-Key": "k"}
    refused = browser.post("/api/v1/act", {}, content_type="application/json", headers=given)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    assert refused.headers["Content-Type"] == "application/problem+json"
    given["X-CSRFToken"] = "c" * 32
    sent = browser.post("/api/v1/act", {}, content_type="application/json", headers=given)
    assert sent.status_code == 201
    strict = Client(enforce_csrf_checks=True)
    given = {"Idempotency-Key": "k2", "Authorization": f"Bearer {token}"}
    sent = strict.post("/api/v1/act", {}, content_type="application/json", headers=given)
    assert sent.status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["", "nonsense", "hutong_aaaaaaaaaaaa_bbbb", "\u00fc"])
def test_a_wrong_token_is_an_error_and_not_a_stranger(doors, venue, secret):
    answer = Client().get("/api/v1/act", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="hutong"'


@pytest.mark.django_db
def test_requests_carry_the_venues_time(token):
    said = post(token).json()["now"]
    assert said.startswith("2022-06-20T01:0")
    assert due_queries.is_demo()


# -- the one character that no text holds -----------------------------------------------------------

NUL = "a%00b"
NOWHERE = (f"/search?q={NUL}", f"/search?{NUL}=1", f"/certificates/{NUL}", f"/desk/search?q={NUL}")


@pytest.mark.parametrize("to", [*NOWHERE, f"/lots/{NUL}", f"/my/deals/{NUL}"])
def test_a_nul_in_an_address_is_refused_and_never_asked_for(venue, to):
    for who in (None, people.officer("listing")):
        assert browsing(who).get(to).status_code in (400, 404)


def test_a_nul_in_a_form_is_refused_and_nothing_done(venue):
    page = browsing(people.member_of(people.verified_party()))
    for to, field in (("/my/party", "name_zh"), ("/my/tokens", "label"), ("/my/listings/new", "x")):
        answer = page.post(to, {"act": "submit", field: "a\0b"})
        assert answer.status_code == 400, to
        assert "NUL" in answer.content.decode()


def test_a_nul_in_a_strangers_form_is_refused(venue):
    answer = Client().post("/accounts/login/", {"login": "a\0b@example.test", "password": "\0"})
    assert answer.status_code == 400

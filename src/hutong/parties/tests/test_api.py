"""Through the door: signing up, tokens, second factor, the register (PA-1, PA-2, PA-3)."""

import base64
import json
import time

import pytest
from django.core import mail
from django.test import Client

from hutong.parties import actions, one_time, queries, tasks
from hutong.parties.models import EmailCode, Person, Throttle, Token
from hutong.parties.testing import (
    EVIDENCE,
    PASSWORD,
    a_uscc,
    member_of,
    officer,
    person,
    signed_in,
    unverified_party,
    verified_party,
)

pytestmark = pytest.mark.django_db
EMAIL = "office@university.example"
FORM = {"email": EMAIL, "password": PASSWORD, "display_name": "转移办公室"}


def call(method, path, body=None, *, token=None, basic=None, party=None, **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        given["Authorization"] = f"Bearer {token}"
    if basic:
        given["Authorization"] = "Basic " + base64.b64encode(":".join(basic).encode()).decode()
    if party:
        given["X-Party"] = str(party)
    given.setdefault("Idempotency-Key", f"{time.monotonic_ns()}")
    data = b"" if body is None else json.dumps(body).encode()
    return Client().generic(
        method, f"/api/v1{path}", data, content_type="application/json", headers=given
    )


def code_mailed_to(email):
    mail.outbox.clear()
    tasks.mail_code(str(Person.objects.get(email=email).id))
    (sent,) = mail.outbox
    assert sent.to == [email]
    return next(word for word in sent.body.split() if word.isdigit())


def token_of(who, *, party=None, scopes=None, second_factor=False):
    actor = queries.actor_for_person(who, second_factor=second_factor)
    return actions.issue_token(
        actor=actor, now=START, label="test", party=party, scopes=scopes
    ).secret


@pytest.fixture(autouse=True)
def start(venue):
    global START
    START = venue.now


# -- signing up -------------------------------------------------------------------------------------


def test_from_sign_up_to_a_verified_party():
    assert call("POST", "/sign-up", FORM).status_code == 202
    assert call("POST", "/tokens", {"label": "x"}, basic=(EMAIL, PASSWORD)).status_code == 401
    code = code_mailed_to(EMAIL)
    assert call("POST", "/sign-up/confirm", {"email": EMAIL, "code": code}).status_code == 200
    made = call("POST", "/tokens", {"label": "office"}, basic=(EMAIL, PASSWORD))
    assert made.status_code == 201
    token = made.json()["token"]

    details = {
        "kind": "university",
        "name_zh": "上海某大学",
        "identifiers": [{"scheme": "uscc", "value": a_uscc()}],
    }
    party = call("POST", "/parties", details, token=token).json()
    me = call("GET", "/me", token=token).json()
    assert me["party"] == party["id"]
    assert me["powers"] == ["member.act", "member.own", "member.read", "member.self"]

    stored = upload(token)
    at = f"/parties/{party['id']}"
    proof = {"document": stored["id"], "proves": "licence"}
    assert call("POST", f"{at}/evidence", proof, token=token).status_code == 204
    assert call("POST", f"{at}/submit", token=token).json()["status"] == "pending"

    registrar = token_of(officer("registrar").person, second_factor=True)
    (item,) = call("GET", "/verification-queue", token=registrar).json()["items"]
    assert item["party"]["id"] == party["id"]
    decided = call("POST", f"{at}/decision", {"decision": "verify"}, token=registrar)
    assert decided.json()["status"] == "verified"
    assert call("GET", at).json()["name_zh"] == "上海某大学"


def upload(token, data=EVIDENCE, name="licence.pdf", media_type="application/pdf"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    response = Client().post(
        "/api/v1/documents",
        {"file": SimpleUploadedFile(name, data, media_type), "access": "secret"},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(time.monotonic_ns())},
    )
    assert response.status_code == 201, response.content
    return response.json()


def test_signing_up_again_tells_nothing_about_the_address():
    known = person(email=EMAIL)
    again = call("POST", "/sign-up", {**FORM, "password": "another long passphrase"})
    new = call("POST", "/sign-up", {**FORM, "email": "new@university.example"})

    assert (again.status_code, new.status_code) == (202, 202)
    assert again.json().keys() == new.json().keys()
    assert call("POST", "/tokens", {"label": "x"}, basic=(EMAIL, PASSWORD)).status_code == 201
    mail.outbox.clear()
    tasks.mail_known(str(known.id))
    assert mail.outbox[0].to == [EMAIL]


def test_an_unconfirmed_sign_up_may_be_begun_again_with_another_password():
    call("POST", "/sign-up", FORM)
    EmailCode.objects.update(sent_at="2020-01-01T00:00:00Z")
    call("POST", "/sign-up", {**FORM, "password": "the second long passphrase"})
    code = code_mailed_to(EMAIL)
    call("POST", "/sign-up/confirm", {"email": EMAIL, "code": code})

    assert call("POST", "/tokens", {"label": "x"}, basic=(EMAIL, PASSWORD)).status_code == 401
    with_new = (EMAIL, "the second long passphrase")
    assert call("POST", "/tokens", {"label": "x"}, basic=with_new).status_code == 201


def test_a_code_is_spent_after_five_wrong_guesses_even_with_an_idempotency_key():
    call("POST", "/sign-up", FORM)
    code = code_mailed_to(EMAIL)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        answer = call("POST", "/sign-up/confirm", {"email": EMAIL, "code": wrong})
        assert answer.json()["code"] == "parties.code_wrong"

    assert call("POST", "/sign-up/confirm", {"email": EMAIL, "code": code}).status_code == 422
    assert Person.objects.get(email=EMAIL).email_confirmed_at is None


def test_an_old_code_is_too_old():
    call("POST", "/sign-up", FORM)
    code = code_mailed_to(EMAIL)
    EmailCode.objects.update(expires_at="2020-01-01T00:00:00Z")

    assert call("POST", "/sign-up/confirm", {"email": EMAIL, "code": code}).status_code == 422
    unknown = {"email": "nobody@x.example", "code": code}
    assert call("POST", "/sign-up/confirm", unknown).status_code == 422


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": "no address"}, "parties.email_invalid"),
        ({"password": "short"}, "parties.password_weak"),
        ({"password": "password1234"}, "parties.password_weak"),
        ({"display_name": "  "}, "parties.display_name_invalid"),
        ({"display_name": "a\x00b"}, "malformed"),
        ({"language": "fr"}, "malformed"),
        ({"role": "administrator"}, "malformed"),
    ],
)
def test_a_wrong_sign_up_is_told_what_is_wrong(change, code):
    answer = call("POST", "/sign-up", {**FORM, **change})

    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert not Person.objects.exists()


# -- tokens -----------------------------------------------------------------------------------------


def test_only_the_digest_of_a_token_is_kept():
    who = person(email=EMAIL)
    made = call("POST", "/tokens", {"label": "x"}, basic=(EMAIL, PASSWORD)).json()
    from hutong.node.models import OnceRequest

    row = Token.objects.get(person_id=who.id)
    secret = made["token"].split("_", 2)[2]
    assert secret not in str(row.__dict__)
    assert not OnceRequest.objects.exists()
    assert made["token"] not in call("GET", "/tokens", token=made["token"]).content.decode()


def test_a_token_ends_when_revoked_expired_or_its_person_is_gone():
    who = person()
    revoked, expired, gone = (token_of(who.id) for _ in range(3))
    ids = {t: t.split("_")[1] for t in (revoked, expired, gone)}
    assert call("DELETE", f"/tokens/{ids[revoked]}", token=gone).status_code == 204
    Token.objects.filter(id=ids[expired]).update(expires_at="2020-01-01T00:00:00Z")

    assert call("GET", "/me", token=gone).status_code == 200
    Person.objects.filter(id=who.id).update(is_active=False)
    for token in (revoked, expired, gone, "hutong_nothing", gone[:-1] + "x"):
        answer = call("GET", "/me", token=token)
        assert answer.status_code == 401
        assert answer.json()["code"] == "not_signed_in"


def test_a_wrong_secret_neither_works_nor_counts_as_use():
    token = token_of(person().id)
    wrong = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")

    assert queries.actor_for_token(wrong) is None
    assert Token.objects.get().last_used_on is None
    assert queries.actor_for_token(token) is not None
    assert Token.objects.get().last_used_on is not None


def test_an_actor_of_a_token_costs_one_query(django_assert_num_queries):
    token = token_of(member_of(unverified_party()).person)
    with django_assert_num_queries(1):
        actor = queries.actor_for_token(token)
    assert "member.own" in actor.powers


def test_a_token_has_at_most_its_scopes_and_its_party():
    party = unverified_party()
    owner = member_of(party)
    reading = token_of(owner.person, party=party.id, scopes=["member.read"])

    assert call("GET", "/me", token=reading).json()["powers"] == ["member.read"]
    assert call("POST", f"/parties/{party.id}/submit", token=reading).status_code == 403
    assert call("GET", f"/parties/{party.id}", token=reading).status_code == 200


def test_a_token_without_a_party_acts_for_the_one_its_request_names():
    first, second = unverified_party(), unverified_party("上海另一大学")
    agent = member_of(first, "agent")
    email = queries.person(agent.person).email
    from hutong.parties.membership import MandateRole

    actions.grant_mandate(
        actor=member_of(second), now=START, party=second.id, email=email, role=MandateRole.VIEWER
    )
    token = token_of(agent.person)

    assert call("GET", "/me", token=token).json()["party"] is None
    for party, power in ((first, "member.act"), (second, "member.read")):
        me = call("GET", "/me", token=token, party=party.id).json()
        assert me["party"] == str(party.id)
        assert power in me["powers"]
    stranger = unverified_party("上海第三大学")
    assert call("GET", "/me", token=token, party=stranger.id).json()["party"] is None
    assert call("GET", "/me", token=token, party="no id").json()["party"] is None
    fixed = token_of(agent.person, party=first.id)
    assert call("GET", "/me", token=fixed, party=second.id).json()["party"] == str(first.id)


def test_a_token_makes_no_tokens_and_knows_only_its_persons():
    token = token_of(person().id)
    theirs = token_of(person().id).split("_")[1]

    assert call("POST", "/tokens", {"label": "x"}, token=token).status_code == 401
    assert call("DELETE", f"/tokens/{theirs}", token=token).status_code == 404
    assert call("POST", "/tokens", {"label": "x"}).status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"label": " "}, 422, "parties.label_missing"),
        ({"label": "x", "days": 4000}, 422, "malformed"),
        ({"label": "x", "days": 366}, 422, "parties.token_life"),
        ({"label": "x", "scopes": ["auctions.run"]}, 403, "parties.scope_unknown"),
        ({"label": "x", "party": "0190c7f2-0000-7000-8000-000000000000"}, 404, "not_found"),
    ],
)
def test_a_token_too_strong_or_too_long_is_refused(body, status, code):
    person(email=EMAIL)
    answer = call("POST", "/tokens", body, basic=(EMAIL, PASSWORD))

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Token.objects.exists()


def test_wrong_passwords_are_counted_whatever_the_key_and_tell_nothing():
    person(email=EMAIL)
    unknown = call("POST", "/tokens", {"label": "x"}, basic=("nobody@x.example", "wrong"))
    answers = [call("POST", "/tokens", {"label": "x"}, basic=(EMAIL, "wrong")) for _ in range(5)]

    assert {a.status_code for a in answers} == {401}
    assert unknown.json() == answers[0].json()
    locked = call("POST", "/tokens", {"label": "x"}, basic=(EMAIL, PASSWORD))
    assert locked.status_code == 429
    assert locked.json()["code"] == "parties.too_many_failures"
    Throttle.objects.update(window_ends_at="2020-01-01T00:00:00Z")
    assert call("POST", "/tokens", {"label": "x"}, basic=(EMAIL, PASSWORD)).status_code == 201


def test_a_stranger_elsewhere_does_not_lock_an_account():
    person(email=EMAIL)
    for _ in range(6):
        call("POST", "/tokens", {"label": "x"}, basic=(EMAIL, "wrong"))
    from hutong.parties.actions.throttle import counters, minutes_to_wait

    here = counters("password", account=EMAIL, place="127.0.0.1")
    there = counters("password", account=EMAIL, place="192.0.2.7")
    assert minutes_to_wait(here) > 0
    assert minutes_to_wait(there) == 0


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Digest x", "Basic /w=="]
)
def test_a_malformed_sign_in_is_refused(header):
    answer = call("POST", "/tokens", {"label": "x"}, Authorization=header)

    assert answer.status_code == 401


# -- second factor ----------------------------------------------------------------------------------


def enrolled(email=EMAIL):
    who = person(email=email)
    token = token_of(who.id)
    begun = call("POST", "/me/second-factor", token=token).json()
    assert begun["otpauth_url"].startswith("otpauth://totp/SHTE-DEMO%3A")
    return who, token, begun["secret"]


def code_now(secret, periods=0):
    counter = one_time.counter_of(queries.real_now().timestamp())
    return one_time.code_at(secret, counter + periods)


def test_a_second_factor_is_enrolled_kept_encrypted_and_asked_for():
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    who, token, secret = enrolled()
    assert (
        call("POST", "/me/second-factor/confirm", {"code": "000000"}, token=token).status_code
        == 422
    )
    added = call("POST", "/me/second-factor/confirm", {"code": code_now(secret)}, token=token)
    assert added.status_code == 201
    recovery = added.json()["recovery_codes"]

    kept = Authenticator.objects.get(user_id=who.id, type="totp")
    assert secret not in str(kept.data)
    assert TOTP(kept).validate_code(code_now(secret)), "pages read the same secret"
    sign_in = {"basic": (EMAIL, PASSWORD)}
    missing = call("POST", "/tokens", {"label": "x"}, **sign_in)
    assert missing.json()["code"] == "parties.one_time_code_missing"
    wrong = call("POST", "/tokens", {"label": "x"}, **sign_in, X_One_Time_Code="000000")
    assert wrong.json()["code"] == "parties.credentials_wrong"
    code = code_now(secret)
    made = call("POST", "/tokens", {"label": "x"}, **sign_in, X_One_Time_Code=code)
    assert made.status_code == 201
    assert call("GET", "/me", token=made.json()["token"]).json()["second_factor"] is True
    again = call("POST", "/tokens", {"label": "x"}, **sign_in, X_One_Time_Code=code)
    assert again.status_code == 401, "a code works once"
    by_recovery = call("POST", "/tokens", {"label": "x"}, **sign_in, X_One_Time_Code=recovery[0])
    assert by_recovery.status_code == 201


def test_officers_act_only_through_tokens_made_with_the_factor():
    who, token, secret = enrolled()
    actions.appoint_officer(
        actor=officer("administrator"), now=START, person=who.id, role="registrar"
    )
    assert call("GET", "/verification-queue", token=token).status_code == 403
    weak = call(
        "POST", "/tokens", {"label": "x", "scopes": ["parties.verify"]}, basic=(EMAIL, PASSWORD)
    )
    assert weak.json()["code"] == "second_factor_missing"

    call("POST", "/me/second-factor/confirm", {"code": code_now(secret)}, token=token)
    strong = call(
        "POST",
        "/tokens",
        {"label": "x"},
        basic=(EMAIL, PASSWORD),
        X_One_Time_Code=code_now(secret),
    ).json()
    assert "parties.verify" in strong["scopes"]
    assert call("GET", "/verification-queue", token=strong["token"]).status_code == 200

    assert call("DELETE", "/me/second-factor", token=token).status_code == 403
    assert call("DELETE", "/me/second-factor", token=strong["token"]).status_code == 204
    assert call("GET", "/me", token=strong["token"]).status_code == 401
    assert not queries.has_second_factor(who.id)


# -- the register -----------------------------------------------------------------------------------


def test_who_lacks_power_is_told_which():
    party = verified_party()
    member = token_of(member_of(party).person)
    for path, body, power in (
        (f"/parties/{party.id}/suspend", {"why": "x"}, "parties.suspend"),
        (f"/parties/{party.id}/decision", {"decision": "verify"}, "parties.verify"),
        ("/officers", {"email": "a@b.example", "role": "registrar"}, "parties.appoint"),
        (
            "/controls",
            {"controller": str(party.id), "controlled": str(party.id), "since": "2020-01-01"},
            "parties.verify",
        ),
    ):
        answer = call("POST", path, body, token=member)
        assert answer.status_code == 403
        assert answer.json()["facts"] == {"power": power}
        assert call("POST", path, body).status_code == 401
    assert queries.party(party.id).status == "verified"


def test_mandates_officers_and_control_through_the_door():
    party, other = verified_party(), verified_party("上海某公司", "enterprise")
    agent = person(email="agent@firm.example")
    owner = token_of(member_of(party).person)
    granted = call(
        "POST",
        f"/parties/{party.id}/mandates",
        {"email": agent.email, "role": "agent"},
        token=owner,
    )
    assert granted.status_code == 201
    roles = [m["role"] for m in call("GET", f"/parties/{party.id}/mandates", token=owner).json()]
    assert roles == ["owner", "agent"]
    ended = call("DELETE", f"/parties/{party.id}/mandates/{granted.json()['id']}", token=owner)
    assert ended.status_code == 204

    chief = token_of(officer("administrator").person, second_factor=True)
    appointed = {"email": agent.email, "role": "registrar"}
    assert call("POST", "/officers", appointed, token=chief).status_code == 204
    assert agent.email in call("GET", "/officers", token=chief).content.decode()

    registrar = token_of(agent.id, second_factor=True)
    made = call(
        "POST",
        "/controls",
        {
            "controller": str(party.id),
            "controlled": str(other.id),
            "since": "2020-01-01",
            "share_bp": 5100,
        },
        token=registrar,
    )
    assert made.status_code == 201
    found = call("GET", f"/parties/{other.id}/affiliates", token=registrar).json()
    assert set(found) == {str(party.id), str(other.id)}
    end = call(
        "POST", f"/controls/{made.json()['id']}/end", {"until": "2022-01-01"}, token=registrar
    )
    assert end.status_code == 204
    assert call("GET", f"/parties/{other.id}/affiliates", token=owner).status_code == 404

    gone = call("POST", f"/officers/{agent.id}/dismiss", {"role": "registrar"}, token=chief)
    assert gone.status_code == 204
    assert call("GET", "/verification-queue", token=registrar).status_code == 403


def test_a_repeated_registration_acts_once():
    token = token_of(person().id)
    body = {"kind": "enterprise", "name_zh": "上海某公司"}
    answers = [
        call("POST", "/parties", body, token=token, Idempotency_Key="the same") for _ in range(2)
    ]

    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert len(queries.parties_page(signed_in(officer("registrar").person))["items"]) == 1


def test_refusals_are_told_in_the_readers_language():
    body = {"kind": "enterprise"}
    token = token_of(person().id)
    for language, words in (("en", "Give the party a name"), ("zh-hans", "请填写")):
        answer = call("POST", "/parties", body, token=token, Accept_Language=language)
        assert answer.json()["code"] == "parties.name_missing"
        assert words in answer.json()["title"]

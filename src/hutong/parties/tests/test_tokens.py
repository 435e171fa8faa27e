"""Tokens, passwords and the second factor through the door (PA-2, PA-5)."""

import pytest

from hutong.parties import actions, queries
from hutong.parties.models import Person, Throttle, Token
from hutong.parties.testing import (
    NINE_IN_SHANGHAI,
    PASSWORD,
    let_in,
    member_of,
    officer,
    person,
    unverified_party,
)
from hutong.parties.tests.calling import EMAIL, call, code_now, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("venue")]


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
    from hutong.parties.membership import MandateRole

    let_in(second, agent.person, MandateRole.VIEWER)
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


# -- second factor ---


def enrolled(email=EMAIL):
    who = person(email=email)
    token = token_of(who.id)
    begun = call("POST", "/me/second-factor", token=token).json()
    assert begun["otpauth_url"].startswith("otpauth://totp/SHTE-DEMO%3A")
    return who, token, begun["secret"]


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
        actor=officer("administrator"), now=NINE_IN_SHANGHAI, person=who.id, role="registrar"
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

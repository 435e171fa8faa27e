"""Signing up through the door (PA-2)."""

import pytest
from django.core import mail

from hutong.parties import tasks
from hutong.parties.models import EmailCode, Person
from hutong.parties.testing import PASSWORD, a_uscc, officer, person
from hutong.parties.tests.calling import EMAIL, FORM, call, code_mailed_to, token_of, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("venue")]


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


def test_codes_are_few_a_day_for_one_address_wherever_they_are_asked_for():
    for n in range(10):
        place = {"X_Forwarded_For": f"192.0.2.{n}"}
        assert call("POST", "/sign-up", FORM, **place).status_code == 202

    answer = call("POST", "/sign-up", FORM, X_Forwarded_For="198.51.100.1")
    assert answer.json()["code"] == "parties.too_many_failures"
    assert call("POST", "/sign-up", {**FORM, "email": "b@x.example"}).status_code == 202

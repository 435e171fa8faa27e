"""Through the door: signing up, tokens, verification, second factor (PA-2, PA-3)."""

import base64
import json

import pytest
from django.test import Client

from hutong.parties import queries
from hutong.parties.testing import a_uscc

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def call(method, path, body=None, *, token=None, basic=None, key=None, **headers):
    given = dict(headers)
    if token:
        given["Authorization"] = f"Bearer {token}"
    if basic:
        given["Authorization"] = "Basic " + base64.b64encode(":".join(basic).encode()).decode()
    if method == "POST" and token:
        given["Idempotency-Key"] = key or f"{path}{json.dumps(body)}"
    data = None if body is None else json.dumps(body)
    return Client().generic(
        method, f"/api/v1{path}", data or "", content_type="application/json", headers=given
    )


def signed_up(email="office@university.example"):
    body = {"email": email, "password": PASSWORD, "display_name": "转移办公室"}
    assert call("POST", "/sign-up", body).status_code == 202
    from hutong.parties.models import Person

    code = queries.mail_code(Person.objects.get(email=email).id)
    assert call("POST", "/sign-up/confirm", {"email": email, "code": code}).status_code == 200
    return email


def test_from_sign_up_to_a_verified_party(venue):
    email = signed_up()
    made = call("POST", "/tokens", {"label": "office"}, basic=(email, PASSWORD))
    assert made.status_code == 201, made.content
    token = made.json()["token"]

    party = call(
        "POST",
        "/parties",
        {
            "kind": "university",
            "name_zh": "上海某大学",
            "identifiers": [{"scheme": "uscc", "value": a_uscc()}],
        },
        token=token,
    )
    assert party.status_code == 201, party.content
    me = call("GET", "/me", token=token).json()
    assert me["party"] == party.json()["id"]
    assert me["powers"] == ["member.act", "member.own", "member.read", "member.self"]

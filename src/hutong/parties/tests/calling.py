"""How the tests of this area speak to the API."""

import base64
import json
import time

from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hutong.parties import actions, one_time, queries, tasks
from hutong.parties.models import Person
from hutong.parties.testing import EVIDENCE, NINE_IN_SHANGHAI, PASSWORD

EMAIL = "office@university.example"
FORM = {"email": EMAIL, "password": PASSWORD, "display_name": "转移办公室"}


def call(method, path, body=None, *, token=None, basic=None, party=None, **headers):
    """Ask the API; other headers by name, with underscores for dashes."""
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


def upload(token, data=EVIDENCE, name="licence.pdf", media_type="application/pdf"):
    response = Client().post(
        "/api/v1/documents",
        {"file": SimpleUploadedFile(name, data, media_type), "access": "secret"},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(time.monotonic_ns())},
    )
    assert response.status_code == 201, response.content
    return response.json()


def code_mailed_to(email):
    """Send the mail of sign-up and read the code in it."""
    mail.outbox.clear()
    tasks.mail_code(str(Person.objects.get(email=email).id))
    (sent,) = mail.outbox
    assert sent.to == [email]
    return next(word for word in sent.body.split() if word.isdigit())


def code_now(secret):
    """What an authenticator app shows."""
    return one_time.code_at(secret, one_time.counter_of(queries.real_now().timestamp()))


def token_of(who, *, party=None, scopes=None, second_factor=False):
    actor = queries.actor_for_person(who, second_factor=second_factor)
    return actions.issue_token(
        actor=actor, now=NINE_IN_SHANGHAI, label="test", party=party, scopes=scopes
    ).secret

"""Uploading and downloading over HTTP."""

import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hutong.documents.models import Document
from hutong.parties import actions as parties
from hutong.parties.testing import member_of, officer, unverified_party

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nbody\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.STATE = tmp_path
    return tmp_path / "documents"


@pytest.fixture
def seller(venue):
    return member_of(unverified_party())


@pytest.fixture
def small_limit(monkeypatch):
    """Call it with bytes to make them the limit of the rulebook in force."""
    from hutong.rulebook import queries
    from hutong.rulebook.rules import Rulebook

    real = Rulebook.model_validate

    def limit(size):
        queries._rules.cache_clear()
        monkeypatch.setattr(
            Rulebook,
            "model_validate",
            lambda data, **options: real({**data, "documents": {"max_bytes": size}}, **options),
        )

    yield limit
    queries._rules.cache_clear()


def token_of(venue, actor):
    return parties.issue_token(actor=actor, now=venue.now, label="x").secret


def upload(token, data=PDF, name="执照.pdf", media_type="application/pdf", key=None, **fields):
    return Client().post(
        "/api/v1/documents",
        {"file": SimpleUploadedFile(name, data, media_type), **fields},
        headers=headers(token, key),
    )


def headers(token, key=None):
    return {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": key or str(time.monotonic_ns()),
    }


def test_a_file_goes_up_and_comes_down_as_an_attachment(venue, seller):
    token = token_of(venue, seller)
    stored = upload(token)
    assert stored.status_code == 201, stored.content
    out = stored.json()
    assert (out["name"], out["access"]) == ("执照.pdf", "secret")

    down = Client().get(f"/api/v1/documents/{out['id']}/content", headers=headers(token))
    assert b"".join(down.streaming_content) == PDF
    assert down["Content-Disposition"] == "attachment; filename*=utf-8''%E6%89%A7%E7%85%A7.pdf"
    assert down["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in down["Content-Security-Policy"]
    assert down["ETag"] == f'"{out["digest"]}"'


def test_others_see_no_secret_file_and_everybody_a_public_one(venue, seller):
    secret = upload(token_of(venue, seller)).json()["id"]
    public = upload(token_of(venue, seller), access="public").json()["id"]
    stranger = token_of(venue, member_of(unverified_party("上海另一大学")))

    for given in (None, stranger):
        sent = headers(given) if given else {}
        for path in (f"/api/v1/documents/{secret}", f"/api/v1/documents/{secret}/content"):
            assert Client().get(path, headers=sent).status_code == 404
        assert Client().get(f"/api/v1/documents/{public}/content", headers=sent).status_code == 200
    assert Client().get(f"/documents/{secret}").status_code == 404
    assert Client().get(f"/documents/{public}").status_code == 200
    registrar = token_of(venue, officer("registrar"))
    assert (
        Client().get(f"/api/v1/documents/{secret}", headers=headers(registrar)).status_code == 200
    )


def test_a_repeated_upload_is_stored_once(venue, seller):
    token = token_of(venue, seller)
    first, second = (upload(token, key="the same") for _ in range(2))

    assert first.json() == second.json()
    assert Document.objects.count() == 1
    other = upload(token, b"%PDF-other", key="the same")
    assert other.json()["code"] == "idempotency_key_reused"


def test_a_mistyped_file_is_refused_with_words(venue, seller):
    answer = upload(token_of(venue, seller), b"<html>")

    assert answer.status_code == 422
    assert answer.json()["code"] == "documents.mistyped"
    assert answer.json()["facts"]["name"] == "执照.pdf"
    assert not Document.objects.exists()


def test_a_file_over_the_limit_is_refused_without_being_kept(venue, seller, folder, small_limit):
    small_limit(100_000)
    answer = upload(token_of(venue, seller), b"%PDF-" + b"x" * 200_000)

    assert answer.status_code == 413
    assert answer.json()["code"] == "documents.too_large"
    assert not [f for f in folder.rglob("*") if f.is_file()]


def test_a_body_far_over_the_limit_is_not_even_read(venue, seller, small_limit):
    small_limit(10_000)
    answer = upload(token_of(venue, seller), b"%PDF-" + b"x" * 1_000_000)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "invalid"), ({"file": "no file"}, "invalid"), ({"access": "x"}, "malformed")],
)
def test_a_request_without_a_file_says_so(venue, seller, body, code):
    answer = Client().post("/api/v1/documents", body, headers=headers(token_of(venue, seller)))

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_without_signing_in_nothing_is_stored(venue):
    answer = Client().post("/api/v1/documents", {"file": SimpleUploadedFile("a.pdf", PDF)})

    assert answer.status_code == 401
    assert not Document.objects.exists()

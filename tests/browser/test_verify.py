"""Verifying in the browser: each step shown, nothing sent; what was changed is named."""

import json
import time
from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def files(site: Any, visit: Any) -> dict[str, bytes]:
    """The certificate of a registered right, as an officer downloads it."""
    asking = visit("registrar").page.request
    query = f"{site.address}/api/v1/certificates?kind=rights_registration&standing=in_force"
    until = time.monotonic() + 60
    while not (listed := asking.get(query).json()["items"]) and time.monotonic() < until:
        time.sleep(0.5)
    address = f"{site.address}/certificates/{listed[0]['number']}"
    return {form: asking.get(f"{address}/{form}").body() for form in ("pdf", "json")}


def check(visitor: Any, name: str, data: bytes) -> Any:
    """Give the page a file and press the button; returns what was sent to the venue meanwhile."""
    sent: list[str] = []
    visitor.go("/verify")
    visitor.page.on("request", lambda r: sent.append(f"{r.method} {r.url}"))
    visitor.page.set_input_files(
        "input[name=file]", {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    visitor.page.click("form#verify button.btn-primary")
    visitor.page.wait_for_selector("#report .alert")
    return sent


def test_a_credential_verifies_without_being_sent(visit: Any, files: dict[str, bytes]) -> None:
    visitor = visit(None, language="en")
    sent = check(visitor, "certificate.json", files["json"])
    assert "genuine and unchanged" in visitor.text("#report .alert")
    assert visitor.page.locator("#report .is-ok").count() >= 7
    assert visitor.page.locator("#report .is-not").count() == 0
    assert not [request for request in sent if request.startswith("POST")]
    assert any("/certificates/status/revocation/" in request for request in sent)
    assert visitor.text("#report dl")
    assert visitor.complaints == []


def test_a_changed_share_is_named(visit: Any, files: dict[str, bytes]) -> None:
    forged = json.loads(files["json"])
    forged["credentialSubject"]["holders"][0]["ownership"] = "1/7"
    visitor = visit(None, language="en")
    check(visitor, "certificate.json", json.dumps(forged).encode())
    assert "NOT verified" in visitor.text("#report .alert")
    assert "The content is not what was issued" in visitor.text("#report .checks")
    assert visitor.page.locator("#report dl").count() == 0


def test_a_pdf_with_its_own_signature_verifies_without_being_sent(
    visit: Any, files: dict[str, bytes]
) -> None:
    visitor = visit(None, language="zh-hans", width=390)
    sent = check(visitor, "certificate.pdf", files["pdf"])
    assert "证书真实有效，未被改动" in visitor.text("#report .alert")
    assert "PAdES" in visitor.text("#report .checks")
    assert visitor.page.locator("#report .is-not").count() == 0
    assert not [request for request in sent if request.startswith("POST")]


def test_a_pdf_changed_after_signing_is_named(visit: Any, files: dict[str, bytes]) -> None:
    changed = bytearray(files["pdf"])
    changed[20_000] ^= 1
    visitor = visit(None, language="en")
    check(visitor, "certificate.pdf", bytes(changed))
    assert "NOT verified" in visitor.text("#report .alert")
    assert "changed after it was signed" in visitor.text("#report .checks")


def test_what_is_no_certificate_is_called_so(visit: Any) -> None:
    visitor = visit(None, language="en")
    for name, data in (("a.json", b"{}"), ("a.pdf", b"%PDF-1.7\nnothing"), ("a.bin", bytes(99))):
        check(visitor, name, data)
        assert "not a certificate" in visitor.text("#report .alert")

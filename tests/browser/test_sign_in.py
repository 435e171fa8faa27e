"""From a stranger to a person with a party: sign up, confirm, register."""

import re
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
PASSWORD = "eine-lange-Parole-2022"


def mailed_code(folder: Path, to: str) -> str:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        for mail in sorted(folder.glob("*"), key=lambda f: f.stat().st_mtime, reverse=True):
            text = mail.read_text(errors="replace")
            if to in text and (
                found := re.search(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", text, re.M)
            ):
                return found[1]
        time.sleep(0.2)
    mails = [m.read_text(errors="replace")[-600:] for m in folder.glob("*")][-3:]
    pytest.fail(f"no code was mailed to {to}; mails: {mails}")


def test_a_person_joins_confirms_and_registers_a_party(visit: Any) -> None:
    visitor = visit(language="en")
    email = "office@institute.example"
    visitor.go("/accounts/signup/")
    visitor.page.fill("[name=email]", email)
    visitor.page.fill("[name=display_name]", "经办人")
    visitor.page.fill("[name=password1]", PASSWORD)
    visitor.page.fill("[name=password2]", PASSWORD)
    visitor.page.click("main form button[type=submit]")
    visitor.page.wait_for_load_state()
    assert visitor.page.query_selector("[name=code]"), visitor.text("main")
    visitor.page.fill("[name=code]", mailed_code(visitor.site.state / "mail", email))
    visitor.page.click("main form button[type=submit] >> nth=0")
    visitor.page.wait_for_load_state()

    visitor.go("/my")
    assert "Register your party" in visitor.text("main")
    visitor.go("/my/party")
    visitor.page.select_option("[name=kind]", "research_institute")
    visitor.page.fill("[name=name_zh]", "<script>alert(1)</script>研究所")
    visitor.page.fill("[name=uscc]", "91310000MA1FL0000X")
    visitor.page.click("main button.btn-primary >> nth=-1")
    visitor.page.wait_for_load_state()
    assert "check character" in visitor.text("[role=alert]")  # the mistake is named …
    assert visitor.page.input_value("[name=name_zh]").endswith("研究所")  # … and nothing typed lost
    visitor.page.fill("[name=uscc]", "")
    visitor.page.click("main button.btn-primary >> nth=-1")
    visitor.page.wait_for_load_state()
    assert visitor.page.url.endswith("/my/party")
    assert "<script>alert(1)</script>研究所" in visitor.text("h1")  # shown as text, never run
    assert [c for c in visitor.complaints if "422" not in c] == []

    visitor.page.click("summary.btn >> nth=-1")
    visitor.page.click(".who-out")
    visitor.page.wait_for_load_state()
    visitor.go("/accounts/login/")
    visitor.page.fill("[name=login]", email)
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.page.click("main form button[type=submit] >> nth=0")
    visitor.page.wait_for_load_state()
    assert visitor.page.url.endswith("/my")

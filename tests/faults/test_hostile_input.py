"""
What somebody ill-meaning, or only careless, may send: always a plain no that says what is wrong and
where; never a server error, and nothing is changed.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from hutong.node.demo.people import FIRMS, UNIVERSITIES
from hutong.node.demo.supply import XLSX
from hutong.node.demo.technologies import demo_technologies
from hutong.node.demo.workbook import fill

pytestmark = pytest.mark.drill
MIB = 1024 * 1024
GROWTH_MIB = 400


@pytest.fixture(scope="module")
def template(case) -> bytes:
    return bytes(case.public.download("/api/v1/technologies/template.xlsx"))


# -- files ------------------------------------------------------------------------------------------


def _with_part(workbook: bytes, name: str, data: bytes) -> bytes:
    """A workbook with one more part in its archive."""
    out = io.BytesIO(workbook)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def _with_cell(workbook: bytes, header: str, value: str) -> bytes:
    """A workbook whose first row has `value` under `header`."""
    book = load_workbook(io.BytesIO(workbook))
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[1] if cell.value and header in str(cell.value))
    sheet.cell(row=2, column=column).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WORKBOOKS: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a zip bomb": (
        "bomb.xlsx",
        lambda book: _with_part(book, "xl/worksheets/sheet9.xml", b" " * (330 * MIB)),
        "technologies.file_expands",
    ),
    "a workbook with macros": (
        "macros.xlsx",
        lambda book: _with_part(book, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0"),
        "technologies.file_has_macros",
    ),
    "a formula where text belongs": (
        "formula.xlsx",
        lambda book: _with_cell(book, "Title (English)", '=HYPERLINK("http://evil.example","x")'),
        "technologies.file_faulty",
    ),
    "a wrong number": (
        "number.xlsx",
        lambda book: _with_cell(book, "Application number", "2017181000000.1"),
        "technologies.file_faulty",
    ),
    "a PDF that is called a workbook": (
        "paper.xlsx",
        lambda _: b"%PDF-1.7\n" + b"0" * 4096,
        "technologies.file_",
    ),
    "half a workbook": ("half.xlsx", lambda book: book[: len(book) // 2], "technologies.file_"),
    "an empty file": ("empty.xlsx", lambda _: b"", "technologies.file_"),
    "a table in another encoding": (
        "table.csv",
        lambda _: "申请号,名称\nCN1,一种方法\n".encode("gb18030") + b"\xff\xfe\x80",
        "technologies.",
    ),
}


@pytest.mark.parametrize("what", WORKBOOKS)
def test_a_file_that_cannot_enter_is_refused_and_says_why(case, refused, template, what):
    name, made, code = WORKBOOKS[what]
    member = case.members[UNIVERSITIES[0].key]
    sound = fill(template, demo_technologies()[:3])
    problem = refused(
        *(member, "POST", "/api/v1/technologies/imports"),
        files={"file": (name, made(sound), XLSX)},
        data={"format": "auto"},
    )
    assert problem["code"].startswith(code), problem
    if code == "technologies.file_faulty":
        assert problem["facts"]["faults"][0]["row"] == 2, problem


@pytest.mark.parametrize("path", ["/api/v1/technologies/imports", "/api/v1/documents"])
def test_a_file_over_50_mib_is_refused_by_its_size(case, refused, path):
    huge = b"%PDF-1.7\n" + bytes(51 * MIB)
    problem = refused(
        *(case.members[FIRMS[0].key], "POST", path),
        files={"file": ("huge.pdf", huge, "application/pdf")},
        data={"access": "secret", "format": "auto"},
    )
    assert problem["status"] == 413, problem
    assert "huge.pdf" in problem["title"], problem


def test_a_file_of_50_mb_does_not_swell_the_venue(venue, case, refused):
    before = _memory(venue, "VmRSS")
    problem = refused(
        *(case.members[FIRMS[0].key], "POST", "/api/v1/technologies/imports"),
        files={"file": ("large.xlsx", b"PK\x03\x04" + bytes(50_000_000), XLSX)},
        data={"format": "auto"},
    )
    assert problem["code"].startswith("technologies.file_"), problem
    assert _memory(venue, "VmHWM") - before < GROWTH_MIB * 1024


def _memory(venue, measure: str) -> int:
    """KiB of web's processes and the front together: now (VmRSS), or at their highest (VmHWM)."""
    pids = [*venue.web_workers(), venue.children()["front"]]
    texts = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
    return sum(int(re.search(rf"{measure}:\s+(\d+)", text).group(1)) for text in texts)


# -- JSON, numbers, text ----------------------------------------------------------------------------


def _receipt(**changed: Any) -> dict[str, Any]:
    line = {"amount_fen": 1, "bank_reference": "HOSTILE", "value_date": "2022-06-20"}
    return {**line, **changed}


def _party(**changed: Any) -> dict[str, Any]:
    party = {"kind": "enterprise", "name_zh": "某公司", "jurisdiction": "CN", "identifiers": []}
    return {**party, **changed}


BODIES: dict[str, tuple[str, bytes | dict[str, Any], str]] = {
    "nested 100,000 deep": ("/api/v1/receipts", b"[" * 100_000 + b"]" * 100_000, "JSON"),
    "not JSON": ("/api/v1/receipts", b'{"amount_fen": 1,,}', "JSON"),
    "not UTF-8": ("/api/v1/receipts", b'{"bank_reference": "\xff\xfe"}', ""),
    "a list": ("/api/v1/receipts", b"[1, 2]", ""),
    "nothing": ("/api/v1/receipts", b"", ""),
    "5,000 digits": ("/api/v1/receipts", b'{"amount_fen": ' + b"9" * 5_000 + b"}", ""),
    "an amount of 10^30": ("/api/v1/receipts", _receipt(amount_fen=10**30), "amount_fen"),
    "an amount below zero": ("/api/v1/receipts", _receipt(amount_fen=-1), "amount_fen"),
    "an amount of zero": ("/api/v1/receipts", _receipt(amount_fen=0), "amount_fen"),
    "an amount with a fraction": ("/api/v1/receipts", _receipt(amount_fen=1.5), "amount_fen"),
    "an amount that is no number": (
        "/api/v1/receipts",
        b'{"amount_fen": NaN, "bank_reference": "HOSTILE", "value_date": "2022-06-20"}',
        "amount_fen",
    ),
    "a NUL": ("/api/v1/receipts", _receipt(bank_reference="A\0B"), "bank_reference"),
    "half a surrogate": (
        "/api/v1/receipts",
        b'{"amount_fen": 1, "bank_reference": "\\ud800", "value_date": "2022-06-20"}',
        "bank_reference",
    ),
    "a day that is none": ("/api/v1/receipts", _receipt(value_date="2022-02-30"), "value_date"),
    "a name of 100,000 characters": (
        "/api/v1/receipts",
        _receipt(payer_name="名" * 100_000),
        "payer_name",
    ),
    "a body of 3 MiB": ("/api/v1/receipts", _receipt(payer_name="x" * 3 * MIB), ""),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_makes_no_sense_is_refused_and_says_where(case, refused, what):
    path, body, where = BODIES[what]
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    problem = refused(
        *(case.officers["cashier"], "POST", path),
        content=sent,
        headers={"Content-Type": "application/json"},
    )
    assert where in json.dumps(problem), problem


@pytest.mark.parametrize(
    "email",
    [
        "office\0@demo.example",
        "office\u202e@demo.example",
        "office@demo.example\r\nBcc: all@demo.example",
        "\u200b" + FIRMS[0].email,
        "of fice@demo.example",
        "@demo.example",
        "a" * 250 + "@demo.example",
        "",
    ],
)
def test_an_address_with_tricks_in_it_is_refused(refused, email):
    problem = refused(
        *(None, "POST", "/api/v1/sign-up"),
        json={"email": email, "password": "four random words together", "display_name": "x"},
    )
    assert "email" in json.dumps(problem).lower() or "mail" in problem["title"], problem


def test_a_uscc_that_is_taken_or_miswritten_is_refused(case, refused):
    someone = case.registration.token(FIRMS[0].email, "somebody with a party")
    for value in (
        FIRMS[1].uscc[:-1] + ("A" if FIRMS[1].uscc[-1] != "A" else "B"),
        "1" * 90,
        "\u202e",
    ):
        problem = refused(
            *(someone, "POST", "/api/v1/parties"),
            json=_party(identifiers=[{"scheme": "uscc", "value": value}]),
        )
        assert "uscc" in json.dumps(problem).lower(), problem
    refused(
        *(someone, "POST", "/api/v1/parties"),
        json=_party(identifiers=[{"scheme": "uscc", "value": FIRMS[1].uscc}]),
    )


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Idempotency-Key": "k" * 10_000}, ""),
        ({"Authorization": "Bearer " + "t" * 10_000}, ""),
        ({"X-Party": "p" * 10_000}, ""),
        ({"X-Party": "\u00e9"}, ""),
        ({"Idempotency-Key": ""}, ""),
        ({}, "?" + "q" * 10_000),
    ],
)
def test_headers_and_addresses_of_10_000_characters_do_no_harm(case, refused, headers, query):
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    refused(
        *(case.officers["cashier"], "POST", "/api/v1/receipts" + query),
        json=_receipt(amount_fen=-1),
        headers=sent,
    )


# -- the same form twice ----------------------------------------------------------------------------


def test_a_form_sent_twice_acts_once(venue, case):
    firm = FIRMS[0]
    told = venue.command("officer", "link", firm.email, "--json")
    link = json.loads(told.stdout.splitlines()[-1])[firm.email]
    with httpx.Client(base_url=venue.base, follow_redirects=True, timeout=60) as browser:
        entry = browser.get(link)
        if "<form" in entry.text and "my/" not in str(entry.url):
            browser.post(str(entry.url), data=_hidden(entry.text), headers={"Referer": venue.base})
        form = browser.get("/my/tokens").text
        button = form.index('value="issue"')
        typed = {
            **_hidden(form[form.rindex("<form", 0, button) : button]),
            "act": "issue",
            "label": "sent twice",
            "party": "",
            "scopes": "member.read",
            "days": "30",
        }
        case.settle_down()
        before = venue.entries()
        answers = [
            browser.post("/my/tokens", data=typed, headers={"Referer": venue.base})
            for _ in range(3)
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert venue.entries() == before + 1
    assert venue.sql("SELECT count(*) FROM parties_token WHERE label = 'sent twice'") == [(1,)]


def _hidden(form: str) -> dict[str, str]:
    inputs = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", form)
    return {
        re.search(r'name="([^"]+)"', i).group(1): re.search(r'value="([^"]*)"', i).group(1)
        for i in inputs
    }


def test_the_doctor_agrees_after_all_of_it(venue, case):
    case.settle_down()
    venue.doctor()

"""Whatever an officer can do by the API has a page that does it."""

import ast
import re
from pathlib import Path

from django.urls import get_resolver

import hutong

SOURCE = Path(hutong.__file__).parent
# Operations that write and need an officer's power → the page where it is done.
DOORS = {
    "POST /lots/{lot}/suspend": "desk/lots/<uuid:id>",
    "POST /lots/{lot}/resume": "desk/lots/<uuid:id>",
    "POST /deals/{deal}/default": "desk/deals/<uuid:id>",
    "POST /deals/{deal}/termination": "desk/deals/<uuid:id>",
    "POST /deals/{deal}/ending/confirmation": "desk/deals/<uuid:id>",
    "POST /deals/{deal}/ending/dismissal": "desk/deals/<uuid:id>",
    "POST /deals/{deal}/settlement": "desk/deals/<uuid:id>",
    "POST /listings/{listing}/examine": "desk/listings/<uuid:id>",
    "POST /listings/{listing}/suspend": "desk/listings/<uuid:id>",
    "POST /listings/{listing}/resume": "desk/listings/<uuid:id>",
    "POST /listings/{listing}/terminate": "desk/listings/<uuid:id>",
    "POST /listings/{listing}/cut-off": "desk/listings/<uuid:id>",
    "POST /intents/{intent}/qualify": "desk/intents/<uuid:id>",
    "POST /controls": "desk/parties/<uuid:id>",
    "POST /controls/{control_id}/end": "desk/parties/<uuid:id>",
    "POST /parties/{party_id}/decision": "desk/parties/<uuid:id>",
    "POST /parties/{party_id}/suspend": "desk/parties/<uuid:id>",
    "POST /parties/{party_id}/reinstate": "desk/parties/<uuid:id>",
    "POST /parties/{party_id}/state-owned": "desk/parties/<uuid:id>",
    "POST /parties/{party_id}/release-identifier": "desk/parties/<uuid:id>",
    "POST /officers": "desk/officers",
    "POST /officers/{person_id}/dismiss": "desk/officers",
    "POST /receipts": "desk/receipts",
    "POST /receipts/{receipt}/match": "desk/receipts/<uuid:id>",
    "POST /receipts/{receipt}/return": "desk/receipts/<uuid:id>",
    "POST /receipts/{receipt}/undo": "desk/receipts/<uuid:id>",
    "POST /payouts": "desk/payouts",
    "POST /proceeds/{proceeds}/payment": "desk/proceeds/<uuid:id>",
    "POST /proceeds/{proceeds}/refusal": "desk/proceeds/<uuid:id>",
    "POST /payouts/{payout}/approval": "desk/payouts/<uuid:id>",
    "POST /payouts/{payout}/rejection": "desk/payouts/<uuid:id>",
    "POST /payouts/{payout}/confirmation": "desk/payouts/<uuid:id>",
    "POST /payouts/{payout}/failure": "desk/payouts/<uuid:id>",
    "PATCH /technologies/{technology}": "desk/technologies/<uuid:id>",
    "POST /technologies/{technology}/enter": "desk/technologies/<uuid:id>",
    "POST /technologies/{technology}/retire": "desk/technologies/<uuid:id>",
}
# Areas whose officers' pages grow beside this list, in their own files.
ELSEWHERE = {"rights", "certificates", "transparency", "journal"}
# For anybody's party an office works by the API and the workbook of the command line.
BY_DATA = {"POST /technologies", "POST /technologies/imports", "POST /technologies/bundles"}
POWER = re.compile(r"`([a-z_]+\.[a-z_]+)`")


def operations() -> set[str]:
    """What the API writes with an officer's power, from what each operation says it needs."""
    found = set()
    for file in (*SOURCE.glob("*/api.py"), *SOURCE.glob("*/api/*.py"), *SOURCE.glob("*/api_*.py")):
        if file.relative_to(SOURCE).parts[0] in ELSEWHERE:
            continue
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef):
                continue
            said = ast.get_docstring(node) or ""
            needed = said.partition("Needs")[2].partition(".\n")[0]
            powers = {p for p in POWER.findall(needed) if not p.startswith("member.")}
            if not powers - {"supervise.read"}:
                continue
            for call in node.decorator_list:
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                    verb = call.func.attr.upper()
                    if verb != "GET" and call.args and isinstance(call.args[0], ast.Constant):
                        found.add(f"{verb} {call.args[0].value}")
    return found


def test_no_act_of_an_officer_lacks_a_page() -> None:
    without = operations() - set(DOORS) - BY_DATA
    assert not without, f"give these a page at the desk, and name it here: {sorted(without)}"


def test_the_pages_are_there() -> None:
    there = {str(pattern.pattern) for pattern in get_resolver("hutong.desk.urls").url_patterns}
    assert set(DOORS.values()) <= there


def test_nothing_is_listed_that_is_gone() -> None:
    assert set(DOORS) <= operations()

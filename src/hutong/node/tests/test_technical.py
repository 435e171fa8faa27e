"""Technicians look at every table, and at nothing that would let them in; nobody changes anything."""

from typing import Any

import pytest
from django.apps import apps

from hutong.node.technical import UNSHOWN, WITHHELD, shown, tables
from hutong.parties.testing import member_of, officer, verified_party
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db
SECRET = ("secret", "password", "nonce", "salt", "seed", "session", "openings")


def test_every_table_is_there_but_those_whose_keys_open_a_door() -> None:
    there = {model._meta.label for model in tables()._registry}
    composite = {m._meta.label for m in apps.get_models() if m._meta.is_composite_pk}
    assert {m._meta.label for m in apps.get_models()} == there | UNSHOWN | composite


def test_no_column_that_sounds_secret_is_shown() -> None:
    leaks = [
        f"{model._meta.label}.{field.name}"
        for model in tables()._registry
        for field in shown(model)
        if any(word in field.name for word in SECRET)
    ]
    assert not leaks, f"withhold these in node/technical.py: {leaks}"
    assert "password" in WITHHELD


def test_it_is_for_who_operates_the_venue_alone(venue: Any) -> None:
    for who in (officer("registrar"), officer("supervisor"), member_of(verified_party())):
        assert browsing(who).get("/desk/technical/")["Location"] == "/desk"
    assert browsing().get("/desk/technical/parties/person/").status_code == 302
    assert browsing(officer("administrator")).get("/desk/technical/").status_code == 200


def test_rows_are_read_and_nothing_can_be_pressed(venue: Any) -> None:
    page = browsing(officer("administrator"))
    party = verified_party("上海某大学")
    listed = page.get("/desk/technical/parties/party/").content.decode()
    assert "上海某大学" in listed
    row = f"/desk/technical/parties/party/{party.id}/change/"
    shown_row = page.get(row).content.decode()
    assert party.name_zh in shown_row
    for button in ('name="_save"', "deletelink", "addlink", 'name="action"'):
        assert button not in shown_row + listed
    assert page.post(row, {"name_zh": "别名"}).status_code == 405
    assert page.post("/desk/technical/parties/party/", {"action": "delete"}).status_code == 405
    for gone in ("add/", f"{party.id}/delete/", f"{party.id}/history/"):
        assert page.get(f"/desk/technical/parties/party/{gone}").status_code == 404


def test_persons_are_shown_without_what_signs_them_in(venue: Any) -> None:
    page = browsing(officer("administrator"))
    person = officer("registrar").person
    row = page.get(f"/desk/technical/parties/person/{person}/change/").content.decode()
    assert "argon2" not in row

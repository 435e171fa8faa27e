"""Officers erase personal data, two at a time (LO-2, PA-5)."""

import re
from typing import Any

import pytest

from hutong.journal import queries
from hutong.parties import queries as parties
from hutong.parties.testing import officer, verified_party
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db
PAGE = "/desk/erasures"


def test_one_officer_asks_and_another_erases(venue: Any, drain: Any) -> None:
    verified_party("上海某大学")
    drain()
    one, other = (browsing(officer("administrator", now=venue.now)) for _ in range(2))
    entry = next(iter(queries.of_kinds(["parties.Registered"])))
    assert entry.private
    email = parties.person(entry.person).email
    found = one.get(f"{PAGE}?email={email}").content.decode()
    assert f"target={entry.id}#ask" in found
    proposed = one.get(f"{PAGE}?what=private&target={entry.id}").content.decode()
    assert f'value="{entry.id}"' in proposed
    typed = {"act": "ask", "what": "private", "target": entry.id, "reason": "Asked for."}
    assert one.post(PAGE, {**typed, "target": "nothing"}).status_code == 404
    assert one.post(PAGE, typed).status_code == 302
    asked = one.get(PAGE).content.decode()
    assert "you asked for it" in asked
    assert PAGE in other.get("/desk").content.decode(), "it waits in the queue"
    (id,) = set(re.findall(r'name="erasure" value="([^"]+)"', asked))
    decision = {"act": "accept", "erasure": id}
    assert one.post(PAGE, decision).status_code == 403
    assert queries.entry(entry.id).private is not None
    assert other.post(PAGE, decision).status_code == 302
    assert queries.entry(entry.id).private is None


def test_officers_without_the_power_do_not_see_it(venue: Any) -> None:
    assert browsing(officer("registrar", now=venue.now)).get(PAGE).status_code == 403

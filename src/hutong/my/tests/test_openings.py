"""Members open private fields of their own entries: a file, or a link until it is revoked (LO-2)."""

import re
from typing import Any

import pytest

from hutong.kit.actor import ANONYMOUS
from hutong.parties.testing import member_of, verified_party
from hutong.technologies.testing import entered_technology
from hutong.transparency import queries as log
from hutong.transparency.openings import queries
from hutong.transparency.openings.document import verify
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db


def test_a_member_opens_a_field_by_file_and_by_link(venue: Any, drain: Any) -> None:
    party = verified_party(now=venue.now)
    actor = member_of(party)
    entered_technology(party, actor=member_of(party), now=venue.now)
    drain()
    page = browsing(actor)
    listed = page.get("/my/openings").content.decode()
    index = int(re.findall(r'href="/my/openings/(\d+)"', listed)[0])
    one = f"/my/openings/{index}"
    assert str(party.id) in page.get(one).content.decode()

    file = page.post(one, {"act": "file", "field": "party"})
    report = verify(file.content, log.public_keys())
    assert report.fields == {"party": str(party.id)}

    assert "Choose at least one" in page.post(one, {"act": "file"}).content.decode()
    assert page.post(one, {"act": "link", "field": "nonsense"}).status_code == 404

    made = page.post(one, {"act": "link", "field": "party", "reader": "a bank"})
    assert made.status_code == 302
    told = page.get("/my/openings").content.decode()
    secret = re.findall(r"/log/openings/([\w-]+)", told)[0]
    assert secret not in page.get("/my/openings").content.decode()

    reader = browsing(ANONYMOUS)
    shown = reader.get(f"/log/openings/{secret}")
    assert str(party.id) in shown.content.decode()
    assert shown["Referrer-Policy"] == "no-referrer"
    assert verify(reader.get(f"/log/openings/{secret}?as=file").content, log.public_keys()).verified

    (link,) = queries.links(actor)
    page.post("/my/openings", {"act": "revoke", "opening": str(link.id)})
    assert reader.get(f"/log/openings/{secret}").status_code == 410


def test_what_is_anothers_is_not_there(venue: Any, drain: Any) -> None:
    party = verified_party(now=venue.now)
    entered_technology(party, actor=member_of(party), now=venue.now)
    drain()
    other = browsing(member_of(verified_party("另一大学", now=venue.now)))
    for index in range(log.tree_size()):
        mine = {entry.leaf.index for entry in queries.openable(member_of(party))[0]}
        if index in mine:
            assert other.get(f"/my/openings/{index}").status_code == 404

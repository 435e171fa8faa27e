"""Rows with their parts come in one query, the same as by one query more for each kind."""

from typing import Any

import pytest

from hutong.doors.beside import beside
from hutong.parties.models import Party
from hutong.parties.testing import verified_party
from hutong.rights.models import Application
from hutong.rights.testing import submitted_application

pytestmark = pytest.mark.django_db
PARTS = ("items", "claims", "evidence", "consents", "objections")


def columns(parts: Any) -> list[dict[str, Any]]:
    return [{f.attname: getattr(p, f.attname) for f in p._meta.concrete_fields} for p in parts]


def test_parts_are_those_of_the_database(venue: Any, django_assert_num_queries: Any) -> None:
    made = submitted_application(verified_party(now=venue.now), now=venue.now)
    with django_assert_num_queries(1):
        row = beside(Application.objects.filter(pk=made.id), *PARTS).get()
        found = {name: columns(getattr(row, name).all()) for name in PARTS}
        assert row.items.all()[0].application is row
    plain = Application.objects.get(pk=made.id)
    assert found == {name: columns(getattr(plain, name).order_by("pk")) for name in PARTS}
    assert found["items"]
    assert found["evidence"]
    assert row.items.order_by("-pk").count() == len(found["items"]), "asked anew, found anew"


def test_what_hangs_on_nothing_is_empty(venue: Any) -> None:
    party = verified_party(now=venue.now)
    Party.objects.get(pk=party.id).identifiers.all().delete()
    (row,) = beside(Party.objects.filter(pk=party.id), "identifiers")
    assert list(row.identifiers.all()) == []
    assert not hasattr(row, "_beside_identifiers")

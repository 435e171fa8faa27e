"""What the doctor reads is one moment of the venue."""

import psycopg
import pytest
from django.db import DatabaseError

from hutong.node.audit import at_one_moment
from hutong.parties.models import Throttle


def enter(database, key):
    with psycopg.connect(database.app_url) as somebody:
        somebody.execute(
            "INSERT INTO parties_throttle (key, failures, window_ends_at) VALUES (%s, 1, now())",
            [key],
        )


def test_what_others_commit_meanwhile_is_not_seen(own_database):
    enter(own_database, "before")
    with at_one_moment():
        assert Throttle.objects.count() == 1
        enter(own_database, "meanwhile")
        assert Throttle.objects.count() == 1
    assert Throttle.objects.count() == 2


def test_it_changes_nothing(own_database):
    with pytest.raises(DatabaseError, match="read-only"), at_one_moment():
        Throttle.objects.all().delete()

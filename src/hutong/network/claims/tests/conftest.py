"""This venue in a network with others on paper; it is the registrar, or SZTE is."""

from datetime import UTC, datetime

import pytest


@pytest.fixture
def joined(venue):
    """Return a function that joins this venue with SZTE and SDTE under a registrar."""
    from hutong.node.keys import make_keyring
    from hutong.venues.testing import join

    make_keyring()

    def join_them(registrar=None):
        return join("SZTE", "SDTE", now=venue.now, at=datetime.now(UTC), registrar=registrar)

    return join_them

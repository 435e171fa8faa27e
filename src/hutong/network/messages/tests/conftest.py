"""This venue in a network with others on paper."""

from datetime import UTC, datetime

import pytest

from beginnings import beginning


@beginning
def network(venue):
    """This venue (SHTE…) with SZTE and SDTE, whose keys the tests have."""
    from hutong.node.keys import make_keyring
    from hutong.venues.testing import join

    make_keyring()
    return join("SZTE", "SDTE", now=venue.now, at=datetime.now(UTC))


@pytest.fixture
def paper(network):
    from hutong.network.messages.testing import Paper

    return Paper(network.known["SZTE"])

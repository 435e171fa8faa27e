"""A venue that follows others."""

import pytest


@pytest.fixture
def follower(venue):
    from hutong.network.mirrors.tests.following import Follower
    from hutong.node.keys import make_keyring

    make_keyring()
    return Follower

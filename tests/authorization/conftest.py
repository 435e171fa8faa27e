import pytest


@pytest.fixture
def world(venue, drain):  # drain: the venue has its keys
    from authorization.world import build  # once Django is set up

    return build(venue.now)

"""This venue in a network with SZTE and SDTE; certificates it makes."""

from datetime import UTC, datetime

from beginnings import beginning


@beginning
def joined(venue):
    from hutong.node.keys import make_keyring
    from hutong.venues.testing import join

    make_keyring()
    return join("SZTE", "SDTE", now=venue.now, at=datetime.now(UTC))

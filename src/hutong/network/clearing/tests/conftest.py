"""This venue, SHTE-DEMO, between SDTE, which strikes the statements with us, and SZTE, with which we do."""

from datetime import UTC, datetime

from beginnings import beginning


@beginning
def network(venue):
    from hutong.node.keys import make_keyring
    from hutong.venues.testing import join

    make_keyring()
    return join("SZTE", "SDTE", now=venue.now, at=datetime.now(UTC))

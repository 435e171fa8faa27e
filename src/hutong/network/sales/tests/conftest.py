"""This venue in a network with SZTE and SDTE."""

from beginnings import beginning
from hutong.network.projects.tests.conftest import joined

__all__ = ["joined"]


@beginning
def sold_here(venue, joined):
    """A project whose two parts are both of our sellers, sold: (deal, lead seller, other, its part)."""
    from hutong.network.sales.tests.selling import of_two_sellers_here

    return of_two_sellers_here(venue, venue.drain)

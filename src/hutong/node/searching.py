"""
What the search index is fed with: one line for each area whose things can be found, and what the
other venues of the network have.
"""

from hutong.listings.queries import searching as listings
from hutong.network.mirrors.searching import BESIDE
from hutong.search.documents import Kind
from hutong.search.following import Feed
from hutong.technologies.queries import searching as technologies
from hutong.venues import queries as venues

__all__ = ["BESIDE", "FEEDS", "home"]


def home() -> str:
    """The code under which this venue's own things are found among all."""
    return venues.my_code()


FEEDS = (
    Feed(
        Kind.TECHNOLOGY,
        technologies.TOUCHING,
        technologies.touched,
        technologies.documents,
        technologies.everything,
    ),
    Feed(
        Kind.LISTING, listings.TOUCHING, listings.touched, listings.documents, listings.everything
    ),
)

"""
What the search index is fed with: one line for each area whose things can be found.
"""

from hutong.listings.queries import searching as listings
from hutong.search.documents import Kind
from hutong.search.following import Feed
from hutong.technologies.queries import searching as technologies

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

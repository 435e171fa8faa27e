"""What a demo venue's clock must not jump over (TI-2)."""

from django.utils.translation import gettext

from hutong.auctions import queries as auctions
from hutong.journal import reacting
from hutong.node.reactions import REACTIONS


def in_the_way() -> str | None:
    """Name what is running, or None. A cut-off whose auction is not made yet is running too."""
    if auctions.running_lots():
        return gettext("an auction")
    if not reacting.is_quiet(REACTIONS):
        return gettext("what follows from earlier acts")
    return None

"""
What a demo venue's clock must not jump over (TI-2).

An act's consequences in the venue's time must be there before time goes on: a deal that opens, a
notice that begins. The papers of an act need not. A certificate's content is frozen, with its day,
when it is issued; its files say that content, are signed in real time, and enter the journal at the
moment of what they follow from, be they made a second later or an hour. A thousand rights
registered at once keep no clock waiting for a thousand files.
"""

from typing import Final

from django.utils.translation import gettext

from hutong.auctions import queries as auctions
from hutong.journal import reacting
from hutong.node.reactions import REACTIONS

PAPERS: Final = frozenset(
    {
        "certificates.Issued",
        "certificates.Rendered",
        "certificates.ReissueStarted",
        "certificates.ReissueAdvanced",
        "certificates.Reissued",
    }
)


def in_the_way() -> str | None:
    """Name what is running, or None. A cut-off whose auction is not made yet is running too."""
    if auctions.running_lots():
        return gettext("an auction")
    if not reacting.is_quiet(REACTIONS, but=PAPERS):
        return gettext("what follows from earlier acts")
    return None

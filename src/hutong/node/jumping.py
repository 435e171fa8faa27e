"""
What a demo venue's clock must not jump over (TI-2).

An act's consequences in the venue's time must be there before time goes on: a deal that opens, a
notice that begins. The papers of an act need not. A certificate of a right says what its entry in
the register says and bears that entry's day; its files say its content, are signed in real time,
and enter the journal at the moment of what they follow from, be they made a second later or an
hour. A thousand rights registered at once keep no clock waiting for a thousand certificates.
"""

from typing import Final

from django.utils.translation import gettext

from hutong.auctions import queries as auctions
from hutong.journal import reacting
from hutong.node.reactions import REACTIONS

MAKING: Final = frozenset({"certificates.of_rights"})  # reactions
PAPERS: Final = frozenset(  # kinds of entries that lead to nothing else
    {
        "certificates.Issued",
        "certificates.Rendered",
        "certificates.ReissueStarted",
        "certificates.ReissueAdvanced",
        "certificates.Reissued",
    }
)
AWAITED: Final = [reaction for reaction in REACTIONS if reaction.name not in MAKING]


def in_the_way() -> str | None:
    """Name what is running, or None. A cut-off whose auction is not made yet is running too."""
    if auctions.running_lots():
        return gettext("an auction")
    if not reacting.is_quiet(AWAITED, but=PAPERS):
        return gettext("what follows from earlier acts")
    return None

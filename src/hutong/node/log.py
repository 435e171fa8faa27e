"""
The venue's log, put together: the sequencer with this venue's checkpoint signer, and the seals.
"""

from datetime import datetime

from hutong.auctions import queries as auctions
from hutong.due import queries as due
from hutong.journal import actions as journal
from hutong.listings import queries as listings
from hutong.rulebook import queries as rulebook
from hutong.transparency import actions as transparency
from hutong.transparency.queries import keyring


def sequence() -> int:
    """Give what is pending its places and sign a checkpoint. Returns how many entries."""
    return transparency.sequence_once(keyring().checkpoint_signer)


def seal(real_now: datetime) -> bool:
    """Commit to what was sealed, when an interval of the rulebook is over (LI-4).

    While a listing is in its period or a lot undecided this comes on the clock whatever happened,
    so that nobody learns from it; a venue with nothing going on stays silent.
    """
    now = due.venue_now(real_now)
    return journal.seal(
        now=now,
        real_now=real_now,
        seconds=rulebook.in_force(now).rules.log.seal_seconds,
        occasion=listings.any_in_period() or auctions.lots(live=True).exists(),
    )

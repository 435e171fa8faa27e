"""
The venue's log, put together: the sequencer with this venue's checkpoint signer, the seals, the files.
"""

from datetime import datetime

from django.conf import settings

from hutong.auctions import queries as auctions
from hutong.due import queries as due
from hutong.journal import actions as journal
from hutong.listings import queries as listings
from hutong.network.mirrors import queries as mirrors
from hutong.rulebook import queries as rulebook
from hutong.transparency import actions as transparency
from hutong.transparency import publishing
from hutong.transparency.queries import keyring
from hutong.transparency.shelf import Shelf, shelf


def sequence() -> int:
    """Give what is pending its places and sign a checkpoint. Returns how many entries."""
    return transparency.sequence_once(keyring().checkpoint_signer)


def log_shelf() -> Shelf:
    """Where this venue's log lies as static files."""
    return shelf(settings.LOG_URL, settings.STATE)


def publish() -> int:
    """Put what was signed on the shelf. Returns how many checkpoints that were."""
    return publishing.publish(log_shelf())


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
        occasion=listings.any_in_period()
        or auctions.lots(live=True).exists()
        or mirrors.any_open(),  # our members apply there through us
    )

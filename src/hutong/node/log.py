"""
The venue's log, put together: the sequencer with this venue's checkpoint signer.
"""

from hutong.transparency import actions as transparency
from hutong.transparency.queries import keyring


def sequence() -> int:
    """Give what is pending its places and sign a checkpoint. Returns how many entries."""
    return transparency.sequence_once(keyring().checkpoint_signer)

"""
For other areas' tests: a signer whose memory begins anew, as each test's log does.

A test's database goes back to where it was; the signer's memory, being outside of it, would
rightly take the next test's log for a restored backup.
"""

from hutong.transparency.keys import SIGNED, Keyring
from hutong.transparency.signing import begin_memory


def forget(keyring: Keyring) -> None:
    """Let the signer of `keyring` begin with the empty log again."""
    memory = keyring.directory / SIGNED
    memory.unlink(missing_ok=True)
    begin_memory(keyring.log_signer, keyring.venue.log_origin, memory)

"""
What a signature proves when its key was declared compromised (docs/log-and-keys.md).

    log key           its checkpoint counts when a witness cosigned it before that moment
    any other key     what it signed counts when the log, by a trusted key, holds it

Whoever stole a key can sign with it, and can neither put an entry into the log nor date a witness
back. Pure.
"""

from collections.abc import Sequence

from hutong.transparency import multikey, note
from hutong.transparency.note import Checkpoint, NoteInvalid, VerifierKey
from hutong.transparency.venue_keys import VenueKeys


def open_checkpoint(
    raw: bytes | str, keys: VenueKeys, witnesses: Sequence[VerifierKey] = ()
) -> Checkpoint:
    """Return the checkpoint in a note of the venue's log, if it may be relied on.

    Signed by a key that is trusted; or by a compromised one, and cosigned by one of `witnesses`
    before. Raises NoteInvalid.
    """
    try:
        return note.open_checkpoint(raw, *keys.log)
    except NoteInvalid:
        for life in keys.compromised("log"):
            since = life.compromised_from
            assert since is not None
            signed = note.parse(raw)
            if not signed.verified_by([VerifierKey.parse(life.key)]):
                continue
            known = {(key.name, key.key_id) for key in signed.verified_by(witnesses)}
            times = [
                line.cosigned_at for line in signed.signatures if (line.name, line.key_id) in known
            ]
            if times and min(times) < since.timestamp():
                return note.open_checkpoint(raw, VerifierKey.parse(life.key))
        raise


def compromised_credential_keys(keys: VenueKeys) -> list[bytes]:
    """Credential keys that prove nothing without the log."""
    return [multikey.read_ed25519(life.key) for life in keys.compromised("credential")]

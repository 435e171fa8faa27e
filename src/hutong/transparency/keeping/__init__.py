"""
Keeping the venue's keys: which key is in use is an act of the venue, and an entry of its log.

    prepared (in the keyring) ──asked──► decided by another officer ──► in use
    in use or formerly used   ──asked──► decided by another officer ──► compromised as of a moment

The journal decides, the keyring follows (`settle`): a crash between the two is caught up with at the
next start. Old keys stay published with the time of their use, so that what they signed verifies.
"""

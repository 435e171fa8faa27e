"""
The public log: what the venue did, in an order nobody can change afterwards (LO-1 to LO-3).

    journal entry (pending) → sequenced (dense index) → tiles → signed checkpoint → static files

One sequencer at a time gives pending entries their places, grows the Merkle tree, and signs its
new size and root. The signer remembers outside the database what it signed last, and refuses to
contradict it: a restored backup never forks the log. Anyone checks an entry with its bytes, a
proof of a few hashes, and the venue's public key; a mirror checks all of them (mirror.py).
"""

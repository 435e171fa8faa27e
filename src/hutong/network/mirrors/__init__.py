"""
Mirrors: the logs of all members, followed without believing them, and the picture made of each
(LO-3, LO-4).

    checkpoint ─► the tree, by its hashes ─► entries, the newest first ─► their texts ─► picture
                     └─► not what we had: proof, frozen, shown to everybody

What a mirror holds it serves on, so that a venue that is away can be followed through others.
"""

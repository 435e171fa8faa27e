"""
Finding things: an index of what is public, kept beside the database and always rebuildable (MA-2).

    areas ──documents──▶ follower (the worker, one writer) ──▶ index on disk ──▶ searches

The index holds nothing of its own: a follower reads the journal in order, asks the areas what the
touched things look like now, and remembers in the index how far it has read. Lost or stale, it is
built anew from what the areas have. It holds public facts only (LI-4, LO-2).
"""

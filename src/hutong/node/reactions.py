"""
What follows what: the one table of everything that happens a moment after an entry.

Names are stable: each keeps its own place in the journal.
"""

from hutong.journal.reacting import Reaction

REACTIONS: tuple[Reaction, ...] = ()

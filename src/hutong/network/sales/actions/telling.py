"""
The kinds of messages of a sale; all are about the project, so each direction keeps its order.
"""

from typing import Final

AWARD: Final = "sales.award"
ACCEPT: Final = "sales.accept"
ASSURE: Final = "sales.assure"
READY: Final = "sales.ready"
MOVE: Final = "sales.move"
END: Final = "sales.end"

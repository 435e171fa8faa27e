"""
Tables of the log: the tree as tiles, and every checkpoint signed.

    tile          (level, number) → up to 256 hashes; only the last of each level still grows
    checkpoint    size → root, signed note; insert-only
"""

from django.db import models
from django.db.models.functions import Now

from hutong.transparency.tiles import TileId

SEQUENCER_LOCK = 0x48544C4F47  # "HTLOG": who holds it is the one sequencer


class Tile(models.Model):
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "number"], name="transparency_tile_once"),
        ]

    @property
    def id_in_tree(self) -> TileId:
        return TileId(self.level, self.number)


class Checkpoint(models.Model):
    """Insert-only. `signed_at` is real time."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField(db_default=Now())


# Tables of the packages below this area; Django looks for them here.
from hutong.transparency.cosigning import models as _cosigning  # noqa: E402, F401
from hutong.transparency.keeping import models as _keeping  # noqa: E402, F401
from hutong.transparency.openings import models as _openings  # noqa: E402, F401

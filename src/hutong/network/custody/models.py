"""
Tables of custody: one row for each move, at either of its venues under the same id.

Moments are the venue's time. `dossier` is private to the two venues; it is emptied when the move is
over and nothing came of it.
"""

from django.db import models
from django.db.models import F, Q

from hutong.network.custody.rules import OVER, Direction, Status


class CustodyMove(models.Model):
    """`peer`: the other venue. `index`: the closing entry in the old venue's log."""

    id = models.UUIDField(primary_key=True)
    direction = models.CharField(max_length=6)
    technology = models.UUIDField()
    title_zh = models.TextField(default="")
    title_en = models.TextField(default="")
    peer = models.CharField(max_length=20)
    status = models.CharField(max_length=10)
    reason = models.TextField(default="")
    why = models.TextField(default="")  # nothing came of it
    party = models.UUIDField(null=True)  # whose wish it is
    person = models.UUIDField(null=True)
    begun_by = models.UUIDField(null=True)  # the officer who proposed it, or took it up
    decided_by = models.UUIDField(null=True)
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    chapter = models.CharField(max_length=71, default="")
    dossier = models.JSONField(null=True)
    claim = models.UUIDField(null=True)
    index = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]), name="network_move_status_known"
            ),
            models.CheckConstraint(
                condition=Q(direction__in=[d.value for d in Direction]),
                name="network_move_direction_known",
            ),
            models.UniqueConstraint(
                fields=["technology"],
                condition=~Q(status__in=sorted(status.value for status in OVER)),
                name="network_move_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(begun_by=None) | ~Q(decided_by=F("begun_by")),
                name="network_move_four_eyes",
            ),
        ]
        indexes = [models.Index(fields=["status", "-changed_at"], name="network_move_by_status")]

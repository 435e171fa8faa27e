"""
Countersignatures: ours on other venues' certificates, theirs on ours; and those that were refused.
"""

from django.db import models
from django.db.models import Q


class Countersignature(models.Model):
    """`file` is what is handed on: the statement with its place in the log of `venue`.

    Ours has none until that log has signed its entry.
    """

    number = models.CharField(max_length=60)
    issuer = models.CharField(max_length=16)
    venue = models.CharField(max_length=16)  # who countersigned
    order = models.UUIDField()
    statement = models.JSONField()
    file = models.JSONField(null=True)
    log_index = models.BigIntegerField(null=True)  # in the log of `venue`
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number", "venue"], name="network_countersignature_once"
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=True, log_index__isnull=True)
                | Q(file__isnull=False, log_index__isnull=False),
                name="network_countersignature_placed",
            ),
        ]


class CountersignatureRefused(models.Model):
    """What the other venue of a deal refused for good: to countersign our certificate, or to keep our
    countersignature of its own. Gone when it takes it; `again_at`: asked once more, and by whom."""

    number = models.CharField(max_length=60)
    venue = models.CharField(max_length=16)  # who refused it
    order = models.UUIDField()
    given = models.BooleanField()  # ours for its certificate, else its for ours
    why = models.JSONField()  # {"code", …facts}
    refused_at = models.DateTimeField()
    again_at = models.DateTimeField(null=True)
    again_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number", "venue"], name="network_countersignature_refused_once"
            ),
            models.CheckConstraint(
                condition=Q(again_at__isnull=True, again_by__isnull=True)
                | Q(again_at__isnull=False, again_by__isnull=False),
                name="network_countersignature_again_by",
            ),
        ]

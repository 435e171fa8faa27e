"""
Countersignatures: ours on other venues' certificates, theirs on ours.
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

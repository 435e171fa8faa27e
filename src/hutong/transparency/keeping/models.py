"""
Changes of keys that wait for a second officer, and those decided.

    keychange    asked → done | declined
"""

from django.db import models
from django.db.models import Q

from hutong.kit.ids import new_id
from hutong.transparency.keeping.rules import Change, ChangeStatus


class KeyChange(models.Model):
    """`key` is the one in use for a rotation, the one meant for a compromise. `since` is real time."""

    id = models.UUIDField(primary_key=True, default=new_id)
    change = models.CharField(max_length=10)
    purpose = models.CharField(max_length=12)
    key = models.CharField(max_length=600)
    since = models.DateTimeField(null=True)
    reason = models.TextField()
    status = models.CharField(max_length=10, default=ChangeStatus.ASKED.value)
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(change__in=[c.value for c in Change]),
                name="transparency_change_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in ChangeStatus]),
                name="transparency_change_status_known",
            ),
            models.UniqueConstraint(
                fields=["change", "purpose", "key"],
                condition=Q(status="asked"),
                name="transparency_change_asked_once",
            ),
        ]

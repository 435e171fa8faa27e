"""One row a version. What was adopted is never changed (a trigger refuses)."""

from django.db import models
from django.db.models import Q

STATUSES = ("proposed", "adopted", "withdrawn")


class Version(models.Model):
    version = models.PositiveIntegerField(primary_key=True)
    status = models.CharField(max_length=12)
    data = models.JSONField()
    digest = models.CharField(max_length=71)
    note = models.TextField(default="")
    effective_from = models.DateTimeField(null=True)
    proposed_by = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    adopted_by = models.UUIDField(null=True)
    adopted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=STATUSES), name="rulebook_version_status"
            ),
            models.CheckConstraint(
                condition=~Q(status="adopted") | Q(effective_from__isnull=False),
                name="rulebook_adopted_is_effective",
            ),
        ]

"""
Table of duplicates: the same row, by the refused claim's id, at the registrar and at both venues.

`venue`, `technology`: who joined with it; `holding_…`: whose claim stands. Moments are the venue's.
"""

from django.db import models
from django.db.models import F, Q

from hutong.network.duplicates.rules import Status


class Duplicate(models.Model):
    claim = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=71)
    venue = models.CharField(max_length=20)
    technology = models.UUIDField()
    holding_claim = models.UUIDField()
    holding_venue = models.CharField(max_length=20)
    holding_technology = models.UUIDField()
    registrar = models.CharField(max_length=20)
    status = models.CharField(max_length=8, default=Status.OPEN.value)
    statements = models.JSONField(default=dict)  # venue → what it says
    upheld = models.CharField(max_length=20, default="")
    reasons = models.TextField(default="")
    begun_by = models.UUIDField(null=True)
    decided_by = models.UUIDField(null=True)
    found_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]),
                name="network_duplicate_status_known",
            ),
            models.CheckConstraint(
                condition=Q(upheld="") | Q(upheld=F("venue")) | Q(upheld=F("holding_venue")),
                name="network_duplicate_for_one",
            ),
            models.CheckConstraint(
                condition=~Q(status="decided") | ~Q(upheld=""),
                name="network_duplicate_decided_for",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(begun_by=None) | ~Q(decided_by=F("begun_by")),
                name="network_duplicate_four_eyes",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-changed_at"], name="network_duplicate_by_status")
        ]

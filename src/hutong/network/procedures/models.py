"""
Tables of procedure templates.

    procedure   ours: a version proposed, published or withdrawn
    adoption    a version of our rulebook that was proposed from another venue's template
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from hutong.network.procedures.rules import LONGEST_NAME, LONGEST_NOTE, Status


class Procedure(models.Model):
    """One version of the venue's template `template`; versions are counted from 1."""

    template = models.UUIDField()
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=12, default=Status.PROPOSED.value)
    name_zh = models.CharField(max_length=LONGEST_NAME, blank=True, default="")
    name_en = models.CharField(max_length=LONGEST_NAME, blank=True, default="")
    note = models.CharField(max_length=LONGEST_NOTE, blank=True, default="")
    parts = ArrayField(models.CharField(max_length=20))
    rulebook_version = models.PositiveIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=71)
    proposed_by = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["template", "version"], name="network_procedure_version_once"
            ),
            models.UniqueConstraint(
                fields=["template"],
                condition=Q(status="proposed"),
                name="network_procedure_one_proposed",
            ),
            models.CheckConstraint(
                name="network_procedure_status",
                condition=Q(status__in=[status.value for status in Status]),
            ),
            models.CheckConstraint(
                name="network_procedure_four_eyes",
                condition=~Q(status="published") | ~Q(decided_by=F("proposed_by")),
            ),
        ]


class Adoption(models.Model):
    """`rulebook_version`: ours; `version`, `digest`, `entry_index`: the template's, as taken."""

    rulebook_version = models.PositiveIntegerField(primary_key=True)
    venue = models.CharField(max_length=20)
    template = models.UUIDField()
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=71)
    entry_index = models.BigIntegerField()
    name_zh = models.CharField(max_length=LONGEST_NAME, blank=True, default="")
    name_en = models.CharField(max_length=LONGEST_NAME, blank=True, default="")
    adopted = models.BooleanField(default=False)
    proposed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["venue", "template", "-version"], name="network_adoption_source")
        ]

"""
Tables of certificates.

    certificate    content as frozen, its digest, its files (documents), its revocation
    counter        the last number given, per kind and year; locked while one is given, so no gaps
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from hutong.certificates.kinds import Kind
from hutong.certificates.rules import State, Status
from hutong.kit.ids import new_id


class Certificate(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=60, unique=True)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    source = models.CharField(max_length=120)  # a subject: right_entry:…, deal:…
    status = models.CharField(max_length=10, default=Status.ISSUED.value)
    content = models.JSONField()
    content_digest = models.CharField(max_length=71)
    title = models.CharField(max_length=600)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    entry = models.BigIntegerField()  # of the journal
    parties = ArrayField(models.UUIDField())
    technologies = ArrayField(models.UUIDField())
    title_sequence = models.PositiveIntegerField(null=True)  # of the register entry certified
    superseded_by = models.CharField(max_length=60, default="")
    pdf = models.UUIDField(null=True)  # documents
    pdf_digest = models.CharField(max_length=71, default="")
    credential = models.UUIDField(null=True)
    credential_digest = models.CharField(max_length=71, default="")
    log_index = models.BigIntegerField(null=True)
    rendered_at = models.DateTimeField(null=True)
    revocation_asked_by = models.UUIDField(null=True)
    revocation_reason = models.TextField(default="")
    revoked_on = models.DateField(null=True)
    revoked_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "source"], name="certificates_once_per_source"),
            models.UniqueConstraint(
                fields=["kind", "year", "sequence"], name="certificates_number_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]),
                name="certificates_status_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in Kind]), name="certificates_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status="issued")
                | Q(pdf__isnull=False, credential__isnull=False, log_index__isnull=False),
                name="certificates_rendered_has_files",
            ),
            models.CheckConstraint(
                condition=Q(status="revoked", revoked_on__isnull=False, revoked_by__isnull=False)
                | (~Q(status="revoked") & Q(revoked_on__isnull=True)),
                name="certificates_revoked_by_somebody",
            ),
        ]
        indexes = [
            GinIndex(fields=["parties"], name="certificates_parties"),
            GinIndex(fields=["technologies"], name="certificates_technologies"),
        ]

    def state(self) -> State:
        return State(
            id=self.id,
            number=self.number,
            content_digest=self.content_digest,
            status=Status(self.status),
            revocation_asked_by=self.revocation_asked_by,
            revocation_reason=self.revocation_reason,
        )


class Counter(models.Model):
    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="certificates_counter_once")
        ]

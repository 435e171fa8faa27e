"""
A row per document; its bytes lie in the store under their digest, once for all rows that share it.
"""

from django.db import models
from django.db.models import Q

from hutong.documents.rules import Access
from hutong.kit.ids import new_id


class Document(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.CharField(max_length=120)  # a subject, such as party:0190…
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    access = models.CharField(max_length=10)
    digest = models.CharField(max_length=71)
    size = models.BigIntegerField()
    party = models.UUIDField(null=True)
    stored_by = models.UUIDField(null=True)
    stored_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="documents_document_access",
                condition=Q(access__in=[a.value for a in Access]),
            ),
            models.CheckConstraint(
                name="documents_document_digest",
                condition=Q(digest__regex=r"^sha256:[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(name="documents_document_not_empty", condition=Q(size__gt=0)),
        ]
        indexes = [
            models.Index(fields=["owner", "id"], name="documents_document_owner"),
            models.Index(fields=["digest"], name="documents_document_digest"),
            models.Index(
                fields=["party", "-stored_at", "-id"],
                name="documents_document_party",
                condition=Q(removed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

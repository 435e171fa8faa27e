"""
Fields opened by a secret link. The values stay where they are; the link's secret is kept as a digest.

    opening    open → revoked
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from hutong.kit.ids import new_id


class Opening(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    entry = models.BigIntegerField()  # the journal's id
    fields = ArrayField(models.CharField(max_length=80))
    party = models.UUIDField()
    person = models.UUIDField()
    reader = models.CharField(max_length=200, default="")  # the holder's note of whom it is for
    secret_digest = models.CharField(max_length=71, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["party", "-made_at"], name="transparency_opening_party")]

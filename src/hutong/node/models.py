"""What the doors of the venue remember: requests that must act once."""

from django.db import models


class OnceRequest(models.Model):
    """A POST by its key: written in the same transaction as what it did."""

    key = models.CharField(max_length=64, primary_key=True)
    fingerprint = models.CharField(max_length=71)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField(default=b"")
    content_type = models.CharField(max_length=100, default="")
    location = models.TextField(default="")
    done_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        db_table = "node_once"

"""What the doors of the venue remember: sessions, and requests that must act once."""

from typing import Any

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """A sign-in, with whose it is and whom they act for: who reads is asked with it, in one query."""

    person = models.UUIDField(null=True, db_index=True)
    party = models.UUIDField(null=True)

    class Meta:
        db_table = "node_session"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from hutong.node.sessions import SessionStore

        return SessionStore


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

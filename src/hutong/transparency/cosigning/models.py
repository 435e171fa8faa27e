"""
Tables of witnessing.

    peer                   a log that is watched or a witness that is asked: proposed → accepted → ended
    seenlog                the last checkpoint cosigned of each log watched
    refusedcheckpoint      evidence: what a log signed and could not show to continue it; insert-only
    witnessstate           what each witness has seen of our log, and when it is asked next
    cosignature            what witnesses said about our checkpoints; insert-only
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency.cosigning.rules import PeerKind, PeerStatus, Why
from hutong.transparency.merkle import EMPTY_ROOT


class PeerRows(models.Manager["Peer"]):
    def lock_or_refuse(self, id: object) -> "Peer":
        row = self.select_for_update().filter(id=id).first()
        if row is None:
            raise Refused(CommonRefusal.NOT_FOUND, what="peer")
        return row


class Peer(models.Model):
    """A log is named by its origin, a witness by the name in its key."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=255)
    keys = ArrayField(models.CharField(max_length=600))  # verifier keys
    url = models.CharField(max_length=400, default="")  # a witness's submission prefix
    status = models.CharField(max_length=10, default=PeerStatus.PROPOSED.value)
    proposed_by = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    objects = PeerRows()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in PeerKind]),
                name="transparency_peer_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in PeerStatus]),
                name="transparency_peer_status_known",
            ),
            models.UniqueConstraint(
                fields=["kind", "name", "status"],
                condition=Q(status__in=["proposed", "accepted"]),
                name="transparency_peer_once",
            ),
        ]


class SeenLog(models.Model):
    """`cosigned_at` is real time, as in the cosignature."""

    origin = models.CharField(primary_key=True, max_length=255)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField(default=EMPTY_ROOT)
    note = models.TextField(default="")
    cosigned_at = models.DateTimeField(null=True)


class RefusedCheckpoint(models.Model):
    """Insert-only. `shown` is the request's proof and signed checkpoint, byte for byte."""

    origin = models.CharField(max_length=255)
    why = models.CharField(max_length=20)
    size = models.BigIntegerField()
    root = models.BinaryField()
    shown = models.TextField()
    seen_size = models.BigIntegerField()
    seen_root = models.BinaryField()
    seen_note = models.TextField()
    shown_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(why__in=[w.value for w in Why]),
                name="transparency_refused_why_known",
            ),
            models.UniqueConstraint(
                fields=["origin", "size", "root", "seen_size"],
                name="transparency_refused_once",
            ),
        ]


class WitnessState(models.Model):
    """Times are real."""

    name = models.CharField(primary_key=True, max_length=255)
    size = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    problem = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)


class Cosignature(models.Model):
    """Insert-only. `line` is the signature line; `cosigned_at` the time the witness signed."""

    size = models.BigIntegerField()
    witness = models.CharField(max_length=255)
    key_id = models.CharField(max_length=8)
    line = models.TextField()
    cosigned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["size", "witness", "key_id"], name="transparency_cosignature_once"
            ),
        ]

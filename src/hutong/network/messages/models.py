"""
Tables of messages.

    outgoingline   (to, subject): how many were queued
    outgoing       the outbox: waiting → answered | refused
    silentpeer     venues that do not answer, and when they are tried again
    incomingline   (sender, subject): which number is next
    incoming       the inbox: what was answered; insert-only
    evidence       signed request and reply, byte for byte; insert-only
    evidencebatch  what an entry network.MessagesCommitted commits to; insert-only
    evidenceplace  the place of an exchange in its batch; insert-only
    contradicted   messages that contradict what was kept; insert-only
    suspicion      what no honest venue sends: open → concluded by an officer

Moments are real time, but `sent_at` within a message, which is the venue's.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from hutong.network.messages.rules import Direction, Status


class OutgoingLine(models.Model):
    to = models.CharField(max_length=20)
    subject = models.CharField(max_length=120)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["to", "subject"], name="network_outgoing_line_once"),
        ]


class Outgoing(models.Model):
    """`raw` are the message's bytes, which stay the same at every try. `again`: the other venue
    asked for it although it had answered (it was restored from a copy)."""

    id = models.UUIDField(primary_key=True)
    to = models.CharField(max_length=20)
    subject = models.CharField(max_length=120)
    sequence = models.BigIntegerField()
    kind = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField()
    raw = models.BinaryField()
    queued_at = models.DateTimeField(db_default=Now())
    status = models.CharField(max_length=10, default=Status.WAITING.value)
    again = models.BooleanField(default=False)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    leased_until = models.DateTimeField(null=True)
    problem = models.TextField(default="")
    answer = models.BinaryField(null=True)  # the reply's body
    refused = models.CharField(max_length=80, default="")  # the code of a final refusal
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["to", "subject", "sequence"], name="network_outgoing_place_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]),
                name="network_outgoing_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", answer=None, answered_at=None)
                | (~Q(status="waiting") & Q(answer__isnull=False, answered_at__isnull=False)),
                name="network_outgoing_answered_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["to", "subject", "sequence"],
                condition=Q(status="waiting") | Q(again=True),
                name="network_outgoing_to_send",
            ),
        ]


class SilentPeer(models.Model):
    """A row only while the venue does not answer."""

    code = models.CharField(max_length=20, primary_key=True)
    since = models.DateTimeField()
    failures = models.PositiveIntegerField()
    problem = models.TextField()
    next_try_at = models.DateTimeField()


class IncomingLine(models.Model):
    sender = models.CharField(max_length=20)
    subject = models.CharField(max_length=120)
    expected = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "subject"], name="network_incoming_line_once"
            ),
        ]


class Incoming(models.Model):
    """Insert-only. `answer` are the bytes of the reply's body, given again whenever asked."""

    message = models.UUIDField()
    sender = models.CharField(max_length=20)
    subject = models.CharField(max_length=120)
    sequence = models.BigIntegerField()
    kind = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=71)
    status = models.PositiveSmallIntegerField()
    answer = models.BinaryField()
    refused = models.CharField(max_length=80, default="")
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "message"], name="network_incoming_message_once"
            ),
            models.UniqueConstraint(
                fields=["sender", "subject", "sequence"], name="network_incoming_place_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[200, 422]), name="network_incoming_status_final"
            ),
        ]


class Evidence(models.Model):
    """Insert-only: an exchange as it was signed by both (evidence.py)."""

    direction = models.CharField(max_length=3)
    message = models.UUIDField()
    peer = models.CharField(max_length=20)
    request = models.BinaryField()
    reply = models.BinaryField()
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["direction", "peer", "message"], name="network_evidence_once"
            ),
            models.CheckConstraint(
                condition=Q(direction__in=[d.value for d in Direction]),
                name="network_evidence_direction_known",
            ),
        ]


class EvidenceBatch(models.Model):
    """Insert-only. `entry` is the journal's entry of it."""

    id = models.UUIDField(primary_key=True)
    root = models.BinaryField()
    size = models.PositiveIntegerField()
    until = models.DateTimeField()
    entry = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="network_batch_of_some"),
        ]
        indexes = [models.Index(fields=["until"], name="network_batch_until")]


class EvidencePlace(models.Model):
    """Insert-only."""

    evidence = models.OneToOneField(
        Evidence, primary_key=True, on_delete=models.PROTECT, related_name="place"
    )
    batch = models.ForeignKey(EvidenceBatch, on_delete=models.PROTECT, related_name="places")
    index = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "index"], name="network_batch_place_once"),
        ]


class Contradicted(models.Model):
    """Insert-only: a signed request that contradicts what was kept of its sender."""

    sender = models.CharField(max_length=20)
    message = models.UUIDField()
    digest = models.CharField(max_length=71)
    request = models.BinaryField()
    kept_message = models.UUIDField()
    kept_digest = models.CharField(max_length=71)
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "message", "digest"], name="network_contradicted_once"
            ),
        ]


class Suspicion(models.Model):
    """A signed message that no honest venue sends. `refused`: the code of the refusal it earned."""

    id = models.BigAutoField(primary_key=True)
    sender = models.CharField(max_length=20)
    message = models.UUIDField()
    kind = models.CharField(max_length=80)
    digest = models.CharField(max_length=71)
    refused = models.CharField(max_length=80)
    found_at = models.DateTimeField(db_default=Now())
    concluded_at = models.DateTimeField(null=True)
    concluded_by = models.UUIDField(null=True)
    finding = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "message", "digest"], name="network_suspicion_once"
            ),
            models.CheckConstraint(
                name="network_suspicion_concluded_with_a_finding",
                condition=Q(concluded_at__isnull=True, finding="")
                | (Q(concluded_at__isnull=False) & ~Q(finding="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(concluded_at__isnull=True),
                name="network_suspicion_open",
            )
        ]

"""
Tables of clearing.

    statement 1 ── n position     a position is counted once, in one statement
"""

from django.db import models
from django.db.models import F, Q

from hutong.network.clearing.rules import Line, Statement, Status


class ClearingStatement(models.Model):
    """A statement between another venue and us; `owed_fen`: what we owe by it, or are owed. `tries`:
    how often it was struck over the same lines."""

    id = models.BigAutoField(primary_key=True)
    venue = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    previous = models.CharField(max_length=71, null=True)
    digest = models.CharField(max_length=71)
    lines = models.JSONField()
    owed_fen = models.BigIntegerField()
    status = models.CharField(max_length=10)
    tries = models.PositiveSmallIntegerField(default=1)
    differences = models.JSONField(default=list, blank=True)
    struck_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    bank_reference = models.CharField(max_length=80, blank=True, default="")
    entered_by = models.UUIDField(null=True)
    confirmed_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "currency", "number"], name="network_statement_once"
            ),
            models.CheckConstraint(
                name="network_statement_status", condition=Q(status__in=[s.value for s in Status])
            ),
            models.CheckConstraint(
                name="network_statement_four_eyes",
                condition=Q(confirmed_by__isnull=True)
                | Q(entered_by__isnull=True)
                | ~Q(confirmed_by=F("entered_by")),
            ),
        ]

    def statement(self, first: str, second: str) -> Statement:
        return Statement(
            first=first,
            second=second,
            number=self.number,
            previous=self.previous,
            currency=self.currency,
            lines=tuple(Line(key, amount) for key, amount in self.lines),
        )


class Position(models.Model):
    """What we owe another venue of one order, or are owed (below zero). Set aside, it stands in no
    statement until an officer takes it up again."""

    id = models.BigAutoField(primary_key=True)
    venue = models.CharField(max_length=20)
    key = models.CharField(max_length=60)
    owed_fen = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    noted_at = models.DateTimeField()
    statement = models.ForeignKey(
        ClearingStatement, null=True, on_delete=models.PROTECT, related_name="positions"
    )
    aside_since = models.DateTimeField(null=True)
    aside_by = models.UUIDField(null=True)
    aside_why = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["venue", "key"], name="network_position_once"),
            models.CheckConstraint(name="network_position_amount", condition=~Q(owed_fen=0)),
            models.CheckConstraint(
                name="network_position_aside_is_open",
                condition=Q(aside_since__isnull=True) | Q(statement__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["venue", "currency"],
                name="network_position_open",
                condition=Q(statement__isnull=True),
            )
        ]

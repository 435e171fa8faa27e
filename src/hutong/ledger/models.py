"""
Tables of the books.

    account 1 ── 1 balance             the one row that changes; locked in order of account ids
       │ 1 ── n posting n ── 1 transfer     insert-only; number and balance run without gaps
       └ 1 ── n hold 1 ── 0..1 hold_end     insert-only; the key says: ends at most once

The migration adds what Django cannot say: postings of a transfer sum to zero at commit, a balance
equals its last posting and its open holds, and only balances may be updated at all.
"""

from django.db import models
from django.db.models import F, Q

from hutong.ledger.rules import HoldEnd, Kind, Position


class Account(models.Model):
    id = models.UUIDField(primary_key=True)
    owner = models.CharField(max_length=120)  # a subject: party:…, deal:…, venue:…
    kind = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "currency"], name="ledger_account_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in Kind]), name="ledger_account_kind"
            ),
        ]


class Balance(models.Model):
    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.PROTECT, related_name="balance"
    )
    may_go_below_zero = models.BooleanField()
    posted_fen = models.BigIntegerField(default=0)
    held_fen = models.BigIntegerField(default=0)
    entries = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(held_fen__gte=0), name="ledger_held_not_negative"),
            models.CheckConstraint(
                condition=Q(may_go_below_zero=True) | Q(posted_fen__gte=F("held_fen")),
                name="ledger_not_below_zero",
            ),
        ]

    def position(self) -> Position:
        """Where the account stands; `account` must be loaded."""
        return Position(
            currency=self.account.currency,
            may_go_below_zero=self.may_go_below_zero,
            posted_fen=self.posted_fen,
            held_fen=self.held_fen,
            entries=self.entries,
        )

    def take(self, position: Position) -> None:
        self.posted_fen = position.posted_fen
        self.held_fen = position.held_fen
        self.entries = position.entries


class Transfer(models.Model):
    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=160)  # what it is, once: "receipt:<id>"
    purpose = models.CharField(max_length=40)
    about = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="ledger_transfer_once")]
        indexes = [models.Index(fields=["about"], name="ledger_transfer_about")]


class Posting(models.Model):
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    number = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    balance_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="ledger_posting_number"),
            models.UniqueConstraint(fields=["transfer", "account"], name="ledger_posting_account"),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="ledger_posting_amount"),
        ]


class Hold(models.Model):
    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=160)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    amount_fen = models.BigIntegerField()
    purpose = models.CharField(max_length=40)
    about = models.CharField(max_length=120)
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="ledger_hold_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="ledger_hold_amount"),
        ]
        indexes = [models.Index(fields=["about"], name="ledger_hold_about")]


class HoldEnded(models.Model):
    """The primary key is the hold: it ends at most once."""

    hold = models.OneToOneField(
        Hold, primary_key=True, on_delete=models.PROTECT, related_name="ended"
    )
    end = models.CharField(max_length=10)
    amount_fen = models.BigIntegerField(default=0)
    transfer = models.OneToOneField(Transfer, null=True, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_hold_end"
        constraints = [
            models.CheckConstraint(
                condition=Q(end=HoldEnd.POSTED.value, amount_fen__gt=0, transfer__isnull=False)
                | Q(
                    end__in=[HoldEnd.VOIDED.value, HoldEnd.EXPIRED.value],
                    amount_fen=0,
                    transfer__isnull=True,
                ),
                name="ledger_hold_end_whole",
            )
        ]

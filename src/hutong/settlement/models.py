"""
Tables of the books' process. The money itself stands in the ledger; here is what it is for.

    payable (what somebody is asked to pay, under a reference) 1 ── n receipt
    payout
    pledged proceeds (what of a deal's price a pledgee has, or is held for it)
    settlement (insert-only; its key is the deal: right and money move once)
    part settlement (likewise, of one part of a joint project)
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from hutong.settlement.pledged import Standing, Way
from hutong.settlement.rules import (
    BankAccount,
    Line,
    PayableStatus,
    PayoutStatus,
    Purpose,
    ReceiptStatus,
)


class Payable(models.Model):
    id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=22)
    subject = models.CharField(max_length=120)  # intent:…, deal:… or right_application:…
    purpose = models.CharField(max_length=8)
    payer = models.UUIDField(db_index=True)
    listing = models.UUIDField(db_index=True, null=True)  # of our own board
    amount_fen = models.BigIntegerField()  # all that is asked for
    covered_fen = models.BigIntegerField(default=0)  # held as deposit, or in escrow
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10)
    hold = models.UUIDField(null=True)
    guarantor = models.CharField(max_length=20, blank=True, default="")  # another venue (NE-4)
    pay_by = models.DateTimeField(null=True)
    issued_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="settlement_reference_once"),
            models.UniqueConstraint(fields=["subject"], name="settlement_payable_once"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in PayableStatus]),
                name="settlement_payable_status",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=[p.value for p in Purpose]),
                name="settlement_payable_purpose",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=[Purpose.FEE.value, Purpose.REMITTANCE.value])
                | Q(listing__isnull=False),
                name="settlement_payable_listing",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0)
                & Q(covered_fen__gte=0)
                & Q(covered_fen__lte=F("amount_fen")),
                name="settlement_payable_amounts",
            ),
            models.CheckConstraint(
                condition=~Q(status="held") | Q(hold__isnull=False),
                name="settlement_held_has_hold",
            ),
        ]

    @property
    def missing_fen(self) -> int:
        return self.amount_fen - self.covered_fen


class Receipt(models.Model):
    id = models.UUIDField(primary_key=True)
    bank_reference = models.CharField(max_length=80)
    text = models.CharField(max_length=400)  # what the bank passed on
    payer_name = models.CharField(max_length=200)
    amount_fen = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    value_date = models.DateField()
    status = models.CharField(max_length=10)
    outcome = models.CharField(max_length=10)
    payable = models.ForeignKey(
        Payable, null=True, on_delete=models.PROTECT, related_name="receipts"
    )
    transfer = models.UUIDField(unique=True)
    recorded_by = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()
    resolved_by = models.UUIDField(null=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bank_reference"],
                condition=~Q(status="undone"),
                name="settlement_bank_line_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in ReceiptStatus]),
                name="settlement_receipt_status",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="settlement_receipt_amount"),
            models.CheckConstraint(
                condition=Q(status="matched", payable__isnull=False)
                | Q(status__in=["suspense", "returned", "cleared"], payable__isnull=True)
                | Q(status="undone", resolved_at__isnull=False),
                name="settlement_matched_has_payable",
            ),
            models.CheckConstraint(
                condition=Q(resolved_by__isnull=True)
                | Q(recorded_by__isnull=True)
                | ~Q(resolved_by=F("recorded_by")),
                name="settlement_receipt_four_eyes",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "recorded_at"], name="settlement_receipt_waiting")
        ]

    def line(self) -> Line:
        return Line(
            bank_reference=self.bank_reference,
            amount_fen=self.amount_fen,
            currency=self.currency,
            value_date=self.value_date,
            text=self.text,
            payer_name=self.payer_name,
        )


class Payout(models.Model):
    id = models.UUIDField(primary_key=True)
    party = models.UUIDField(db_index=True)
    amount_fen = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    holder = models.CharField(max_length=200)
    bank = models.CharField(max_length=200)
    account_number = models.CharField(max_length=40)
    hold = models.UUIDField(unique=True)
    status = models.CharField(max_length=10)
    requested_by = models.UUIDField(null=True)
    requested_at = models.DateTimeField()
    approved_by = models.UUIDField(null=True)
    approved_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    bank_reference = models.CharField(max_length=80, null=True)
    reason = models.CharField(max_length=400, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in PayoutStatus]),
                name="settlement_payout_status",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="settlement_payout_amount"),
            models.UniqueConstraint(
                fields=["bank_reference"], name="settlement_payout_bank_line_once"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
                name="settlement_payout_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "paid"]) | Q(approved_at__isnull=False),
                name="settlement_payout_approved_first",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "requested_at"], name="settlement_payout_waiting")
        ]

    def bank_account(self) -> BankAccount:
        return BankAccount(holder=self.holder, bank=self.bank, number=self.account_number)


class PledgedProceeds(models.Model):
    """What a pledgee has of a deal's proceeds: prepaid at once, or held for it (RR-6)."""

    id = models.UUIDField(primary_key=True)
    deal = models.UUIDField(db_index=True)
    technology = models.UUIDField(db_index=True)
    pledge = models.UUIDField()
    debt = models.CharField(max_length=120, db_index=True)
    seller = models.UUIDField(db_index=True)
    pledgee = models.UUIDField(db_index=True)
    way = models.CharField(max_length=8)
    amount_fen = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    transfer = models.UUIDField(null=True, unique=True)
    hold = models.UUIDField(null=True, unique=True)
    at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)  # by the pledgee, when its debt fell due unpaid
    claimed_by = models.UUIDField(null=True)
    claimed_fen = models.BigIntegerField(null=True)
    grounds = models.TextField(default="", db_default="")
    evidence = ArrayField(models.UUIDField(), default=list, db_default=[])
    decided_by = models.UUIDField(null=True)
    findings = models.TextField(default="", db_default="")  # of the last decision on a claim
    paid_at = models.DateTimeField(null=True)
    paid_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "pledge"], name="settlement_proceeds_once"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="settlement_proceeds_amount"
            ),
            models.CheckConstraint(
                condition=Q(
                    way=Way.PREPAID.value,
                    transfer__isnull=False,
                    hold__isnull=True,
                    released_at__isnull=True,
                    claimed_at__isnull=True,
                    paid_at__isnull=True,
                )
                | Q(
                    way=Way.HELD.value,
                    hold__isnull=False,
                    transfer__isnull=True,
                    paid_at__isnull=True,
                    paid_fen__isnull=True,
                )
                | Q(
                    way=Way.HELD.value,
                    hold__isnull=False,
                    transfer__isnull=False,
                    paid_at__isnull=False,
                    paid_fen__range=(1, F("amount_fen")),
                    released_at__isnull=True,
                    claimed_at__isnull=False,
                ),
                name="settlement_proceeds_way",
            ),
            models.CheckConstraint(
                condition=Q(claimed_at__isnull=True) | Q(claimed_fen__range=(1, F("amount_fen"))),
                name="settlement_proceeds_claim",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(claimed_by=F("decided_by")),
                name="settlement_proceeds_four_eyes",
            ),
        ]

    @property
    def standing(self) -> Standing:
        if self.way == Way.PREPAID.value:
            return Standing.PREPAID
        if self.released_at is not None:
            return Standing.RELEASED
        if self.paid_at is not None:
            return Standing.PAID
        return Standing.HELD if self.claimed_at is None else Standing.CLAIMED


class Settlement(models.Model):
    """That right and money moved. Insert-only."""

    deal = models.UUIDField(primary_key=True)
    price_fen = models.BigIntegerField()
    seller_fee_fen = models.BigIntegerField()
    buyer_fee_fen = models.BigIntegerField()
    transfer = models.UUIDField(unique=True)
    settled_by = models.UUIDField(null=True)
    at = models.DateTimeField()


class PartSettlement(models.Model):
    """That right and money of one part of a joint project moved here. Insert-only. `lead_venue`: which
    venue the price comes from, empty where it was in our own escrow."""

    part = models.UUIDField(primary_key=True)
    deal = models.UUIDField(db_index=True)
    lead_venue = models.CharField(max_length=20, blank=True, default="")
    amount_fen = models.BigIntegerField()
    seller_fee_fen = models.BigIntegerField()
    transfer = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, seller_fee_fen__gte=0)
                & Q(seller_fee_fen__lte=F("amount_fen")),
                name="settlement_part_amounts",
            ),
        ]

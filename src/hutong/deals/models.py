"""
Tables of deals.

    deal 1 ── 1 contract (bytes, insert-only)
      1 ── 0..2 acceptance, one a side (insert-only)
      1 ── n part, where it sells a joint project of several venues
    counter: the last number given in a year
"""

from fractions import Fraction

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from hutong.deals.parts import Part, PartStatus
from hutong.deals.rules import DealState, Ending, How, Side, Status


class Deal(models.Model):
    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=40)
    listing = models.UUIDField(db_index=True)
    intent = models.UUIDField(null=True)
    source = models.CharField(max_length=120)
    how = models.CharField(max_length=12)
    seller = models.UUIDField(db_index=True)
    buyer = models.UUIDField(db_index=True)
    technologies = ArrayField(models.UUIDField())
    share_numerator = models.BigIntegerField()
    share_denominator = models.BigIntegerField()
    licence_mode = models.CharField(max_length=12, null=True)
    licence = models.JSONField(null=True)  # what is licensed; null: the share is transferred
    price_fen = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=12)
    contract_digest = models.CharField(max_length=71)
    rulebook_version = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    sign_by = models.DateTimeField()
    pay_by = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    entries = ArrayField(models.UUIDField(), default=list)
    certificate = models.CharField(max_length=80, default="")
    changed_at = models.DateTimeField()
    # {"code", …facts}: why the buyer's exchange did not take the contract
    contract_refused = models.JSONField(default=dict, blank=True)
    moving_at = models.DateTimeField(null=True)  # its parts move one by one (parts.py)
    # What one officer proposed and another has not confirmed yet (PA-5); no side: termination.
    ending_side = models.CharField(max_length=6, default="")
    ending_reason = models.TextField(default="")
    ending_by = models.UUIDField(null=True)
    ending_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="deals_number_once"),
            models.UniqueConstraint(fields=["source"], name="deals_one_per_source"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]), name="deals_status"
            ),
            models.CheckConstraint(condition=Q(how__in=[h.value for h in How]), name="deals_how"),
            models.CheckConstraint(condition=~Q(seller=F("buyer")), name="deals_two_parties"),
            models.CheckConstraint(condition=Q(price_fen__gt=0), name="deals_price"),
            models.CheckConstraint(
                condition=Q(share_numerator__gt=0) & Q(share_denominator__gte=F("share_numerator")),
                name="deals_share",
            ),
            models.CheckConstraint(
                condition=Q(licence__isnull=True, licence_mode__isnull=True)
                | Q(licence__isnull=False, licence_mode__isnull=False),
                name="deals_licence_whole",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["agreed", "defaulted", "terminated"])
                | Q(pay_by__isnull=False),
                name="deals_signed_has_term",
            ),
            models.CheckConstraint(
                condition=Q(ending_side__in=["", *[s.value for s in Side]]),
                name="deals_ending_side",
            ),
            models.CheckConstraint(
                condition=Q(ending_by__isnull=True, ending_at__isnull=True)
                | Q(
                    ending_by__isnull=False,
                    ending_at__isnull=False,
                    status__in=["agreed", "signed", "paid"],
                ),
                name="deals_ending_of_a_live_deal",
            ),
        ]
        indexes = [models.Index(fields=["status", "opened_at"], name="deals_deal_status")]

    @property
    def share(self) -> Fraction:
        return Fraction(self.share_numerator, self.share_denominator)

    @property
    def ending(self) -> Ending | None:
        if self.ending_by is None or self.ending_at is None:
            return None
        return Ending(
            side=Side(self.ending_side) if self.ending_side else None,
            reason=self.ending_reason,
            proposed_by=self.ending_by,
            proposed_at=self.ending_at,
        )

    def take_ending(self, ending: Ending | None) -> None:
        self.ending_side = ending.side.value if ending and ending.side else ""
        self.ending_reason = ending.reason if ending else ""
        self.ending_by = ending.proposed_by if ending else None
        self.ending_at = ending.proposed_at if ending else None

    def state(self) -> DealState:
        return DealState(
            id=self.id,
            number=self.number,
            status=Status(self.status),
            seller=self.seller,
            buyer=self.buyer,
            contract_digest=self.contract_digest,
            sign_by=self.sign_by,
            pay_by=self.pay_by,
            accepted=frozenset(Side(a.side) for a in self.acceptances.all()),
            entries=tuple(self.entries),
            ending=self.ending,
            awaited=frozenset(one.id for one in self.parts.all() if one.state().keeps_unsigned),
            is_moving=self.moving_at is not None,
            unread=bool(self.contract_refused),
        )


class Contract(models.Model):
    """The exact bytes both sides accept."""

    deal = models.OneToOneField(
        Deal, primary_key=True, on_delete=models.PROTECT, related_name="contract"
    )
    template = models.CharField(max_length=40)
    document = models.CharField(max_length=64)
    text = models.BinaryField()
    digest = models.CharField(max_length=71)


class Acceptance(models.Model):
    """The electronic signature of one side."""

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="acceptances")
    side = models.CharField(max_length=6)
    party = models.UUIDField()
    person = models.UUIDField()
    digest = models.CharField(max_length=71)
    door = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "side"], name="deals_one_acceptance_a_side"),
            models.CheckConstraint(
                condition=Q(side__in=[s.value for s in Side]), name="deals_acceptance_side"
            ),
        ]


class DealPart(models.Model):
    """A part of a joint project in the deal that sells it; `amount_fen` of the price is its."""

    id = models.UUIDField(primary_key=True)
    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="parts")
    venue = models.CharField(max_length=20)
    bundle = models.UUIDField()
    technologies = models.PositiveIntegerField()
    contents = models.CharField(max_length=71)
    title_zh = models.CharField(max_length=400, blank=True, default="")
    title_en = models.CharField(max_length=400, blank=True, default="")
    seller_zh = models.CharField(max_length=400, blank=True, default="")
    seller_en = models.CharField(max_length=400, blank=True, default="")
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    lead = models.BooleanField(default=False)
    status = models.CharField(max_length=10, default=PartStatus.NAMED.value)
    why = models.JSONField(default=dict, blank=True)  # {"code", …facts}: its home venue's refusal
    accepted_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    returning_by = models.UUIDField(null=True)  # who means to give it up (PA-5)
    returning_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in PartStatus]), name="deals_part_status"
            ),
            models.CheckConstraint(
                condition=Q(numerator__gte=1, denominator__gte=F("numerator"), amount_fen__gte=1),
                name="deals_part_share",
            ),
            models.UniqueConstraint(
                fields=["deal"], condition=Q(lead=True), name="deals_one_lead_part"
            ),
            models.CheckConstraint(
                condition=Q(returning_by__isnull=True) | Q(status__in=["asked", "returned"]),
                name="deals_return_of_what_was_asked",
            ),
        ]
        indexes = [models.Index(fields=["status"], name="deals_part_by_status")]

    @property
    def share(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)

    def state(self) -> Part:
        return Part(
            id=self.id,
            deal=self.deal_id,
            venue=self.venue,
            amount_fen=self.amount_fen,
            lead=self.lead,
            status=PartStatus(self.status),
            refused=bool(self.why),
            return_proposed=self.returning_by is not None,
        )

    def take(self, state: Part) -> None:
        self.status = state.status.value
        if not state.refused:
            self.why = {}
        if not state.return_proposed:
            self.returning_by, self.returning_reason = None, ""


class Counter(models.Model):
    """Gapless numbers: the row is locked until the deal that took the number is committed."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

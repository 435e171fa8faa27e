"""
Tables of listings.

    listing 1 ── n offered      technologies, a bundle's parts among them; at most one live exclusive
            1 ── n intent       one live per party
            1 ── n preemption   co-owners: notified, answered
            1 ── n joining      co-owners who grant a licence with the seller: asked, joined
    series                      the last number given, per local year

Lock order: listing, then its intents by id; rights' titles and the ledger come after.
"""

from fractions import Fraction
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from hutong.kit.ids import new_id
from hutong.kit.money import MAX_AMOUNT
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import intents, offers, rules
from hutong.listings.joint import Joint

PUBLIC = Q(listed_at__isnull=False)


class LockingQuerySet(models.QuerySet[Any]):
    def get_or_refuse(self, id: UUID, what: str) -> Any:
        row = self.filter(pk=id).first()
        if row is None:
            raise Refused(CommonRefusal.NOT_FOUND, what=what)
        return row


def _one_of(field: str, values: type, name: str, *, null: bool = False) -> models.CheckConstraint:
    known = Q(**{f"{field}__in": [v.value for v in values]})  # type: ignore[attr-defined]
    return models.CheckConstraint(
        condition=known | Q(**{f"{field}__isnull": True}) if null else known, name=name
    )


class Listing(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=40, unique=True)
    seller = models.UUIDField()
    entered_by = models.UUIDField(null=True)
    submitted_by = models.UUIDField(null=True)
    status = models.CharField(max_length=12, default=rules.Status.DRAFT.value)
    title_zh = models.CharField(max_length=offers.MAX_TITLE, default="")
    title_en = models.CharField(max_length=offers.MAX_TITLE, default="")
    offer_kind = models.CharField(max_length=20)
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    licence_mode = models.CharField(max_length=12, null=True)
    licence = models.JSONField(null=True)  # what a licence on offer covers
    exclusive = models.BooleanField()
    price_mode = models.CharField(max_length=12)
    price_fen = models.BigIntegerField(null=True)
    deposit_fen = models.BigIntegerField()
    increment_fen = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="CNY")
    payment = models.CharField(max_length=24)
    conditions = models.TextField(default="")
    scope = models.CharField(max_length=8)
    joint = models.JSONField(null=True)  # parts of other venues offered with it (joint.py)
    rulebook_version = models.PositiveIntegerField(null=True)

    # what the board shows and filters by, taken from the technologies whenever the terms change
    size = models.PositiveIntegerField()
    kinds = ArrayField(models.CharField(max_length=20), default=list)
    fields = ArrayField(models.TextField(), default=list)
    industries = ArrayField(models.CharField(max_length=6), default=list)

    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    examined_by = models.UUIDField(null=True)
    checklist = models.JSONField(default=dict)
    findings = models.TextField(default="")
    export_class = models.CharField(max_length=12, null=True)
    listed_at = models.DateTimeField(null=True)
    period_from = models.DateTimeField(null=True)  # what a provisional end is counted from
    period_days = models.PositiveIntegerField(null=True)
    ends_at = models.DateTimeField(null=True)
    ends_provisional = models.BooleanField(default=False)
    extensions_used = models.PositiveIntegerField(default=0)
    suspended_at = models.DateTimeField(null=True)
    suspended_because = models.TextField(default="")  # in an officer's words
    suspended_for = models.JSONField(default=dict)  # or by a cause: its code and facts
    withdrawal_reason = models.TextField(default="")
    withdrawal_requested_at = models.DateTimeField(null=True)
    cut_off_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, null=True)
    count = models.PositiveIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=12, null=True)
    closed_because = models.TextField(default="")
    deal = models.UUIDField(null=True)

    objects = LockingQuerySet.as_manager()

    class Meta:
        constraints = [
            _one_of("status", rules.Status, "listings_listing_status_known"),
            _one_of("offer_kind", offers.OfferKind, "listings_listing_offer_known"),
            _one_of("price_mode", offers.PriceMode, "listings_listing_price_mode_known"),
            models.CheckConstraint(
                condition=Q(price_fen__range=(1, MAX_AMOUNT))
                | Q(price_fen__isnull=True, price_mode="negotiable"),
                name="listings_listing_price",
            ),
            models.CheckConstraint(
                condition=Q(deposit_fen__range=(1, MAX_AMOUNT)), name="listings_listing_deposit"
            ),
            models.CheckConstraint(
                condition=Q(offer_kind="transfer", numerator__gte=1, denominator__gte=1)
                | ~Q(offer_kind="transfer") & Q(numerator__isnull=True),
                name="listings_listing_share",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["listed", "suspended", "concluding"])
                | Q(ends_at__isnull=False, listed_at__isnull=False),
                name="listings_listing_has_end",
            ),
        ]
        indexes = [
            models.Index(fields=["seller", "-id"], name="listings_by_seller"),
            models.Index(fields=["status", "submitted_at"], name="listings_by_status"),
            models.Index(fields=["-listed_at", "-id"], condition=PUBLIC, name="listings_newest"),
            models.Index(
                fields=["status", "-listed_at", "-id"],
                condition=PUBLIC,
                name="listings_open_newest",
            ),
            models.Index(
                fields=["status", "ends_at", "id"], condition=PUBLIC, name="listings_ending"
            ),
            models.Index(
                fields=["status", "price_fen", "id"], condition=PUBLIC, name="listings_by_price"
            ),
            GinIndex(fields=["kinds"], name="listings_by_kind"),
            GinIndex(fields=["fields"], name="listings_by_field"),
            GinIndex(fields=["industries"], name="listings_by_industry"),
        ]

    @property
    def share(self) -> Fraction | None:
        if self.numerator is None or self.denominator is None:
            return None
        return Fraction(self.numerator, self.denominator)

    @property
    def together(self) -> Joint | None:
        """What of other venues is offered with it."""
        return Joint.read(self.joint) if self.joint else None

    def state(self) -> rules.Listing:
        return rules.Listing(
            id=self.id,
            number=self.number,
            seller=self.seller,
            status=rules.Status(self.status),
            offer_kind=offers.OfferKind(self.offer_kind),
            exclusive=self.exclusive,
            price_mode=offers.PriceMode(self.price_mode),
            price_fen=self.price_fen,
            export_class=offers.ExportClass(self.export_class) if self.export_class else None,
            ends_at=self.ends_at,
            ends_provisional=self.ends_provisional,
            suspended_at=self.suspended_at,
            extensions_used=self.extensions_used,
            withdrawal_requested=self.withdrawal_requested_at is not None,
        )

    def take(self, state: rules.Listing) -> None:
        self.status = state.status.value
        self.export_class = state.export_class.value if state.export_class else None
        self.ends_at = state.ends_at
        self.ends_provisional = state.ends_provisional
        self.suspended_at = state.suspended_at
        self.extensions_used = state.extensions_used

    def take_terms(self, terms: offers.Terms) -> None:
        self.title_zh, self.title_en = terms.title_zh, terms.title_en
        self.offer_kind = terms.offer_kind.value
        self.numerator = terms.share.numerator if terms.share else None
        self.denominator = terms.share.denominator if terms.share else None
        self.licence_mode = terms.licence_mode.value if terms.licence_mode else None
        self.licence = terms.licence.facts() if terms.licence else None
        self.exclusive = terms.exclusive
        self.price_mode, self.price_fen = terms.price_mode.value, terms.price_fen
        self.deposit_fen, self.increment_fen = terms.deposit_fen, terms.increment_fen
        self.payment, self.conditions = terms.payment.value, terms.conditions
        self.scope = terms.scope.value

    def terms(self) -> offers.Terms:
        named = sorted((o for o in self.offered.all() if o.named), key=lambda o: o.position)
        return offers.Terms(
            title_zh=self.title_zh,
            title_en=self.title_en,
            technologies=tuple(o.technology for o in named),
            offer_kind=offers.OfferKind(self.offer_kind),
            share=self.share,
            licence_mode=offers.LicenceMode(self.licence_mode) if self.licence_mode else None,
            price_mode=offers.PriceMode(self.price_mode),
            price_fen=self.price_fen,
            deposit_fen=self.deposit_fen,
            increment_fen=self.increment_fen,
            payment=offers.Payment(self.payment),
            conditions=self.conditions,
            scope=offers.Scope(self.scope),
            licence=offers.LicenceTerms.read(self.licence) if self.licence else None,
        )


class Offered(models.Model):
    """A technology on offer. `named`: by the seller; else it is part of a named bundle.

    `right`: it is a right of its own (a bundle is not). `reserved`: on live exclusive offer (LI-2).
    """

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="offered")
    position = models.PositiveIntegerField()
    technology = models.UUIDField()
    named = models.BooleanField()
    right = models.BooleanField()
    reserved = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "technology"], name="listings_offered_once_per_listing"
            ),
            models.UniqueConstraint(
                fields=["technology"], condition=Q(reserved=True), name="listings_offered_reserved"
            ),
        ]
        indexes = [models.Index(fields=["technology"], name="listings_offered_technology")]


class Intent(models.Model):
    """受让意向. `live` until it ends or the listing does."""

    id = models.UUIDField(primary_key=True, default=new_id)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="intents")
    party = models.UUIDField()
    applied_by = models.UUIDField(null=True)
    status = models.CharField(max_length=10, default=intents.IntentStatus.APPLIED.value)
    live = models.BooleanField(default=True)
    deposit_fen = models.BigIntegerField()
    conditions_digest = models.CharField(max_length=71)
    evidence = ArrayField(models.UUIDField(), default=list)
    applied_at = models.DateTimeField()
    qualified_by = models.UUIDField(null=True)
    qualified_at = models.DateTimeField(null=True)
    findings = models.TextField(default="")
    deposited_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = LockingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "party"], condition=Q(live=True), name="listings_intent_one_live"
            ),
            _one_of("status", intents.IntentStatus, "listings_intent_status_known"),
            models.CheckConstraint(
                condition=~Q(status="deposited") | Q(deposited_at__isnull=False),
                name="listings_intent_deposited_when",
            ),
        ]
        indexes = [
            models.Index(fields=["party", "-id"], name="listings_intent_party"),
            models.Index(
                fields=["applied_at"], condition=Q(status="applied"), name="listings_intent_waiting"
            ),
        ]

    def state(self) -> intents.Intent:
        return intents.Intent(
            id=self.id,
            listing=self.listing_id,
            party=self.party,
            status=intents.IntentStatus(self.status),
            deposit_fen=self.deposit_fen,
            deposited_at=self.deposited_at,
        )

    def take(self, state: intents.Intent) -> None:
        self.status, self.deposited_at = state.status.value, state.deposited_at
        self.live = state.status in intents.LIVE


class Preemption(models.Model):
    """优先购买权: a co-owner told of the offer, and the answer (LI-2)."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="preemptions")
    party = models.UUIDField()
    origin = models.CharField(max_length=24, default="co_owner")  # Civil Code 305
    technologies = ArrayField(models.UUIDField())
    notified_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    exercised = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "party"], name="listings_preemption_once"),
            models.CheckConstraint(
                condition=Q(exercised__isnull=True, answered_at__isnull=True)
                | Q(exercised__isnull=False, answered_at__isnull=False),
                name="listings_preemption_answered_when",
            ),
        ]
        indexes = [models.Index(fields=["party"], name="listings_preemption_party")]


class Joining(models.Model):
    """A co-owner asked to join the offer of an exclusive or sole licence, and its answer (RR-1)."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="joinings")
    party = models.UUIDField()
    asked_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    joined_by = models.UUIDField(null=True)
    declined_at = models.DateTimeField(null=True)
    declined_because = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "party"], name="listings_joining_once"),
            models.CheckConstraint(
                condition=Q(joined_at__isnull=True) | Q(declined_at__isnull=True),
                name="listings_joining_one_answer",
            ),
        ]
        indexes = [models.Index(fields=["party"], name="listings_joining_party")]


class Series(models.Model):
    """The last listing number given in a local year."""

    year = models.PositiveIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

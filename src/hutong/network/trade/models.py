"""
Tables of trade across venues.

    order           our member's, at another venue
      1 ── n relayed bid
    foreign order   another venue's member's, here: its intent, and what its venue stands for
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from hutong.kit.money import CNY
from hutong.network.trade import rules
from hutong.network.trade.rules import Deposit, Price, Stage


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


class Order(models.Model):
    """What our member buys, or means to, at another venue."""

    id = models.UUIDField(primary_key=True)
    venue = models.CharField(max_length=20)
    listing = models.UUIDField()
    title_zh = models.CharField(max_length=400, blank=True, default="")
    title_en = models.CharField(max_length=400, blank=True, default="")
    party = models.UUIDField(db_index=True)
    opened_by = models.UUIDField()
    stage = models.CharField(max_length=12, choices=_choices(Stage), default=Stage.ASKING.value)
    deposit = models.CharField(max_length=12, choices=_choices(Deposit), default="none")
    price = models.CharField(max_length=12, choices=_choices(Price), default="none")
    deposit_fen = models.BigIntegerField(default=0)
    price_fen = models.BigIntegerField(default=0)
    returned_fen = models.BigIntegerField(default=0)
    agreed_fen = models.BigIntegerField(default=0)  # the deal's price, before fees
    currency = models.CharField(max_length=3, default=CNY)
    intent = models.UUIDField(null=True)
    lot = models.UUIDField(null=True)
    deal = models.UUIDField(null=True)
    deal_number = models.CharField(max_length=40, blank=True, default="")
    contract = models.TextField(blank=True, default="")
    contract_digest = models.CharField(max_length=71, blank=True, default="")
    sign_by = models.DateTimeField(null=True)
    pay_by = models.DateTimeField(null=True)
    certificates = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    why = models.JSONField(default=dict, blank=True)  # {"code", …facts} of a refusal, or {"said"}
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "listing", "party"],
                condition=~Q(stage__in=sorted(stage.value for stage in rules.OVER)),
                name="network_order_one_live",
            ),
            models.CheckConstraint(
                name="network_order_stage", condition=Q(stage__in=[s.value for s in Stage])
            ),
            models.CheckConstraint(
                name="network_order_deposit", condition=Q(deposit__in=[d.value for d in Deposit])
            ),
            models.CheckConstraint(
                name="network_order_price", condition=Q(price__in=[p.value for p in Price])
            ),
            models.CheckConstraint(
                name="network_order_amounts",
                condition=Q(deposit_fen__gte=0, price_fen__gte=0, agreed_fen__gte=0)
                & Q(returned_fen__gte=0),
            ),
        ]
        indexes = [models.Index(fields=["party", "-opened_at"], name="network_order_of_party")]

    def state(self) -> rules.Order:
        return rules.Order(
            id=self.id,
            venue=self.venue,
            stage=Stage(self.stage),
            deposit=Deposit(self.deposit),
            price=Price(self.price),
            deposit_fen=self.deposit_fen,
            price_fen=self.price_fen,
            returned_fen=self.returned_fen,
        )

    def take(self, state: rules.Order) -> None:
        self.stage, self.deposit, self.price = (
            state.stage.value,
            state.deposit.value,
            state.price.value,
        )
        self.deposit_fen, self.price_fen = state.deposit_fen, state.price_fen
        self.returned_fen = state.returned_fen


class ForeignOrder(models.Model):
    """An order of another venue's member, at this one; `id` is that venue's."""

    id = models.UUIDField(primary_key=True)
    venue = models.CharField(max_length=20)
    intent = models.UUIDField(unique=True)
    listing = models.UUIDField(db_index=True)
    party = models.UUIDField()
    person = models.UUIDField(null=True)  # who of it applied
    guaranteed_fen = models.BigIntegerField(default=0)  # stands for, now
    owed_fen = models.BigIntegerField(default=0)  # of deposit and price: through clearing
    currency = models.CharField(max_length=3, default=CNY)
    taken_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="network_foreign_order_amounts",
                condition=Q(guaranteed_fen__gte=0, owed_fen__gte=0),
            ),
            models.CheckConstraint(
                name="network_foreign_order_times", condition=Q(changed_at__gte=F("taken_at"))
            ),
        ]


class RelayedBid(models.Model):
    """A bid of our member at another venue's lot: kept before it is sent, and with its receipt."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="bids")
    bid = models.UUIDField()
    amount_fen = models.BigIntegerField()
    arrived_at = models.DateTimeField()
    receipt = models.BinaryField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "bid"], name="network_relayed_bid_once"),
            models.CheckConstraint(
                name="network_relayed_bid_amount", condition=Q(amount_fen__gt=0)
            ),
            models.CheckConstraint(
                name="network_relayed_bid_answered",
                condition=Q(receipt__isnull=True, answered_at__isnull=True)
                | Q(receipt__isnull=False, answered_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["order", "-arrived_at"], name="network_relayed_bid_latest")]

"""
Tables of the auctions.

    lot  1 ── n  paddle    who bids; only the commitment is public (AU-9)
     │   1 ── n  attempt   every bid received, refused ones too; nobody may change one
    desk                   who is judging, and up to which arrival it has judged (AU-4)

A lot's row is its state after `sequence` attempts; the attempts replay to it.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from hutong.auctions import rules
from hutong.kit.ids import new_id
from hutong.kit.moments import from_microseconds, microseconds


class Lot(models.Model):
    """One lot. `free` and `limited` follow from the clock; only what is decided is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    listing = models.UUIDField()
    seller = models.UUIDField()
    title_zh = models.CharField(max_length=300, blank=True, default="")
    title_en = models.CharField(max_length=300, blank=True, default="")
    rulebook_version = models.PositiveIntegerField()

    # The terms as announced: the chain starts from them. What resumption moved stands below.
    opening_fen = models.BigIntegerField()
    increment_fen = models.BigIntegerField()
    limited_seconds = models.PositiveIntegerField()
    paddles = models.PositiveSmallIntegerField()
    announced_opens_at = models.DateTimeField()
    announced_free_ends_at = models.DateTimeField()

    opens_at = models.DateTimeField()
    free_ends_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    price_fen = models.BigIntegerField(default=0)
    leader = models.PositiveSmallIntegerField(default=0)
    sequence = models.BigIntegerField(default=0)
    bids = models.BigIntegerField(default=0)
    chain = models.BinaryField()
    pauses = models.JSONField(default=list)  # [since µs, first, until µs | null, last | null]
    suspended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, null=True)
    closed_at = models.DateTimeField(null=True)
    revision = models.BigIntegerField(default=0)  # grows with every change; watchers resume by it
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing"], name="auctions_lot_once_per_listing"),
            models.CheckConstraint(
                condition=Q(outcome__isnull=True) | Q(outcome__in=["sold", "unsold"]),
                name="auctions_lot_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="sold") | Q(leader__gt=0), name="auctions_lot_sold_to_a_paddle"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="unsold") | Q(leader=0), name="auctions_lot_unsold_to_none"
            ),
            models.CheckConstraint(
                condition=Q(outcome__isnull=True) | Q(suspended_at__isnull=True),
                name="auctions_lot_not_closed_while_suspended",
            ),
            models.CheckConstraint(
                condition=Q(leader=0, price_fen=0)
                | Q(leader__gt=0, price_fen__gte=F("opening_fen")),
                name="auctions_lot_price_has_a_leader",
            ),
            models.CheckConstraint(
                condition=Q(opening_fen__gt=0, increment_fen__gt=0, limited_seconds__gt=0),
                name="auctions_lot_terms_positive",
            ),
            models.CheckConstraint(
                condition=Q(bids__lte=F("sequence")), name="auctions_lot_bids_are_attempts"
            ),
            models.CheckConstraint(
                condition=Q(opens_at__lte=F("free_ends_at"), free_ends_at__lt=F("ends_at")),
                name="auctions_lot_times_in_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["opens_at"], condition=Q(outcome__isnull=True), name="auctions_lot_live"
            )
        ]

    def announced_terms(self) -> rules.Terms:
        """The terms the chain starts from, whatever resumption moved since."""
        return self._terms(self.announced_opens_at, self.announced_free_ends_at)

    def state(self) -> rules.Lot:
        return rules.Lot(
            terms=self._terms(self.opens_at, self.free_ends_at),
            ends_at=microseconds(self.ends_at),
            price_fen=self.price_fen,
            leader=self.leader,
            sequence=self.sequence,
            bids=self.bids,
            chain=bytes(self.chain),
            suspended_at=microseconds(self.suspended_at) if self.suspended_at else None,
            outcome=rules.Status(self.outcome) if self.outcome else None,
        )

    def take(self, lot: rules.Lot) -> None:
        """Take over the state; its journal entry is the caller's."""
        self.opens_at = from_microseconds(lot.terms.opens_at)
        self.free_ends_at = from_microseconds(lot.terms.free_ends_at)
        self.ends_at = from_microseconds(lot.ends_at)
        self.price_fen, self.leader = lot.price_fen, lot.leader
        self.sequence, self.bids, self.chain = lot.sequence, lot.bids, lot.chain
        self.suspended_at = from_microseconds(lot.suspended_at) if lot.suspended_at else None
        self.outcome = lot.outcome.value if lot.outcome else None
        self.revision += 1

    def _terms(self, opens_at: object, free_ends_at: object) -> rules.Terms:
        return rules.Terms(
            opening_fen=self.opening_fen,
            increment_fen=self.increment_fen,
            opens_at=microseconds(opens_at),  # type: ignore[arg-type]
            free_ends_at=microseconds(free_ends_at),  # type: ignore[arg-type]
            limited_us=self.limited_seconds * rules.SECOND,
            paddles=self.paddles,
        )


class Paddle(models.Model):
    """A bidder of a lot. `salt` opens the commitment that stands in the log (AU-9)."""

    id = models.BigAutoField(primary_key=True)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="paddle_rows")
    number = models.PositiveSmallIntegerField()
    party = models.UUIDField()
    intent = models.UUIDField()
    salt = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "number"], name="auctions_paddle_number"),
            models.UniqueConstraint(fields=["lot", "party"], name="auctions_paddle_party"),
        ]
        indexes = [models.Index(fields=["party"], name="auctions_paddle_of_party")]


class Attempt(models.Model):
    """One bid received and judged. Insert-only. `refusal` is empty when it was accepted.

    No foreign key to the lot: the desk holds the lot's row locked while it writes attempts, and a
    check per attempt would cost more than the attempt. `chain` is the lot's chain after this one.
    """

    pk = models.CompositePrimaryKey("lot_id", "sequence")
    lot_id = models.UUIDField()
    sequence = models.BigIntegerField()
    bid_id = models.UUIDField()
    paddle = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    arrived_at = models.DateTimeField()
    refusal = models.CharField(max_length=32, blank=True, default="")
    chain = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot_id", "bid_id"], name="auctions_attempt_bid_once")
        ]


class Desk(models.Model):
    """The lease of a judging process.

    `judged_until`: every bid that arrived there before this moment is judged. `expires_at` is by
    the database's clock, so that one clock decides. A fenced desk never judges again (AU-4).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    judged_until = models.DateTimeField()
    expires_at = models.DateTimeField()
    fenced = models.BooleanField(default=False)
    started_at = models.DateTimeField(db_default=Now())

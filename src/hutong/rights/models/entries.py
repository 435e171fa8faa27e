"""
The register itself, and what binds a right on its way there (RR-8, RR-11).

    entry 1 ── n holding    insert-only: the register
    title                   one row per registered technology: what is locked, where the replay ends
    disposal                what a deal or a filing binds; at most one that blocks per technology
    series                  the last number given, per kind of number and year
"""

from collections.abc import Iterable
from fractions import Fraction

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from hutong.kit.canonical import digest_of
from hutong.kit.ids import new_id
from hutong.kit.moments import iso
from hutong.rights import register, transfers
from hutong.rights.acts import ENDS_GRANTS, GRANTS, Chapter
from hutong.rights.barring import Bar
from hutong.rights.models.common import POWERS, LockingQuerySet, share_checks
from hutong.rights.models.granted import next_line

USE_KINDS = sorted(kind.value for kind in GRANTS | ENDS_GRANTS)


class Entry(models.Model):
    """One line of the register. Insert-only; its digest is in the journal."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=24)
    technology = models.UUIDField()
    sequence = models.PositiveIntegerField()
    effective_on = models.DateField()
    known_at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    source = models.CharField(max_length=120)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="corrected_by"
    )
    rulebook_version = models.PositiveIntegerField()
    salt = models.CharField(max_length=64)
    chapter = models.CharField(max_length=5, db_default=Chapter.TITLE.value)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["technology", "sequence"], name="rights_entry_in_sequence"
            ),
            models.UniqueConstraint(
                fields=["technology"],
                condition=Q(kind="first_registration", corrects__isnull=True),
                name="rights_entry_first_once",
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=Q(corrects__isnull=False),
                name="rights_entry_corrected_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in register.EntryKind]),
                name="rights_entry_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(chapter__in=[c.value for c in Chapter])
                & (
                    Q(kind=register.EntryKind.STRUCK_OUT.value)
                    | Q(kind__in=USE_KINDS, chapter=Chapter.USE.value)
                    | (~Q(kind__in=USE_KINDS) & Q(chapter=Chapter.TITLE.value))
                ),
                name="rights_entry_in_its_chapter",
            ),
        ]
        indexes = [
            models.Index(fields=["-known_at", "-id"], name="rights_entry_newest"),
            models.Index(
                fields=["technology", "sequence"],
                condition=Q(chapter=Chapter.TITLE.value),
                name="rights_entry_of_title",
            ),
        ]

    def digest(self, holdings: Iterable["Holding"]) -> str:
        """What the journal keeps of this entry: the salted digest of all it says."""
        rows = sorted(
            [h.power, str(h.party), str(h.numerator), str(h.denominator)] for h in holdings
        )
        return digest_of(
            {
                "id": str(self.id),
                "number": self.number,
                "kind": self.kind,
                "technology": str(self.technology),
                "sequence": self.sequence,
                "effective_on": self.effective_on.isoformat(),
                "known_at": iso(self.known_at),
                "facts": self.facts,
                "source": self.source,
                "corrects": str(self.corrects_id) if self.corrects_id else None,
                "rulebook_version": self.rulebook_version,
                "holdings": rows,
                "salt": self.salt,
            }
        )


class Holding(models.Model):
    """Who holds what after an entry that moved holdings. Insert-only; each power totals 1."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="holdings")
    power = models.CharField(max_length=10, choices=POWERS)
    party = models.UUIDField()
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "power", "party"], name="rights_holding_once"),
            *share_checks("holding"),
        ]
        indexes = [models.Index(fields=["party", "power"], name="rights_holding_party")]


class Title(models.Model):
    """What is locked when a technology's title changes, and where its replay ends now."""

    technology = models.UUIDField(primary_key=True)
    entries = models.PositiveIntegerField()
    holdings_entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="title")
    frozen = models.BooleanField(default=False)
    closed = models.BooleanField(default=False)
    reserved_for = models.CharField(max_length=60, db_default="")  # a listing, then its deal (LI-2)
    bar = models.CharField(max_length=8, default="", db_default="")  # barring.Bar, or none
    bar_venue = models.CharField(max_length=20, default="", db_default="")
    line = models.BigIntegerField(unique=True, db_default=next_line())
    last_on = models.DateField()  # the latest day on which an entry takes effect
    last_known_at = models.DateTimeField()
    registered_at = models.DateTimeField()

    objects = LockingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["reserved_for"],
                condition=~Q(reserved_for=""),
                name="rights_title_reserved",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(bar="", bar_venue="")
                | (Q(bar__in=[bar.value for bar in Bar]) & ~Q(bar_venue="")),
                name="rights_title_barred_by_somebody",
            ),
        ]


class Disposal(models.Model):
    """What a deal or a filing binds until it is entered (RR-7). Its id becomes the entry's.

    `kind` is the entry's; a transfer has its share, anything else its `terms`. `blocks`: no other
    may be pending beside it.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=24, db_default=register.EntryKind.TRANSFER.value)
    technology = models.UUIDField()
    deal = models.UUIDField(null=True)
    filing = models.ForeignKey(
        "rights.Filing", on_delete=models.PROTECT, null=True, related_name="disposals"
    )
    giver = models.UUIDField()
    taker = models.UUIDField()
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    terms = models.JSONField(default=dict, db_default={})
    blocks = models.BooleanField(default=True, db_default=True)
    status = models.CharField(max_length=10, default=transfers.DisposalStatus.PREPARED.value)
    outside_step_due = models.BooleanField()
    rulebook_version = models.PositiveIntegerField()
    prepared_at = models.DateTimeField()
    filed_on = models.DateField(null=True)
    effective_on = models.DateField(null=True)
    office_number = models.CharField(max_length=100, default="")
    evidence = ArrayField(models.UUIDField(), default=list)
    step_recorded_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancelled_because = models.TextField(default="")

    objects = LockingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["technology"],
                condition=Q(status="prepared", blocks=True),
                name="rights_disposal_one_pending",
            ),
            models.UniqueConstraint(
                fields=["deal", "technology"],
                condition=~Q(status="cancelled"),
                name="rights_disposal_once_per_deal",
            ),
            models.UniqueConstraint(
                fields=["filing", "technology"],
                condition=~Q(status="cancelled"),
                name="rights_disposal_once_per_filing",
            ),
            models.CheckConstraint(
                condition=Q(deal__isnull=False, filing__isnull=True)
                | Q(deal__isnull=True, filing__isnull=False),
                name="rights_disposal_of_deal_or_filing",
            ),
            models.CheckConstraint(
                condition=Q(kind="transfer", numerator__isnull=False, denominator__isnull=False)
                | (~Q(kind="transfer") & Q(numerator__isnull=True, denominator__isnull=True)),
                name="rights_disposal_share_of_transfer",
            ),
            models.CheckConstraint(
                condition=~Q(status="effected")
                | Q(outside_step_due=False)
                | Q(effective_on__isnull=False),
                name="rights_disposal_outside_step_first",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in transfers.DisposalStatus]),
                name="rights_disposal_status_known",
            ),
            *share_checks("disposal"),
        ]
        indexes = [models.Index(fields=["deal"], name="rights_disposal_deal")]

    def state(self) -> transfers.PendingTransfer:
        share = None
        if self.numerator is not None and self.denominator is not None:
            share = Fraction(self.numerator, self.denominator)
        return transfers.PendingTransfer(
            id=self.id,
            kind=register.EntryKind(self.kind),
            deal=self.deal,
            filing=self.filing_id,
            technology=self.technology,
            giver=self.giver,
            taker=self.taker,
            share=share,
            status=transfers.DisposalStatus(self.status),
            outside_step_due=self.outside_step_due,
            effective_on=self.effective_on,
        )


class Series(models.Model):
    """The last number given, per kind (RA application, RR register entry) and local year."""

    kind = models.CharField(max_length=4)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="rights_series_once")]

"""
Tables of technologies.

    technology 1 ── n key         what names the right; unique among the live (TE-3)
               1 ── n bundlepart  parts of a bundle with their share of the price (TE-4)
    batch      1 ── n batchrow    one import, and the digest of every row it wrote (TE-5), insert-only
    importrun                     a file handed in on a page, on its way to become a batch
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from hutong.kit.ids import new_id
from hutong.technologies import classes, rules, sorting
from hutong.technologies.records import Record
from hutong.technologies.rules import Kind, LegalStatus, RunStatus, Status


def _texts() -> Any:
    return ArrayField(models.TextField(), default=list)


STATUTORY = sorted(kind.value for kind in rules.STATUTORY)  # in order: a migration says it


class Technology(models.Model):
    """What is traded. `record_digest` is the SHA-256 of its record's canonical JSON."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=20)
    status = models.CharField(max_length=10)
    party = models.UUIDField(null=True)  # None: the venue's, from a feed, until a party takes it up
    title_zh = models.TextField(default="")
    title_en = models.TextField(default="")
    abstract_zh = models.TextField(default="")
    abstract_en = models.TextField(default="")
    numbers = models.JSONField(default=dict)
    legal_status = models.CharField(max_length=10, null=True)
    applied_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    ipc = _texts()
    cpc = _texts()
    industry = models.CharField(max_length=6, default="")
    fields = _texts()
    keywords = _texts()
    trl = models.SmallIntegerField(null=True)
    inventors = _texts()
    funding = _texts()
    state_funded = models.BooleanField(null=True)
    holder_stated = models.TextField(default="")
    link = models.TextField(default="")
    source = models.CharField(max_length=200, default="")
    reference = models.CharField(max_length=200, default="")

    record_digest = models.BinaryField()
    classes = _texts()  # every level of every symbol: what a prefix is sought in
    sort_key = models.CharField(max_length=200)  # pinyin of the title: PostgreSQL sorts no Chinese
    carve_out = models.BooleanField(null=True)  # of bundles: parts may be sold alone
    entered_by = models.UUIDField(null=True)
    intended_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField()
    registered_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    moved_to = models.CharField(max_length=20, default="", db_default="")  # who has custody (NE-8)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(moved_to="") | Q(status=Status.RETIRED.value),
                name="technologies_moved_is_retired",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in Kind]), name="technologies_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]), name="technologies_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(title_zh="") | ~Q(title_en=""), name="technologies_has_title"
            ),
            models.CheckConstraint(
                condition=Q(trl=None) | Q(trl__range=(classes.TRL_LEAST, classes.TRL_MOST)),
                name="technologies_trl_range",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=STATUTORY,
                    legal_status__in=[s.value for s in LegalStatus],
                )
                | Q(~Q(kind__in=STATUTORY), legal_status=None),
                name="technologies_legal_status_of_statutory",
            ),
            models.CheckConstraint(
                condition=Q(status="intended") | ~Q(entered_at=None) | ~Q(retired_at=None),
                name="technologies_entered_when",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="technologies_by_status"),
            models.Index(fields=["kind", "-id"], name="technologies_by_kind"),
            models.Index(fields=["legal_status", "-id"], name="technologies_by_legal_status"),
            models.Index(fields=["party", "-id"], name="technologies_by_party"),
            models.Index(fields=["trl", "-id"], name="technologies_by_trl"),
            models.Index(fields=["source", "-id"], name="technologies_by_source"),
            models.Index(fields=["sort_key", "id"], name="technologies_by_title"),
            models.Index(fields=["party", "record_digest"], name="technologies_by_digest"),
            GinIndex(fields=["classes"], name="technologies_by_class"),
        ]

    def record(self) -> Record:
        """The record the row holds, as it was read."""
        values: dict[str, Any] = {name: getattr(self, name) for name in _SAME}
        values |= {name: tuple(getattr(self, name)) for name in _LISTS}
        return Record(
            kind=Kind(self.kind),
            legal_status=LegalStatus(self.legal_status) if self.legal_status else None,
            numbers=dict(self.numbers),
            **values,
        )

    def take(self, record: Record) -> None:
        for name, value in columns(record).items():
            setattr(self, name, value)

    def state(self, *, in_bundle: bool = False) -> rules.State:
        return rules.State(
            status=Status(self.status),
            registered=self.registered_at is not None,
            in_bundle=in_bundle,
        )


_LISTS = ("ipc", "cpc", "fields", "keywords", "inventors", "funding")
_SAME = (
    "title_zh",
    "title_en",
    "abstract_zh",
    "abstract_en",
    "applied_on",
    "expires_on",
    "industry",
    "trl",
    "state_funded",
    "holder_stated",
    "link",
    "source",
    "reference",
)


def columns(record: Record) -> dict[str, Any]:
    """Column → value of a record, with what is derived from it (digest, class levels, sort key)."""
    return {
        "kind": record.kind.value,
        "legal_status": record.legal_status.value if record.legal_status else None,
        "numbers": record.numbers,
        **{name: getattr(record, name) for name in _SAME},
        **{name: list(getattr(record, name)) for name in _LISTS},
        "record_digest": record.digest(),
        "classes": classes.all_levels(record.ipc + record.cpc),
        "sort_key": sorting.key(record.title_zh or record.title_en),
    }


class Key(models.Model):
    """One key of one right. A retired, never registered technology sets its keys free."""

    technology = models.ForeignKey(Technology, on_delete=models.PROTECT, related_name="key_rows")
    key = models.CharField(max_length=420)
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(live=True), name="technologies_one_right"
            ),
        ]
        indexes = [models.Index(fields=["key"], name="technologies_key_any")]


class BundlePart(models.Model):
    """A technology in a bundle, with its exact share of the price."""

    bundle = models.ForeignKey(Technology, on_delete=models.PROTECT, related_name="part_rows")
    part = models.ForeignKey(Technology, on_delete=models.PROTECT, related_name="bundle_rows")
    position = models.PositiveIntegerField()
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bundle", "part"], name="technologies_part_once"),
            models.UniqueConstraint(
                fields=["bundle", "position"], name="technologies_part_position"
            ),
            models.CheckConstraint(
                condition=Q(numerator__gt=0, denominator__gt=0)
                & Q(numerator__lte=models.F("denominator")),
                name="technologies_part_share",
            ),
        ]


class Batch(models.Model):
    """One import. `salt` hides the row digests behind the root that the log shows (LO-2)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    format = models.CharField(max_length=40)
    party = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    file_name = models.TextField()
    file_digest = models.CharField(max_length=71)
    file_bytes = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    entered = models.PositiveIntegerField()
    refreshed = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()
    salt = models.BinaryField()
    root = models.CharField(max_length=71)
    imported_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["party", "-id"], name="technologies_batch_by_party")]


class BatchRow(models.Model):
    """What one row of an import wrote. Insert-only; the batch's entry commits to it."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="row_rows")
    position = models.PositiveIntegerField()
    technology = models.UUIDField()
    digest = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "position"], name="technologies_batch_position"
            ),
        ]


class ImportRun(models.Model):
    """A file handed in on a page: how far the worker is, and what became of it.

    `faults` keeps the first of `fault_count`; `refusal` says why a file was refused as a whole.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    party = models.UUIDField()
    person = models.UUIDField()
    document = models.UUIDField()
    file_name = models.TextField()
    skip_faulty = models.BooleanField()
    instruction = models.UUIDField(null=True)  # the paper on which an officer acts for the party
    status = models.CharField(max_length=10, default=RunStatus.WAITING.value)
    stage = models.CharField(max_length=10, default="")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)
    fault_count = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    entered = models.PositiveIntegerField(default=0)
    refreshed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    faulty_rows = models.UUIDField(null=True)  # a document: those rows alone, to be mended
    refusal = models.JSONField(null=True)
    batch = models.UUIDField(null=True)
    handed_in_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="technologies_run_status",
                condition=Q(status__in=[s.value for s in RunStatus]),
            ),
            models.CheckConstraint(
                name="technologies_run_ended",
                condition=Q(status__in=["waiting", "working"], ended_at__isnull=True)
                | (~Q(status__in=["waiting", "working"]) & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["party", "-id"], name="technologies_run_by_party")]

"""
Tables of the journal.

    entry     1 ── 0..1 private     erasable
          │   1 ── n    content     erasable, by digest
          │   1 ── 0..1 pending     until the sequencer has given it a place
          │   1 ── 0..1 to seal     a sealed one, until a batch has it
          │   1 ── 0..1 seal place  its slot in the tree of a seal batch
          └── 1 ── 0..1 position    dense; with the log index of what is published
    erasure                         asked by one officer, decided by another
    cursor, parked                  how far each reaction has read, and what it could not handle
"""

from django.db import models

from hutong.journal.rules import ErasureStatus


class Entry(models.Model):
    """Insert-only."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField()
    visibility = models.CharField(max_length=12)
    at = models.DateTimeField()
    subject = models.CharField(max_length=120)
    facts = models.JSONField()
    leaf = models.BinaryField()
    inner = models.BinaryField(null=True)
    door = models.CharField(max_length=10)
    recorded_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="journal_entry_subject"),
            models.Index(fields=["kind", "id"], name="journal_entry_kind"),
        ]


class PrivatePayload(models.Model):
    """Openings of an entry's commitments, and the salt of its seal. May be erased, never changed."""

    entry = models.OneToOneField(
        Entry, primary_key=True, on_delete=models.PROTECT, related_name="private_row"
    )
    openings = models.JSONField(null=True)
    seal_salt = models.CharField(max_length=64, null=True)
    person = models.UUIDField(null=True)
    party = models.UUIDField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "journal_private"
        indexes = [
            models.Index(fields=["person"], name="journal_private_person"),
            models.Index(fields=["party"], name="journal_private_party"),
        ]


class Content(models.Model):
    """A public blob, by its digest (LO-2): canonical JSON with a salt, erasable."""

    digest = models.CharField(max_length=71, primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="content_rows")
    blob = models.JSONField(null=True)
    erased_at = models.DateTimeField(null=True)
    is_part = models.BooleanField(default=False)  # named in another blob of the entry, not in it


class Erasure(models.Model):
    """A wish to erase something, and what became of it."""

    id = models.UUIDField(primary_key=True)
    what = models.CharField(max_length=10)
    target = models.CharField(max_length=71)
    reason = models.TextField()
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    status = models.CharField(max_length=10, default=ErasureStatus.ASKED.value)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["what", "target"],
                condition=models.Q(status=ErasureStatus.ASKED.value),
                name="journal_erasure_asked_once",
            )
        ]


class Pending(models.Model):
    """Waits for the sequencer."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.PROTECT)


class Position(models.Model):
    """The place of an entry in the order of all, and in the log if it is published. Insert-only."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="place")
    log_index = models.BigIntegerField(null=True, unique=True)
    leaf_hash = models.BinaryField()


class ToSeal(models.Model):
    """A sealed entry that no batch has yet."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.PROTECT)


class SealBatch(models.Model):
    """What an entry journal.Sealed commits to. Insert-only; the seed is never published."""

    id = models.UUIDField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="seal_batch")
    seed = models.BinaryField()
    interval_at = models.DateTimeField(null=True)  # real time; None: made by an unsealing

    class Meta:
        indexes = [models.Index(fields=["interval_at"], name="journal_seal_interval")]


class SealPlace(models.Model):
    """The slot of a sealed entry in its batch. Insert-only."""

    entry = models.OneToOneField(
        Entry, primary_key=True, on_delete=models.PROTECT, related_name="seal_place"
    )
    batch = models.ForeignKey(SealBatch, on_delete=models.PROTECT, related_name="places")
    slot = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "slot"], name="journal_seal_slot_once")
        ]


class Cursor(models.Model):
    """How far a reaction has read: the next position it looks at."""

    reaction = models.CharField(max_length=80, primary_key=True)
    position = models.BigIntegerField(default=0)


class Parked(models.Model):
    """An entry a reaction could not handle, and those of the same subject waiting behind it."""

    reaction = models.CharField(max_length=80)
    position = models.BigIntegerField()
    subject = models.CharField(max_length=120)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(default="")
    next_try_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reaction", "position"], name="journal_parked_once")
        ]
        indexes = [models.Index(fields=["reaction", "subject"], name="journal_parked_subject")]

"""
Tables of mirrors.

    mirror 1 ── n mirrortile    the tree of another venue's log, as served and checked
           1 ── n mirrorbundle  its entries, 256 a row, as they are served
           1 ── n mirrortext    the texts its entries name: held, wanted, or erased
           1 ── n mirroredthing what they say of each thing: the picture
           1 ── n mirrorfork    proof that the log was rewritten; insert-only

Everything of a step is written in one transaction with `gaps` and `changes`, under the mirror's row
lock: whatever is killed when, the next step goes on from what is held.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from hutong.network.mirrors.picture import Standing, ThingKind
from hutong.network.mirrors.states import MirrorState
from hutong.transparency.merkle import EMPTY_ROOT


class Mirror(models.Model):
    """A log of another venue. All times are real.

    `size`, `root`, `peaks`, `note`: its latest checkpoint verified to continue what we had; `gaps`:
    which of its entries have not come yet; `held_size`, `held_root`: up to which checkpoint
    everything had come; `changes` counts the steps that changed the picture.
    """

    code = models.CharField(max_length=16)
    origin = models.CharField(max_length=255, unique=True)
    state = models.CharField(max_length=12, default=MirrorState.FOLLOWING.value)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField(default=EMPTY_ROOT)
    peaks = models.BinaryField(default=b"")
    note = models.TextField(default="")
    gaps = models.JSONField(default=list)
    held_size = models.BigIntegerField(default=0)
    held_root = models.BinaryField(default=EMPTY_ROOT)
    changes = models.BigIntegerField(default=0)
    unreadable = models.BigIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)  # when it last showed a checkpoint that holds
    grew_at = models.DateTimeField(null=True)
    behind_since = models.DateTimeField(null=True)  # since when something known has not come
    failures = models.PositiveIntegerField(default=0)
    problem = models.TextField(default="")
    next_look_at = models.DateTimeField(null=True)
    pause_seconds = models.FloatField(default=1)

    class Meta:
        indexes = [models.Index(fields=["code"], name="network_mirror_code")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in MirrorState]),
                name="network_mirror_state_known",
            ),
            models.CheckConstraint(
                condition=Q(held_size__lte=models.F("size")), name="network_mirror_held_within"
            ),
        ]


class MirrorTile(models.Model):
    mirror = models.ForeignKey(Mirror, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mirror", "level", "number"], name="network_mirror_tile_once"
            ),
        ]


class MirrorBundle(models.Model):
    """`width` entries of bundle `number`, byte for byte; only the last one still grows."""

    mirror = models.ForeignKey(Mirror, on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField()
    width = models.PositiveSmallIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mirror", "number"], name="network_mirror_bundle_once"),
            models.CheckConstraint(
                condition=Q(width__range=(1, 256)), name="network_mirror_bundle_width"
            ),
        ]


class MirrorText(models.Model):
    """A text beside the log by its digest. `uses`: who names it, so that one that comes late is
    read for each. `unknown`: the log says it has none, as it does of digests that are no texts."""

    mirror = models.ForeignKey(Mirror, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=71)
    standing = models.CharField(max_length=8)
    data = models.BinaryField(null=True)
    uses = models.JSONField(default=list)
    failures = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mirror", "digest"], name="network_mirror_text_once"),
            models.CheckConstraint(
                condition=Q(standing__in=[s.value for s in Standing])
                & (Q(standing="held", data__isnull=False) | ~Q(standing="held") & Q(data=None)),
                name="network_mirror_text_standing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["mirror", "next_try_at"],
                condition=Q(standing="wanted"),
                name="network_mirror_text_wanted",
            ),
        ]


class MirroredThing(models.Model):
    """What is known of a thing: `fields` are its units; the other columns what lists ask for."""

    mirror = models.ForeignKey(Mirror, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    thing = models.UUIDField()
    fields = models.JSONField()
    change = models.BigIntegerField()
    status = models.CharField(max_length=20, default="")
    at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    price_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mirror", "kind", "thing"], name="network_mirrored_thing_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in ThingKind]),
                name="network_mirrored_kind_known",
            ),
        ]
        indexes = [
            models.Index(fields=["mirror", "change"], name="network_mirrored_change"),
            models.Index(fields=["kind", "status", "ends_at"], name="network_mirrored_ending"),
            models.Index(fields=["kind", "status", "-at"], name="network_mirrored_newest"),
            models.Index(
                F("fields__number__1"),
                "mirror",
                name="network_mirrored_certificate",
                condition=Q(kind=ThingKind.CERTIFICATE),
            ),
        ]


class MirrorFork(models.Model):
    """Insert-only. `proof` as published (`forks.Fork`); `shown_by`: where it was seen."""

    mirror = models.ForeignKey(Mirror, on_delete=models.PROTECT, related_name="forks")
    smaller_size = models.BigIntegerField()
    larger_size = models.BigIntegerField()
    proof = models.JSONField()
    shown_by = models.CharField(max_length=400)
    found_at = models.DateTimeField(db_default=Now())

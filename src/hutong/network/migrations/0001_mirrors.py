"""Mirrors of the other venues' logs, and the pictures made from them (LO-3, LO-4)."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from hutong.journal.tables import immutable


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Mirror",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=16)),
                ("origin", models.CharField(max_length=255, unique=True)),
                ("state", models.CharField(default="following", max_length=12)),
                ("size", models.BigIntegerField(default=0)),
                (
                    "root",
                    models.BinaryField(
                        default=b"\xe3\xb0\xc4B\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99o\xb9$'\xaeA\xe4d\x9b\x93L\xa4\x95\x99\x1bxR\xb8U"
                    ),
                ),
                ("peaks", models.BinaryField(default=b"")),
                ("note", models.TextField(default="")),
                ("gaps", models.JSONField(default=list)),
                ("held_size", models.BigIntegerField(default=0)),
                (
                    "held_root",
                    models.BinaryField(
                        default=b"\xe3\xb0\xc4B\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99o\xb9$'\xaeA\xe4d\x9b\x93L\xa4\x95\x99\x1bxR\xb8U"
                    ),
                ),
                ("changes", models.BigIntegerField(default=0)),
                ("unreadable", models.BigIntegerField(default=0)),
                ("verified_at", models.DateTimeField(null=True)),
                ("grew_at", models.DateTimeField(null=True)),
                ("behind_since", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("problem", models.TextField(default="")),
                ("next_look_at", models.DateTimeField(null=True)),
                ("pause_seconds", models.FloatField(default=1)),
            ],
            options={
                "indexes": [models.Index(fields=["code"], name="network_mirror_code")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["following", "unreachable", "frozen"])),
                        name="network_mirror_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("held_size__lte", models.F("size"))),
                        name="network_mirror_held_within",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MirrorFork",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("smaller_size", models.BigIntegerField()),
                ("larger_size", models.BigIntegerField()),
                ("proof", models.JSONField()),
                ("shown_by", models.CharField(max_length=400)),
                (
                    "found_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "mirror",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forks",
                        to="network.mirror",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MirrorBundle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("width", models.PositiveSmallIntegerField()),
                ("data", models.BinaryField()),
                (
                    "mirror",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.mirror",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mirror", "number"), name="network_mirror_bundle_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("width__range", (1, 256))),
                        name="network_mirror_bundle_width",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MirroredThing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("thing", models.UUIDField()),
                ("fields", models.JSONField()),
                ("change", models.BigIntegerField()),
                ("status", models.CharField(default="", max_length=20)),
                ("at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("price_fen", models.BigIntegerField(null=True)),
                (
                    "mirror",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.mirror",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["mirror", "change"], name="network_mirrored_change"),
                    models.Index(
                        fields=["kind", "status", "ends_at"], name="network_mirrored_ending"
                    ),
                    models.Index(fields=["kind", "status", "-at"], name="network_mirrored_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mirror", "kind", "thing"), name="network_mirrored_thing_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "technology",
                                    "listing",
                                    "lot",
                                    "deal",
                                    "notice",
                                    "certificate",
                                    "party",
                                ],
                            )
                        ),
                        name="network_mirrored_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MirrorText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=71)),
                ("standing", models.CharField(max_length=8)),
                ("data", models.BinaryField(null=True)),
                ("uses", models.JSONField(default=list)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(null=True)),
                (
                    "mirror",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.mirror",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("standing", "wanted")),
                        fields=["mirror", "next_try_at"],
                        name="network_mirror_text_wanted",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mirror", "digest"), name="network_mirror_text_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("standing__in", ["wanted", "held", "erased"]),
                            models.Q(
                                models.Q(("data__isnull", False), ("standing", "held")),
                                models.Q(
                                    models.Q(("standing", "held"), _negated=True), ("data", None)
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="network_mirror_text_standing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MirrorTile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("number", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
                (
                    "mirror",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.mirror",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mirror", "level", "number"), name="network_mirror_tile_once"
                    )
                ],
            },
        ),
        immutable("network_mirrorfork"),
    ]

"""Peers that witness each other, changes of keys, and opened fields (LO-2, LO-3)."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

import hutong.kit.ids
from hutong.journal.tables import immutable


class Migration(migrations.Migration):
    dependencies = [
        ("transparency", "0002_insert_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="SeenLog",
            fields=[
                ("origin", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(default=0)),
                (
                    "root",
                    models.BinaryField(
                        default=b"\xe3\xb0\xc4B\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99o\xb9$'\xaeA\xe4d\x9b\x93L\xa4\x95\x99\x1bxR\xb8U"
                    ),
                ),
                ("note", models.TextField(default="")),
                ("cosigned_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="WitnessState",
            fields=[
                ("name", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("problem", models.TextField(default="")),
                ("answered_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("witness", models.CharField(max_length=255)),
                ("key_id", models.CharField(max_length=8)),
                ("line", models.TextField()),
                ("cosigned_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("size", "witness", "key_id"), name="transparency_cosignature_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=hutong.kit.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("change", models.CharField(max_length=10)),
                ("purpose", models.CharField(max_length=12)),
                ("key", models.CharField(max_length=600)),
                ("since", models.DateTimeField(null=True)),
                ("reason", models.TextField()),
                ("status", models.CharField(default="asked", max_length=10)),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("change__in", ["rotate", "compromise"])),
                        name="transparency_change_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["asked", "done", "declined"])),
                        name="transparency_change_status_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("change", "purpose", "key"),
                        name="transparency_change_asked_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=hutong.kit.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("entry", models.BigIntegerField()),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), size=None
                    ),
                ),
                ("party", models.UUIDField()),
                ("person", models.UUIDField()),
                ("reader", models.CharField(default="", max_length=200)),
                ("secret_digest", models.CharField(max_length=71, unique=True)),
                ("made_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["party", "-made_at"], name="transparency_opening_party")
                ],
            },
        ),
        migrations.CreateModel(
            name="Peer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=hutong.kit.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("name", models.CharField(max_length=255)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=600), size=None
                    ),
                ),
                ("url", models.CharField(default="", max_length=400)),
                ("status", models.CharField(default="proposed", max_length=10)),
                ("proposed_by", models.UUIDField(null=True)),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["log", "witness"])),
                        name="transparency_peer_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["proposed", "accepted", "declined", "ended"])
                        ),
                        name="transparency_peer_status_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["proposed", "accepted"])),
                        fields=("kind", "name", "status"),
                        name="transparency_peer_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedCheckpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin", models.CharField(max_length=255)),
                ("why", models.CharField(max_length=20)),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("shown", models.TextField()),
                ("seen_size", models.BigIntegerField()),
                ("seen_root", models.BinaryField()),
                ("seen_note", models.TextField()),
                (
                    "shown_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why__in", ["contradiction", "unproven"])),
                        name="transparency_refused_why_known",
                    ),
                    models.UniqueConstraint(
                        fields=("origin", "size", "root", "seen_size"),
                        name="transparency_refused_once",
                    ),
                ],
            },
        ),
        immutable("transparency_cosignature"),
        immutable("transparency_refusedcheckpoint"),
    ]

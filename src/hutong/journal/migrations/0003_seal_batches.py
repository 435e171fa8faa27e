"""Sealed entries leave the log for batches of one shape (LI-4); those already in it stay there."""

import django.db.models.deletion
from django.db import migrations, models

from hutong.journal.tables import immutable

_WAITING = """
INSERT INTO journal_toseal (entry_id)
SELECT e.id FROM journal_entry e LEFT JOIN journal_position p ON p.entry_id = e.id
WHERE e.visibility = 'sealed' AND p.log_index IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0002_insert_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="ToSeal",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="journal.entry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SealBatch",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("seed", models.BinaryField()),
                ("interval_at", models.DateTimeField(null=True)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seal_batch",
                        to="journal.entry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SealPlace",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="seal_place",
                        serialize=False,
                        to="journal.entry",
                    ),
                ),
                ("slot", models.PositiveIntegerField()),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="journal.sealbatch",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="sealbatch",
            index=models.Index(fields=["interval_at"], name="journal_seal_interval"),
        ),
        migrations.AddConstraint(
            model_name="sealplace",
            constraint=models.UniqueConstraint(
                fields=("batch", "slot"), name="journal_seal_slot_once"
            ),
        ),
        immutable("journal_sealbatch"),
        immutable("journal_sealplace"),
        migrations.RunSQL(_WAITING, migrations.RunSQL.noop),
    ]

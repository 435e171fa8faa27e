"""Files handed in on a page, on their way to become an import."""

from django.db import migrations, models

import hutong.kit.ids


class Migration(migrations.Migration):
    dependencies = [
        ("technologies", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=hutong.kit.ids.new_id, primary_key=True, serialize=False
                    ),
                ),
                ("party", models.UUIDField()),
                ("person", models.UUIDField()),
                ("document", models.UUIDField()),
                ("file_name", models.TextField()),
                ("skip_faulty", models.BooleanField()),
                ("status", models.CharField(default="waiting", max_length=10)),
                ("stage", models.CharField(default="", max_length=10)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("faults", models.JSONField(default=list)),
                ("fault_count", models.PositiveIntegerField(default=0)),
                ("left_out", models.PositiveIntegerField(default=0)),
                ("entered", models.PositiveIntegerField(default=0)),
                ("refreshed", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("refusal", models.JSONField(null=True)),
                ("batch", models.UUIDField(null=True)),
                ("handed_in_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["party", "-id"], name="technologies_run_by_party")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "waiting",
                                    "working",
                                    "entered",
                                    "unchanged",
                                    "faulty",
                                    "refused",
                                    "failed",
                                ],
                            )
                        ),
                        name="technologies_run_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True), ("status__in", ["waiting", "working"])
                            ),
                            models.Q(
                                models.Q(("status__in", ["waiting", "working"]), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="technologies_run_ended",
                    ),
                ],
            },
        ),
    ]

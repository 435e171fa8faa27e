import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0011_joint_projects"),
    ]

    operations = [
        migrations.CreateModel(
            name="Suspicion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sender", models.CharField(max_length=20)),
                ("message", models.UUIDField()),
                ("kind", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=71)),
                ("refused", models.CharField(max_length=80)),
                (
                    "found_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("concluded_at", models.DateTimeField(null=True)),
                ("concluded_by", models.UUIDField(null=True)),
                ("finding", models.CharField(blank=True, default="", max_length=1000)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(concluded_at__isnull=True),
                        fields=["id"],
                        name="network_suspicion_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["sender", "message", "digest"], name="network_suspicion_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(concluded_at__isnull=True, finding="")
                        | (
                            models.Q(concluded_at__isnull=False)
                            & models.Q(("finding", ""), _negated=True)
                        ),
                        name="network_suspicion_concluded_with_a_finding",
                    ),
                ],
            },
        ),
    ]

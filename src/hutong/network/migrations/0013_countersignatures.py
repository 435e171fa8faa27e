from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0012_suspicions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Countersignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=60)),
                ("issuer", models.CharField(max_length=16)),
                ("venue", models.CharField(max_length=16)),
                ("order", models.UUIDField()),
                ("statement", models.JSONField()),
                ("file", models.JSONField(null=True)),
                ("log_index", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["number", "venue"], name="network_countersignature_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("file__isnull", True), ("log_index__isnull", True))
                        | models.Q(("file__isnull", False), ("log_index__isnull", False)),
                        name="network_countersignature_placed",
                    ),
                ],
            },
        ),
    ]

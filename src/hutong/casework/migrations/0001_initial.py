from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Taken",
            fields=[
                (
                    "case",
                    models.CharField(max_length=200, primary_key=True, serialize=False),
                ),
                ("person", models.UUIDField()),
                ("taken_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["person", "until"], name="casework_taken_by")],
            },
        ),
    ]

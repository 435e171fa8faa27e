"""Blobs that are named in another blob of their entry (TE-5, LO-4)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0004_erasures"),
    ]

    operations = [
        migrations.AddField(
            model_name="content",
            name="is_part",
            field=models.BooleanField(default=False),
        ),
    ]

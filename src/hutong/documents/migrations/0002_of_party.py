"""A party's documents are found by it, latest first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [
        migrations.AddIndex(
            "document",
            models.Index(
                fields=["party", "-stored_at", "-id"],
                name="documents_document_party",
                condition=models.Q(removed_at__isnull=True),
            ),
        ),
    ]

"""What was written stays (LO-1): entries and their places are insert-only."""

from django.db import migrations

from hutong.journal.tables import immutable


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [immutable("journal_entry"), immutable("journal_position")]

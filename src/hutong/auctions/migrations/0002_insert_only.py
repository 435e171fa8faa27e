"""A bid that was received stays as it was received (AU-9): attempts are insert-only."""

from django.db import migrations

from hutong.journal.tables import immutable


class Migration(migrations.Migration):
    dependencies = [("auctions", "0001_initial"), ("journal", "0002_insert_only")]

    operations = [immutable("auctions_attempt")]

"""Contracts and acceptances are never changed, by anybody."""

from django.db import migrations

from hutong.journal.tables import immutable


class Migration(migrations.Migration):
    dependencies = [("deals", "0001_initial")]
    operations = [immutable("deals_contract"), immutable("deals_acceptance")]

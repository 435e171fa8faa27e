"""A settlement is never changed, by anybody."""

from django.db import migrations

from hutong.journal.tables import immutable


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_initial")]
    operations = [immutable("settlement_settlement")]

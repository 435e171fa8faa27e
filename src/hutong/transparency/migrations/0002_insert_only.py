"""What was signed stays: checkpoints are insert-only (LO-3)."""

from django.db import migrations

from hutong.journal.tables import immutable


class Migration(migrations.Migration):
    dependencies = [("transparency", "0001_initial")]

    operations = [immutable("transparency_checkpoint")]

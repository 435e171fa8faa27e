"""The register is never edited, and its shares are whole (RR-1, RR-8)."""

from django.db import migrations

from hutong.journal.tables import immutable
from hutong.rights.tables import whole_entries


class Migration(migrations.Migration):
    dependencies = [("rights", "0001_initial")]

    operations = [whole_entries(), immutable("rights_entry"), immutable("rights_holding")]

"""Lists, approvals and proofs are never changed."""

from django.db import migrations

from hutong.journal.tables import immutable


class Migration(migrations.Migration):
    dependencies = [("venues", "0001_initial")]

    operations = [
        immutable("venues_memberlist"),
        immutable("venues_approval"),
        immutable("venues_contradiction"),
    ]

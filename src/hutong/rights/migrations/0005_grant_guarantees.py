"""What the database refuses by itself of grants and holdings, though the rules were bypassed."""

from django.db import migrations

from hutong.rights.tables import (
    derived_grants,
    exclusive_grants,
    titles_know_their_end,
    whole_after,
)


class Migration(migrations.Migration):
    dependencies = [("rights", "0004_grants")]

    operations = [
        titles_know_their_end(),
        whole_after("first_registration", "transfer", "redistribution", "empowerment"),
        exclusive_grants(),
        derived_grants(),
    ]

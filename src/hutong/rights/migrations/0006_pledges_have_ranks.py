"""A pledge has a rank and a pledgee (RR-6)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0005_grant_guarantees"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="restriction",
            name="rights_restriction_pledge_ranked",
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "pledge"), _negated=True),
                    models.Q(("party__isnull", False), ("rank__gte", 1), ("rank__isnull", False)),
                    _connector="OR",
                ),
                name="rights_restriction_pledge_ranked",
            ),
        ),
    ]

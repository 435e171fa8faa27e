"""A licence is offered and dealt with what it covers (RR-2, LI-1)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0003_ending_by_two"),
    ]

    operations = [
        migrations.AddField(
            model_name="deal",
            name="licence",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="deal",
            name="licence_mode",
            field=models.CharField(max_length=12, null=True),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("licence__isnull", True), ("licence_mode__isnull", True)),
                    models.Q(("licence__isnull", False), ("licence_mode__isnull", False)),
                    _connector="OR",
                ),
                name="deals_licence_whole",
            ),
        ),
    ]

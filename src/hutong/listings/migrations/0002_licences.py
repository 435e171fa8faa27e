"""A licence is offered and dealt with what it covers (RR-2, LI-1)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("listings", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="listing",
            name="licence",
            field=models.JSONField(null=True),
        ),
    ]

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("deals", "0002_insert_only")]

    operations = [
        migrations.AddField("deal", "ending_side", models.CharField(max_length=6, default="")),
        migrations.AddField("deal", "ending_reason", models.TextField(default="")),
        migrations.AddField("deal", "ending_by", models.UUIDField(null=True)),
        migrations.AddField("deal", "ending_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "deal",
            models.CheckConstraint(
                condition=Q(ending_side__in=["", "seller", "buyer"]), name="deals_ending_side"
            ),
        ),
        migrations.AddConstraint(
            "deal",
            models.CheckConstraint(
                condition=Q(ending_by__isnull=True, ending_at__isnull=True)
                | Q(
                    ending_by__isnull=False,
                    ending_at__isnull=False,
                    status__in=["agreed", "signed", "paid"],
                ),
                name="deals_ending_of_a_live_deal",
            ),
        ),
    ]

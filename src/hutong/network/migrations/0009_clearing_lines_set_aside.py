from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0008_sign_in_elsewhere"),
    ]

    operations = [
        migrations.AddField(
            model_name="clearingstatement",
            name="tries",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="position",
            name="aside_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="position",
            name="aside_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="position",
            name="aside_why",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.CheckConstraint(
                name="network_position_aside_is_open",
                condition=models.Q(aside_since__isnull=True) | models.Q(statement__isnull=True),
            ),
        ),
    ]

"""What is offered is reserved in the register (LI-2)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0006_pledges_have_ranks"),
    ]

    operations = [
        migrations.AddField(
            model_name="title",
            name="reserved_for",
            field=models.CharField(db_default="", max_length=60),
        ),
        migrations.AddIndex(
            model_name="title",
            index=models.Index(
                condition=models.Q(("reserved_for", ""), _negated=True),
                fields=["reserved_for"],
                name="rights_title_reserved",
            ),
        ),
    ]

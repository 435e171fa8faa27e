"""Some kinds are wanted by mail alone, and are not shown here."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [
        migrations.AddField(
            "mailchoice", "site", models.BooleanField(db_default=True, default=True)
        ),
        migrations.AddField("notice", "site", models.BooleanField(db_default=True, default=True)),
        migrations.RemoveIndex("notice", "notices_unread"),
        migrations.AddIndex(
            "notice",
            models.Index(
                fields=["person"],
                name="notices_unread",
                condition=Q(read_at__isnull=True, site=True),
            ),
        ),
    ]

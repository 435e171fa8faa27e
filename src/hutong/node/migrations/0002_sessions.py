from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("node", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        verbose_name="session key",
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                (
                    "expire_date",
                    models.DateTimeField(db_index=True, verbose_name="expire date"),
                ),
                ("person", models.UUIDField(db_index=True, null=True)),
                ("party", models.UUIDField(null=True)),
            ],
            options={"db_table": "node_session"},
        ),
        # Sessions of before end: their table did not say whose they were.
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
    ]

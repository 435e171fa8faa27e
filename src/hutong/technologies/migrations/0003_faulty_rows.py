"""The faulty rows of a file handed in, kept as a workbook of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("technologies", "0002_import_runs")]

    operations = [
        migrations.AddField("importrun", "faulty_rows", models.UUIDField(null=True)),
    ]

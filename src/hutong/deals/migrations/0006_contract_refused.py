from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deals", "0005_joint_parts")]

    operations = [
        migrations.AddField("deal", "contract_refused", models.JSONField(blank=True, default=dict)),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0006_other_venues"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="receipt", name="settlement_receipt_status"),
        migrations.RemoveConstraint(model_name="receipt", name="settlement_matched_has_payable"),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["matched", "suspense", "returned", "cleared"])),
                name="settlement_receipt_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("payable__isnull", False), ("status", "matched"))
                | models.Q(
                    ("payable__isnull", True),
                    ("status__in", ["suspense", "returned", "cleared"]),
                ),
                name="settlement_matched_has_payable",
            ),
        ),
    ]

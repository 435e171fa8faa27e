"""Invitations end by themselves; those that stand get their term from the day they were sent."""

from datetime import timedelta

from django.db import migrations, models
from django.db.models import DateTimeField, ExpressionWrapper, F, Q

ENDINGS = [
    ("accepted", "accepted"),
    ("declined", "declined"),
    ("withdrawn", "withdrawn"),
    ("expired", "expired"),
]


def give_terms(apps, editor):
    term = ExpressionWrapper(F("invited_at") + timedelta(days=14), output_field=DateTimeField())
    apps.get_model("parties", "Invitation").objects.update(expires_at=term)


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_invitations")]

    operations = [
        migrations.AddField("invitation", "expires_at", models.DateTimeField(null=True)),
        migrations.RunPython(give_terms, migrations.RunPython.noop),
        migrations.AlterField("invitation", "expires_at", models.DateTimeField()),
        migrations.AlterField(
            "invitation",
            "ending",
            models.CharField(blank=True, choices=ENDINGS, default="", max_length=20),
        ),
        migrations.RemoveConstraint("invitation", "parties_invitation_ending"),
        migrations.AddConstraint(
            "invitation",
            models.CheckConstraint(
                name="parties_invitation_ending",
                condition=Q(ending="", ended_at__isnull=True)
                | Q(ending__in=[code for code, _ in ENDINGS], ended_at__isnull=False),
            ),
        ),
    ]

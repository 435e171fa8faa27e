"""
Tables of recognition, beside those of the parties recognised (parties.Recognition).

    showing   a credential of ours, shown to another venue: which one it has, and what it answered
"""

from django.db import models
from django.db.models import Q

from hutong.network.recognition.rules import Answered


class Showing(models.Model):
    """`about`: whose credential it is (`party:<id>`)."""

    about = models.CharField(max_length=80)
    venue = models.CharField(max_length=16)
    number = models.CharField(max_length=60)
    answered = models.CharField(max_length=10, default=Answered.WAITING.value)
    why = models.JSONField(default=dict)  # the other's refusal: its code and facts
    shown_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about", "venue"], name="network_showing_once"),
            models.CheckConstraint(
                condition=Q(answered__in=[one.value for one in Answered]),
                name="network_showing_answered",
            ),
        ]
        indexes = [models.Index(fields=["venue", "id"], name="network_showing_to")]

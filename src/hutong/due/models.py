"""Tables: timers, and the one row of the demo clock."""

from django.db import models
from django.db.models import Q


class Timer(models.Model):
    subject = models.CharField(max_length=120)
    kind = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)  # real time of the next try after a failure
    error = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "kind"], name="due_timer_once")]
        indexes = [models.Index(fields=["due_at"], name="due_timer_due_at")]


class Clock(models.Model):
    """One row: how far venue time is from real time."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField()
    demo = models.BooleanField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="due_clock_single"),
            models.CheckConstraint(
                condition=Q(demo=True) | Q(offset="0"), name="due_clock_real_is_real"
            ),
        ]

"""
Tables of recognition, beside those of the parties recognised (parties.Recognition).

    showing         a credential of ours, shown to another venue: which one it has, what it answered
    accepted…       another venue's word that an institution of it is accredited; insert-only: whether
                    it holds today is read off that venue's log and standing
    sign-in code    of our person on their way to another venue; its digest only
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


class AcceptedAccreditation(models.Model):
    """An accreditation that another venue gave, as its certificate says (PA-6)."""

    venue = models.CharField(max_length=16)
    number = models.CharField(max_length=60)
    institution = models.UUIDField()  # its id at its home venue
    name_zh = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    capability = models.CharField(max_length=40)
    starts_on = models.DateField()
    until = models.DateField()
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["venue", "number"], name="network_accredited_once"),
            models.CheckConstraint(
                condition=Q(until__gte=models.F("starts_on")), name="network_accredited_days"
            ),
        ]
        indexes = [models.Index(fields=["until"], name="network_accredited_until")]


class SignInCode(models.Model):
    """Times are real."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    audience = models.CharField(max_length=16)
    nonce = models.CharField(max_length=200)
    person = models.UUIDField()
    party = models.UUIDField()
    role = models.CharField(max_length=20)
    second_factor = models.BooleanField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="network_sign_in_code_over")]


class CameFrom(models.Model):
    """An assertion that signed somebody in here; each does once. Insert-only."""

    assertion = models.UUIDField(primary_key=True)
    venue = models.CharField(max_length=16)
    person = models.UUIDField()
    at = models.DateTimeField()

"""
Tables of claims.

    ownclaim    ours: asked → final | lost; final → releasing → released | moving → moved
    bookclaim   of all venues, while this one is the registrar: what its log says
    claimterm   the terms this venue opened as registrar
    holding     how much of the registrar's log each member says it holds

`number` is always the digest that stands in the log; a number in clear is kept of our own alone.
Moments are the venue's time, but `told_at` of a holding, which is real.
"""

from django.db import models
from django.db.models import Q

from hutong.network.claims.rules import STANDING, UNDER_WAY, Status


class OwnClaim(models.Model):
    """`about`: for what it is claimed (an application). `wanted`: it is not to be given back as
    soon as it is final. `term`: in which it was asked last, -1 for none."""

    id = models.UUIDField(primary_key=True)
    technology = models.UUIDField()
    text = models.CharField(max_length=60)
    number = models.CharField(max_length=71)
    about = models.CharField(max_length=120)
    status = models.CharField(max_length=10, default=Status.ASKED.value)
    wanted = models.BooleanField(default=True)
    term = models.IntegerField(default=-1)
    registrar = models.CharField(max_length=20, default="")
    holder = models.CharField(max_length=20, default="")  # of a lost one; to whom one is moved
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in Status]), name="network_claim_status_known"
            ),
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(status__in=sorted(one.value for one in STANDING)),
                name="network_claim_once",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["lost", "moving", "moved"]) | ~Q(holder=""),
                name="network_claim_lost_to_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["term"],
                condition=Q(status__in=sorted(one.value for one in UNDER_WAY)),
                name="network_claim_under_way",
            ),
            models.Index(fields=["about"], name="network_claim_about"),
        ]


class ClaimTerm(models.Model):
    """`entry`: network.TermOpened in our journal; `version`: of the list that made us registrar."""

    term = models.IntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    version = models.IntegerField()


class BookClaim(models.Model):
    """`entry`: what made it so. `told`: the claimant knows, or did not ask in this term."""

    term = models.ForeignKey(ClaimTerm, on_delete=models.PROTECT, related_name="claims")
    claim = models.UUIDField()
    number = models.CharField(max_length=71)
    technology = models.UUIDField()
    venue = models.CharField(max_length=20)
    entered = models.CharField(max_length=10)
    holder = models.CharField(max_length=20, default="")
    moved_from = models.CharField(max_length=20, default="")  # who is told of it beside (NE-8)
    registered = models.BooleanField(default=False)  # of a refused one: there is a duplicate
    entry = models.BigIntegerField()
    told = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "claim"], name="network_book_claim_once"),
            models.UniqueConstraint(
                fields=["term", "number"],
                condition=Q(entered="granted"),
                name="network_book_number_once",
            ),
            models.CheckConstraint(
                condition=Q(entered__in=["granted", "refused", "released"]),
                name="network_book_entered_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["term", "entry"], condition=Q(told=False), name="network_book_to_tell"
            ),
        ]


class Holding(models.Model):
    venue = models.CharField(max_length=20)
    term = models.IntegerField()
    size = models.BigIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["venue", "term"], name="network_holding_once"),
        ]

"""
Tables of membership.

    network 1 ── n memberlist     the chain as verified; insert-only
            1 ── n venue          what the latest list says of each; re-derived from the chain
            1 ── n change ── n approval
            1 ── n contradiction  two lists of one version, signed by one registrar; insert-only
    application                   of others, to us
    undertaking                   ours: to found a network, or to join one

A venue belongs to one network at a time; of one that was left the rows stay. Moments of lists,
changes and approvals are real time, those of officers' acts the venue's.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.venues.lists import Kind, State
from hutong.venues.states import (
    ApplicationStatus,
    ChangeStatus,
    UndertakingKind,
    UndertakingStatus,
)

OPEN = [ChangeStatus.WAITING.value, ChangeStatus.PROPOSED.value, ChangeStatus.APPROVED.value]


class LockedRows(models.Manager):
    def lock_or_refuse(self, what: str, **wanted: object) -> models.Model:
        row = self.select_for_update().filter(**wanted).first()
        if row is None:
            raise Refused(CommonRefusal.NOT_FOUND, what=what)
        return row


class Network(models.Model):
    """`anchor` is the digest of the genesis list; the rest is as the latest list has it."""

    anchor = models.CharField(primary_key=True, max_length=71)
    name = models.CharField(max_length=120)
    is_current = models.BooleanField(default=True)
    term = models.IntegerField()
    version = models.IntegerField()
    digest = models.CharField(max_length=71)
    registrar = models.CharField(max_length=16)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    joined_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # when another venue last told its list; real time
    problem = models.TextField(default="")  # why none was learnt when last asked

    objects = LockedRows()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="venues_one_network"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("issued_at")), name="venues_network_expires"
            ),
        ]


class MemberList(models.Model):
    """Insert-only. `signed` is the list with its signatures, canonical JSON, as it is published.

    `term` counts the registrars up to this list: of one version, the list of the latest term holds
    (those of a registrar already voted out stay, as evidence).
    """

    digest = models.CharField(primary_key=True, max_length=71)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="lists")
    term = models.IntegerField()
    version = models.IntegerField()
    change = models.CharField(max_length=71)
    signed = models.TextField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    adopted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "term", "version"], name="venues_list_version_once"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("issued_at")), name="venues_list_expires"
            ),
        ]


class Venue(models.Model):
    """A venue as the latest list has it."""

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="venues")
    code = models.CharField(max_length=16)
    state = models.CharField(max_length=10)
    since = models.DateTimeField()
    told = models.JSONField()  # the member as the list tells it
    log_origin = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "code"], name="venues_code_once"),
            models.UniqueConstraint(fields=["network", "log_origin"], name="venues_origin_once"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State]), name="venues_state_known"
            ),
        ]


class Change(models.Model):
    """A change of the list, with what this venue decided on it (PA-5)."""

    digest = models.CharField(primary_key=True, max_length=71)
    id = models.UUIDField(unique=True)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=12)
    venue = models.CharField(max_length=16)
    proposed_by = models.CharField(max_length=16)  # the venue that proposed it
    proposed_at = models.DateTimeField()
    told = models.JSONField()  # the change as it is signed
    status = models.CharField(max_length=10)
    taken_up_by = models.UUIDField(null=True)
    taken_up_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    why = models.TextField(default="")
    listed_in = models.IntegerField(null=True)

    objects = LockedRows()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in Kind]), name="venues_change_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in ChangeStatus]),
                name="venues_change_status_known",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(taken_up_by__isnull=True)
                | ~Q(status=ChangeStatus.APPROVED.value)
                | ~Q(decided_by=models.F("taken_up_by")),
                name="venues_change_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(listed_in__isnull=False) | ~Q(status=ChangeStatus.LISTED.value),
                name="venues_change_listed_somewhere",
            ),
        ]


class Approval(models.Model):
    """Insert-only: a member's signed approval, ours among them."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="approvals")
    venue = models.CharField(max_length=16)
    at = models.DateTimeField()
    told = models.JSONField()
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change", "venue"], name="venues_approval_once"),
        ]


class Contradiction(models.Model):
    """Insert-only: two lists that continue one list, both signed by its registrar."""

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="contradictions")
    registrar = models.CharField(max_length=16)
    version = models.IntegerField()
    one = models.CharField(max_length=71)
    other = models.CharField(max_length=71)
    told = models.JSONField()  # both lists with their signatures
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "one", "other"], name="venues_contradiction_once"
            ),
        ]


class Application(models.Model):
    """Another venue's wish to be let in, as it signed it."""

    digest = models.CharField(primary_key=True, max_length=71)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="applications")
    code = models.CharField(max_length=16)
    told = models.JSONField()
    received_at = models.DateTimeField()
    status = models.CharField(max_length=10, default=ApplicationStatus.RECEIVED.value)
    change = models.ForeignKey(Change, null=True, on_delete=models.PROTECT)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    why = models.TextField(default="")

    objects = LockedRows()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in ApplicationStatus]),
                name="venues_application_status_known",
            ),
            models.UniqueConstraint(
                fields=["network", "code"],
                condition=Q(status=ApplicationStatus.RECEIVED.value),
                name="venues_application_waiting_once",
            ),
        ]


class Undertaking(models.Model):
    """What this venue is about to do for itself: found a network, or join one."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=5)
    name = models.CharField(max_length=120, default="")  # of a network to be founded
    url = models.CharField(max_length=400, default="")  # a member of the network to be joined
    anchor = models.CharField(max_length=71, default="")
    status = models.CharField(max_length=10, default=UndertakingStatus.PROPOSED.value)
    application = models.JSONField(null=True)
    sent_at = models.DateTimeField(null=True)  # real time, as the two below
    next_try_at = models.DateTimeField(null=True)
    problem = models.TextField(default="")
    proposed_by = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    objects = LockedRows()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in UndertakingKind]),
                name="venues_undertaking_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in UndertakingStatus]),
                name="venues_undertaking_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind=UndertakingKind.JOIN.value) | (~Q(url="") & ~Q(anchor="")),
                name="venues_undertaking_joins_somewhere",
            ),
        ]

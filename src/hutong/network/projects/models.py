"""
Tables of joint projects.

    project 1 ── n project venue     invited, joined, declined      at the lead venue
            1 ── n project part      as taken from their homes
    invitation 1 ── n contribution   our sellers' parts             at a home venue; also at the lead's own
"""

from fractions import Fraction

from django.db import models
from django.db.models import Q

from hutong.kit.ids import new_id
from hutong.network.projects import rules
from hutong.network.projects.rules import (
    PART_LIVE,
    ContributionStatus,
    Ending,
    InvitationStatus,
    PartStatus,
    ProjectStatus,
    VenueStatus,
    Words,
)


def _known(name: str, enum: type) -> models.CheckConstraint:
    values = [member.value for member in enum]  # type: ignore[attr-defined]
    return models.CheckConstraint(condition=Q(status__in=values), name=name)


class _Named(models.Model):
    title_zh = models.CharField(max_length=rules.LONGEST_TITLE, blank=True, default="")
    title_en = models.CharField(max_length=rules.LONGEST_TITLE, blank=True, default="")
    summary = models.TextField(blank=True, default="")
    conditions = models.TextField(blank=True, default="")

    class Meta:
        abstract = True

    @property
    def words(self) -> Words:
        return Words(
            title_zh=self.title_zh,
            title_en=self.title_en,
            summary=self.summary,
            conditions=self.conditions,
        )


class Project(_Named):
    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=40, unique=True)
    status = models.CharField(max_length=12, default=ProjectStatus.DRAFTED.value)
    parts_by = models.DateTimeField()
    drafted_by = models.UUIDField(null=True)
    drafted_at = models.DateTimeField()
    announced_by = models.UUIDField(null=True)
    announced_at = models.DateTimeField(null=True)
    composed_by = models.UUIDField(null=True)
    composed_at = models.DateTimeField(null=True)
    lead_part = models.UUIDField(null=True)
    listing = models.UUIDField(null=True, unique=True)
    listing_number = models.CharField(max_length=40, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=12, blank=True, default="")
    closed_because = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            _known("network_project_status", ProjectStatus),
            models.CheckConstraint(
                name="network_project_ending",
                condition=Q(ending="", closed_at__isnull=True)
                | Q(ending__in=[e.value for e in Ending], closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="network_project_four_eyes",
                condition=Q(announced_by__isnull=True) | ~Q(announced_by=models.F("drafted_by")),
            ),
        ]
        indexes = [models.Index(fields=["status", "-drafted_at"], name="network_project_by_status")]


class ProjectVenue(models.Model):
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="venues")
    venue = models.CharField(max_length=20)
    status = models.CharField(max_length=12, default=VenueStatus.INVITED.value)
    reason = models.TextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "venue"], name="network_project_venue_once"),
            _known("network_project_venue_status", VenueStatus),
        ]


class ProjectPart(models.Model):
    """`entry_index`: of the entry that added it, in its home venue's log; null of our own, whose
    entry stands in our journal. `numerator`/`denominator`: its share of the price once composed."""

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="parts")
    venue = models.CharField(max_length=20)
    bundle = models.UUIDField()
    technologies = models.PositiveIntegerField()
    title_zh = models.CharField(max_length=400, blank=True, default="")
    title_en = models.CharField(max_length=400, blank=True, default="")
    seller_zh = models.CharField(max_length=400, blank=True, default="")
    seller_en = models.CharField(max_length=400, blank=True, default="")
    asked_fen = models.BigIntegerField()
    status = models.CharField(max_length=12, default=PartStatus.TAKEN.value)
    entry_index = models.BigIntegerField(null=True)
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "bundle"],
                condition=Q(status="taken"),
                name="network_project_part_once",
            ),
            _known("network_project_part_status", PartStatus),
            models.CheckConstraint(
                name="network_project_part_share",
                condition=Q(numerator__isnull=True, denominator__isnull=True)
                | Q(numerator__gte=1, denominator__gte=models.F("numerator")),
            ),
            models.CheckConstraint(
                name="network_project_part_asks",
                condition=Q(asked_fen__gte=1, technologies__gte=1),
            ),
        ]

    @property
    def share(self) -> Fraction | None:
        if self.numerator is None or self.denominator is None:
            return None
        return Fraction(self.numerator, self.denominator)


class Invitation(_Named):
    """A project that another venue, or we ourselves, lead; `id` is the project's."""

    id = models.UUIDField(primary_key=True)
    lead = models.CharField(max_length=20)
    number = models.CharField(max_length=40)
    parts_by = models.DateTimeField()
    status = models.CharField(max_length=12, default=InvitationStatus.INVITED.value)
    accepted_by = models.UUIDField(null=True)
    confirmed_by = models.UUIDField(null=True)
    reason = models.TextField(blank=True, default="")
    received_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        constraints = [
            _known("network_invitation_status", InvitationStatus),
            models.CheckConstraint(
                name="network_invitation_four_eyes",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=models.F("accepted_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-received_at"], name="network_invitation_by_status")
        ]


class Contribution(models.Model):
    """A part of ours in a project; one live one a bundle."""

    id = models.UUIDField(primary_key=True, default=new_id)
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="parts")
    seller = models.UUIDField(db_index=True)
    bundle = models.UUIDField()
    technologies = models.PositiveIntegerField()
    asked_fen = models.BigIntegerField()
    status = models.CharField(max_length=12, default=ContributionStatus.MANDATED.value)
    mandated_by = models.UUIDField(null=True)
    mandated_at = models.DateTimeField()
    examined_by = models.UUIDField(null=True)
    findings = models.TextField(blank=True, default="")
    added_at = models.DateTimeField(null=True)
    why = models.JSONField(default=dict, blank=True)  # {"code", …facts} of the lead's refusal
    reason = models.TextField(blank=True, default="")  # of a withdrawal
    listing = models.UUIDField(null=True)
    listing_number = models.CharField(max_length=40, blank=True, default="")
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            _known("network_contribution_status", ContributionStatus),
            models.UniqueConstraint(
                fields=["bundle"],
                condition=Q(status__in=sorted(s.value for s in PART_LIVE)),
                name="network_contribution_once",
            ),
            models.CheckConstraint(
                name="network_contribution_asks",
                condition=Q(asked_fen__gte=1, technologies__gte=1),
            ),
            models.CheckConstraint(
                name="network_contribution_four_eyes",
                condition=Q(examined_by__isnull=True) | ~Q(examined_by=models.F("mandated_by")),
            ),
        ]

    @property
    def share(self) -> Fraction | None:
        if self.numerator is None or self.denominator is None:
            return None
        return Fraction(self.numerator, self.denominator)

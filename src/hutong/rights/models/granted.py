"""
Tables of grants, restrictions and what is filed for them.

    grant         where each grant of use stands now; what conflicts is excluded by an index
    restriction   pledges and other restrictions that stand now; ranks are unique
    filing        a licence, pledge, correction … on its way into the register outside a deal
                  1 ── n agreement (whose agreement it needs)   1 ── n disposal (what it binds)

Grants and restrictions follow from the entries, which are never edited; the doctor replays them.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func, Q, Value

from hutong.kit.ids import new_id
from hutong.rights import filing
from hutong.rights.acts import Mode
from hutong.rights.grant_words import FilingKind, FilingStatus
from hutong.rights.spans_field import SpansField


def next_line() -> Func:
    """The next number of a line of grants; a title has one too."""
    return Func(Value("rights_line"), function="nextval", output_field=models.BigIntegerField())


class Grant(models.Model):
    """A grant of use as it stands now: one row however often its entry was corrected.

    `entry` is the latest, `names` are those it corrects. `under` is the grant it derives from.
    `slot`: an ordinary grant has a number of its own; an exclusive or sole one every number but
    those of the grants it accepts. Grants under one another's grantor whose slots, territories,
    fields and terms all overlap exclude each other.
    """

    line = models.BigIntegerField(primary_key=True)
    title_line = models.BigIntegerField()
    technology = models.UUIDField()
    entry = models.OneToOneField("rights.Entry", on_delete=models.PROTECT, related_name="grant")
    names = ArrayField(models.UUIDField(), default=list)
    sequence = models.PositiveIntegerField()  # of the entry that first granted it
    under = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="sublicences"
    )
    depth = models.PositiveSmallIntegerField()
    mode = models.CharField(max_length=12)
    long_term = models.BooleanField(default=False)
    sublicensable = models.BooleanField()
    licensor = models.UUIDField()
    licensee = models.UUIDField()
    slot: Any = SpansField()
    territory: Any = SpansField()
    ipc: Any = SpansField()
    industry: Any = SpansField()
    in_force = DateRangeField()  # empty: ended before it began, or struck out
    ended_by = models.ForeignKey(
        "rights.Entry", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mode__in=[m.value for m in Mode]), name="rights_grant_mode_known"
            ),
            models.CheckConstraint(
                condition=Q(long_term=False) | Q(mode=Mode.ORDINARY.value),
                name="rights_grant_long_term_ordinary",
            ),
        ]
        indexes = [
            models.Index(fields=["technology", "line"], name="rights_grant_of_technology"),
            models.Index(fields=["licensee", "-line"], name="rights_grant_licensee"),
            models.Index(fields=["licensor", "-line"], name="rights_grant_licensor"),
            models.Index(fields=["under"], name="rights_grant_under"),
            GinIndex(fields=["names"], name="rights_grant_names"),
        ]


class Restriction(models.Model):
    """A pledge, pre-emption or funding duty; `live` until it is released, or its title closes."""

    entry = models.OneToOneField(
        "rights.Entry", on_delete=models.PROTECT, primary_key=True, related_name="restriction"
    )
    technology = models.UUIDField()
    kind = models.CharField(max_length=16)
    party = models.UUIDField(null=True)
    rank = models.PositiveSmallIntegerField(null=True)
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["technology", "rank"],
                condition=Q(live=True, kind="pledge"),
                name="rights_restriction_rank_once",
            ),
            models.CheckConstraint(
                condition=~Q(kind="pledge")
                | Q(rank__isnull=False, rank__gte=1, party__isnull=False),
                name="rights_restriction_pledge_ranked",
            ),
        ]
        indexes = [
            models.Index(fields=["technology"], name="rights_restriction_on"),
            models.Index(fields=["party"], name="rights_restriction_party"),
        ]


class Filing(models.Model):
    """What is filed for the register outside a deal and without public notice (RR-7)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=24)
    status = models.CharField(max_length=12)
    applicant = models.UUIDField(null=True)  # None: an officer files
    entered_by = models.UUIDField(null=True)
    technologies = ArrayField(models.UUIDField())
    terms = models.JSONField()
    evidence = ArrayField(models.UUIDField(), default=list)
    corrects = models.UUIDField(null=True)
    rulebook_version = models.PositiveIntegerField()
    filed_at = models.DateTimeField()
    examined_by = models.UUIDField(null=True)
    examined_at = models.DateTimeField(null=True)
    findings = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(default="")
    entries = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in FilingStatus]),
                name="rights_filing_status_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in FilingKind]),
                name="rights_filing_kind_known",
            ),
        ]
        indexes = [
            models.Index(fields=["applicant", "-id"], name="rights_filing_applicant"),
            models.Index(fields=["status", "-id"], name="rights_filing_status"),
            GinIndex(fields=["technologies"], name="rights_filing_technologies"),
        ]

    def state(self) -> filing.Filing:
        return filing.Filing(
            id=self.id,
            number=self.number,
            kind=FilingKind(self.kind),
            status=FilingStatus(self.status),
            applicant=self.applicant,
            agreed={a.party: a.agreed_at is not None for a in self.agreements.all()},
        )

    def take(self, state: filing.Filing) -> None:
        self.status = state.status.value


class Agreement(models.Model):
    """A party whose agreement a filing needs: licensee, co-owner, pledgee."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="agreements")
    party = models.UUIDField()
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["filing", "party"], name="rights_agreement_once")
        ]
        indexes = [models.Index(fields=["party"], name="rights_agreement_party")]

"""
Researcher empowerment and what a deal paid its contributors (RR-9).

    empowerment   1 ── n beneficiary, contribution
    statement     1 ── n cost, due
"""

from django.db import models
from django.db.models import F, Q

from hutong.kit.ids import new_id
from hutong.rights.empowerment import MAX_YEARS
from hutong.rights.income import CostKind
from hutong.rights.models.applications import Application
from hutong.rights.models.common import LockingQuerySet, share_checks
from hutong.rights.procedure_words import Form, PriceBasis, Reward, StatementStatus


class Empowerment(models.Model):
    """赋权: what an institution grants its inventors, its due diligence, and the income plan (RR-9)."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="empowerment", primary_key=True
    )
    form = models.CharField(max_length=16)
    years = models.PositiveSmallIntegerField(null=True)
    state_funded = models.BooleanField()
    published_from = models.DateField()
    published_until = models.DateField()
    published_where = models.CharField(max_length=200)
    publicity_document = models.UUIDField()
    decided_by = models.CharField(max_length=200)
    decided_on = models.DateField()
    decision_document = models.UUIDField()
    price_basis = models.CharField(max_length=10)
    price_statement = models.TextField()
    price_document = models.UUIDField()
    numerator = models.BigIntegerField()  # the contributors' share of net income
    denominator = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(form__in=[f.value for f in Form]), name="rights_empowerment_form_known"
            ),
            models.CheckConstraint(
                condition=Q(price_basis__in=[b.value for b in PriceBasis]),
                name="rights_empowerment_basis_known",
            ),
            models.CheckConstraint(
                condition=~Q(form="long_term_use") | Q(years__range=(1, MAX_YEARS)),
                name="rights_empowerment_use_has_years",
            ),
            *share_checks("empowerment"),
        ]


class Beneficiary(models.Model):
    """An inventor who is empowered: with a share of ownership, or with use (no share)."""

    empowerment = models.ForeignKey(
        Empowerment, on_delete=models.PROTECT, related_name="beneficiaries"
    )
    position = models.PositiveSmallIntegerField()
    party = models.UUIDField()
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["empowerment", "party"], name="rights_beneficiary_once"
            ),
        ]
        indexes = [models.Index(fields=["party"], name="rights_beneficiary_party")]


class Contribution(models.Model):
    """A contributor's part of what all contributors get of the net income, and how it is given."""

    empowerment = models.ForeignKey(
        Empowerment, on_delete=models.PROTECT, related_name="contributions"
    )
    position = models.PositiveSmallIntegerField()
    party = models.UUIDField()
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    reward = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["empowerment", "party"], name="rights_contribution_once"
            ),
            models.CheckConstraint(
                condition=Q(reward__in=[r.value for r in Reward]),
                name="rights_contribution_reward_known",
            ),
            *share_checks("contribution"),
        ]
        indexes = [models.Index(fields=["party"], name="rights_contribution_party")]


class Statement(models.Model):
    """What a deal earned for a technology with an income plan, and who is due what of it (RR-9)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    empowerment = models.ForeignKey(
        Empowerment, on_delete=models.PROTECT, related_name="statements"
    )
    technology = models.UUIDField()
    deal = models.UUIDField()
    institution = models.UUIDField()
    gross_fen = models.BigIntegerField()
    net_fen = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, default=StatementStatus.OPEN.value)
    arose_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.UUIDField(null=True)

    objects = LockingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "technology", "empowerment"], name="rights_statement_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in StatementStatus]),
                name="rights_statement_status_known",
            ),
            models.CheckConstraint(
                condition=Q(net_fen__gte=0) & Q(net_fen__lte=F("gross_fen")),
                name="rights_statement_net",
            ),
        ]
        indexes = [models.Index(fields=["institution", "-id"], name="rights_statement_of")]


class Cost(models.Model):
    """What the institution deducts before income is shared, with its reason."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="costs")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="rights_cost_above_zero"),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in CostKind]), name="rights_cost_kind_known"
            ),
        ]


class Due(models.Model):
    """What one contributor is due of a statement; `given_on` once it was given, with its proof."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="due")
    position = models.PositiveSmallIntegerField()
    party = models.UUIDField()
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    reward = models.CharField(max_length=16)
    amount_fen = models.BigIntegerField()
    given_on = models.DateField(null=True)
    proof = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "party"], name="rights_due_once"),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0), name="rights_due_not_below_zero"
            ),
            *share_checks("due"),
        ]
        indexes = [models.Index(fields=["party"], name="rights_due_party")]

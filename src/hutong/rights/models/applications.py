"""
Applications with examination and public notice, objections to them, and what they cost (RR-7).

    application   1 ── n item, claim (holders), evidence, objection, consent
                  1 ── 1 fee
    objection     1 ── n argument
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from hutong.kit.ids import new_id
from hutong.rights import exchange, rules
from hutong.rights.checklists import ApplicationKind
from hutong.rights.models.common import POWERS, LockingQuerySet, share_checks
from hutong.rights.procedure_words import Side

LIVE_ITEM = Q(live=True)
OBJECTION_STATUSES = ["open", "upheld", "dismissed", "withdrawn", "moot"]


class Application(models.Model):
    """What is applied for with examination and public notice, of one technology or many, examined
    as one file (RR-7): first registration, or the empowerment of researchers."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(
        max_length=20,
        default=ApplicationKind.FIRST_REGISTRATION.value,
        db_default="first_registration",
    )
    number = models.CharField(max_length=40, unique=True)
    bundle = models.UUIDField(null=True)  # the project whose parts are applied for (TE-4)
    checks = models.JSONField(default=dict, db_default={})
    status = models.CharField(max_length=12, default=rules.Status.DRAFT.value)
    applicant = models.UUIDField()
    entered_by = models.UUIDField(null=True)
    submitted_by = models.UUIDField(null=True)
    rulebook_version = models.PositiveIntegerField(null=True)
    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    examined_by = models.UUIDField(null=True)
    findings = models.TextField(default="")
    notice_opened_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(default="")

    objects = LockingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["applicant", "-id"], name="rights_application_applicant"),
            models.Index(fields=["status", "-id"], name="rights_application_status"),
            models.Index(
                fields=["-notice_opened_at", "-id"],
                condition=Q(notice_opened_at__isnull=False),
                name="rights_application_notice",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in rules.Status]),
                name="rights_application_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="notice") | Q(ends_at__isnull=False),
                name="rights_application_notice_ends",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in ApplicationKind]),
                name="rights_application_kind_known",
            ),
        ]

    def state(self) -> rules.Application:
        return rules.Application(
            id=self.id,
            number=self.number,
            status=rules.Status(self.status),
            remaining=frozenset(
                self.items.filter(excepted_because="").values_list("technology", flat=True)
            ),
            ends_at=self.ends_at,
            stopped_at=self.stopped_at,
            open_objections=frozenset(
                self.objections.filter(status="open").values_list("id", flat=True)
            ),
        )

    def take(self, state: rules.Application) -> None:
        self.status = state.status
        self.ends_at = state.ends_at
        self.stopped_at = state.stopped_at


class Item(models.Model):
    """A technology of an application. `live`: the application may still register it.

    `holder` holds it alone, where the sellers of a bundle each bring their own; `set_aside_because`
    is what the examination has found against it so far.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    technology = models.UUIDField()
    live = models.BooleanField(default=False)
    excepted_because = models.TextField(default="")
    holder = models.UUIDField(null=True)
    set_aside_because = models.TextField(default="", db_default="")
    claim = models.CharField(max_length=7, default="", db_default="")  # in the network (NE-5)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(claim__in=["", "waiting", "settled"]), name="rights_item_claim_known"
            ),
            models.UniqueConstraint(
                fields=["application", "technology"], name="rights_item_once_per_application"
            ),
            models.UniqueConstraint(
                fields=["technology"], condition=LIVE_ITEM, name="rights_item_one_live"
            ),
        ]
        indexes = [models.Index(fields=["technology"], name="rights_item_technology")]


class Claim(models.Model):
    """A holder named in an application, per power, over one common denominator."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="claims")
    power = models.CharField(max_length=10, choices=POWERS)
    party = models.UUIDField()
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "power", "party"], name="rights_claim_once"
            ),
            *share_checks("claim"),
        ]
        indexes = [models.Index(fields=["party"], name="rights_claim_party")]


class Evidence(models.Model):
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="evidence")
    document = models.UUIDField()
    attached_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "document"], name="rights_evidence_once")
        ]


class Objection(models.Model):
    """异议: it stops the clock until it is decided with reasons."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="objections"
    )
    technology = models.UUIDField(null=True)
    objector = models.UUIDField()
    filed_by = models.UUIDField(null=True)
    grounds = models.TextField()
    evidence = ArrayField(models.UUIDField(), default=list)
    filed_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)  # until when the side whose turn it is may answer
    status = models.CharField(max_length=10, default="open")
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reasons = models.TextField(default="")

    objects = LockingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "objector"],
                condition=Q(status="open"),
                name="rights_objection_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OBJECTION_STATUSES),
                name="rights_objection_status_known",
            ),
        ]

    def exchange(self) -> exchange.Exchange:
        return exchange.Exchange(
            objection=self.id,
            application=self.application_id,
            open=self.status == "open",
            answer_by=self.answer_by or self.filed_at,
            said=tuple(Side(a.side) for a in sorted(self.arguments.all(), key=lambda a: a.id)),
        )


class Argument(models.Model):
    """What a side said about an objection after its grounds; never changed."""

    id = models.UUIDField(primary_key=True, default=new_id)
    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="arguments")
    side = models.CharField(max_length=10)
    round = models.PositiveSmallIntegerField()
    party = models.UUIDField()
    said_by = models.UUIDField(null=True)
    said_at = models.DateTimeField()
    text = models.TextField()
    documents = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["objection", "side", "round"], name="rights_argument_in_turn"
            ),
            models.CheckConstraint(
                condition=Q(side__in=[s.value for s in Side]), name="rights_argument_side_known"
            ),
        ]


class Consent(models.Model):
    """A party that an application needs agreed to it, while it was a draft."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="consents")
    party = models.UUIDField()
    given_by = models.UUIDField(null=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "party"], name="rights_consent_once")
        ]
        indexes = [models.Index(fields=["party"], name="rights_consent_party")]


class Fee(models.Model):
    """What an application costs by the rulebook; settlement collects it."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="fee", primary_key=True
    )
    payer = models.UUIDField()
    amount_fen = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, default="due")  # due, paid, cancelled
    due_since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    refund_fen = models.BigIntegerField(default=0, db_default=0)  # of a paid one, on rejection

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(refund_fen=0)
                | Q(status="paid", refund_fen__gt=0, refund_fen__lte=F("amount_fen")),
                name="rights_fee_refund_of_what_was_paid",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="rights_fee_above_zero"),
            models.CheckConstraint(
                condition=Q(status__in=["due", "paid", "cancelled"]), name="rights_fee_status_known"
            ),
        ]

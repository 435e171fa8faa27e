"""
Tables of the register.

    application 1 ── n item, claim (holders), evidence, objection     the procedure
                1 ── 1 fee, empowerment (beneficiaries, contributions)
    objection   1 ── n argument
    income      1 ── n cost, due                                       what a deal paid contributors
    entry       1 ── n holding                                         insert-only: the register
    title       one row per registered technology: what is locked, and where the replay ends now
    disposal    what a deal or a filing binds on its way; at most one that blocks per technology
    models_granted: grants of use, restrictions, and what is filed for them
    series      the last number given, per kind of number and year

The title row is a convenience: the register is its entries, and the doctor replays them.
Lock order: application, then title rows by technology, then disposal, then series.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from hutong.kit.canonical import digest_of
from hutong.kit.ids import new_id
from hutong.kit.moments import iso
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights import exchange, register, rules, transfers
from hutong.rights.acts import ENDS_GRANTS, GRANTS, Chapter
from hutong.rights.checklists import ApplicationKind
from hutong.rights.empowerment import MAX_YEARS
from hutong.rights.income import CostKind
from hutong.rights.models_granted import next_line
from hutong.rights.procedure_words import Form, PriceBasis, Reward, Side, StatementStatus
from hutong.rights.shares import MAX_DENOMINATOR, Holdings, Power

LIVE_ITEM = Q(live=True)
OBJECTION_STATUSES = ["open", "upheld", "dismissed", "withdrawn", "moot"]
USE_KINDS = sorted(kind.value for kind in GRANTS | ENDS_GRANTS)
POWERS = [(power.value, power.value) for power in Power]


def _share_checks(table: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(numerator__gte=1)
            & Q(denominator__lte=MAX_DENOMINATOR)
            & Q(numerator__lte=F("denominator")),
            name=f"rights_{table}_share",
        )
    ]


class LockingQuerySet(models.QuerySet[Any]):
    def get_or_refuse(self, id: Any, what: str) -> Any:
        row = self.filter(pk=id).first()
        if row is None:
            raise Refused(CommonRefusal.NOT_FOUND, what=what)
        return row


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

    class Meta:
        constraints = [
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
            *_share_checks("claim"),
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
            *_share_checks("empowerment"),
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
            *_share_checks("contribution"),
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
            *_share_checks("due"),
        ]
        indexes = [models.Index(fields=["party"], name="rights_due_party")]


class Entry(models.Model):
    """One line of the register. Insert-only; its digest is in the journal."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=24)
    technology = models.UUIDField()
    sequence = models.PositiveIntegerField()
    effective_on = models.DateField()
    known_at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    source = models.CharField(max_length=120)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="corrected_by"
    )
    rulebook_version = models.PositiveIntegerField()
    salt = models.CharField(max_length=64)
    chapter = models.CharField(max_length=5, db_default=Chapter.TITLE.value)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["technology", "sequence"], name="rights_entry_in_sequence"
            ),
            models.UniqueConstraint(
                fields=["technology"],
                condition=Q(kind="first_registration", corrects__isnull=True),
                name="rights_entry_first_once",
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=Q(corrects__isnull=False),
                name="rights_entry_corrected_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in register.EntryKind]),
                name="rights_entry_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(chapter__in=[c.value for c in Chapter])
                & (
                    Q(kind=register.EntryKind.STRUCK_OUT.value)
                    | Q(kind__in=USE_KINDS, chapter=Chapter.USE.value)
                    | (~Q(kind__in=USE_KINDS) & Q(chapter=Chapter.TITLE.value))
                ),
                name="rights_entry_in_its_chapter",
            ),
        ]
        indexes = [
            models.Index(fields=["-known_at", "-id"], name="rights_entry_newest"),
            models.Index(
                fields=["technology", "sequence"],
                condition=Q(chapter=Chapter.TITLE.value),
                name="rights_entry_of_title",
            ),
        ]

    def digest(self, holdings: Iterable["Holding"]) -> str:
        """What the journal keeps of this entry: the salted digest of all it says."""
        rows = sorted(
            [h.power, str(h.party), str(h.numerator), str(h.denominator)] for h in holdings
        )
        return digest_of(
            {
                "id": str(self.id),
                "number": self.number,
                "kind": self.kind,
                "technology": str(self.technology),
                "sequence": self.sequence,
                "effective_on": self.effective_on.isoformat(),
                "known_at": iso(self.known_at),
                "facts": self.facts,
                "source": self.source,
                "corrects": str(self.corrects_id) if self.corrects_id else None,
                "rulebook_version": self.rulebook_version,
                "holdings": rows,
                "salt": self.salt,
            }
        )


class Holding(models.Model):
    """Who holds what after an entry that moved holdings. Insert-only; each power totals 1."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="holdings")
    power = models.CharField(max_length=10, choices=POWERS)
    party = models.UUIDField()
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "power", "party"], name="rights_holding_once"),
            *_share_checks("holding"),
        ]
        indexes = [models.Index(fields=["party", "power"], name="rights_holding_party")]


class Title(models.Model):
    """What is locked when a technology's title changes, and where its replay ends now."""

    technology = models.UUIDField(primary_key=True)
    entries = models.PositiveIntegerField()
    holdings_entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="title")
    frozen = models.BooleanField(default=False)
    closed = models.BooleanField(default=False)
    reserved_for = models.CharField(max_length=60, db_default="")  # a listing, then its deal (LI-2)
    line = models.BigIntegerField(unique=True, db_default=next_line())
    last_on = models.DateField()  # the latest day on which an entry takes effect
    last_known_at = models.DateTimeField()
    registered_at = models.DateTimeField()

    objects = LockingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["reserved_for"],
                condition=~Q(reserved_for=""),
                name="rights_title_reserved",
            )
        ]


class Disposal(models.Model):
    """What a deal or a filing binds until it is entered (RR-7). Its id becomes the entry's.

    `kind` is the entry's; a transfer has its share, anything else its `terms`. `blocks`: no other
    may be pending beside it.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=24, db_default=register.EntryKind.TRANSFER.value)
    technology = models.UUIDField()
    deal = models.UUIDField(null=True)
    filing = models.ForeignKey(
        "rights.Filing", on_delete=models.PROTECT, null=True, related_name="disposals"
    )
    giver = models.UUIDField()
    taker = models.UUIDField()
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    terms = models.JSONField(default=dict, db_default={})
    blocks = models.BooleanField(default=True, db_default=True)
    status = models.CharField(max_length=10, default=transfers.DisposalStatus.PREPARED.value)
    outside_step_due = models.BooleanField()
    rulebook_version = models.PositiveIntegerField()
    prepared_at = models.DateTimeField()
    filed_on = models.DateField(null=True)
    effective_on = models.DateField(null=True)
    office_number = models.CharField(max_length=100, default="")
    evidence = ArrayField(models.UUIDField(), default=list)
    step_recorded_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancelled_because = models.TextField(default="")

    objects = LockingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["technology"],
                condition=Q(status="prepared", blocks=True),
                name="rights_disposal_one_pending",
            ),
            models.UniqueConstraint(
                fields=["deal", "technology"],
                condition=~Q(status="cancelled"),
                name="rights_disposal_once_per_deal",
            ),
            models.UniqueConstraint(
                fields=["filing", "technology"],
                condition=~Q(status="cancelled"),
                name="rights_disposal_once_per_filing",
            ),
            models.CheckConstraint(
                condition=Q(deal__isnull=False, filing__isnull=True)
                | Q(deal__isnull=True, filing__isnull=False),
                name="rights_disposal_of_deal_or_filing",
            ),
            models.CheckConstraint(
                condition=Q(kind="transfer", numerator__isnull=False, denominator__isnull=False)
                | (~Q(kind="transfer") & Q(numerator__isnull=True, denominator__isnull=True)),
                name="rights_disposal_share_of_transfer",
            ),
            models.CheckConstraint(
                condition=~Q(status="effected")
                | Q(outside_step_due=False)
                | Q(effective_on__isnull=False),
                name="rights_disposal_outside_step_first",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in transfers.DisposalStatus]),
                name="rights_disposal_status_known",
            ),
            *_share_checks("disposal"),
        ]
        indexes = [models.Index(fields=["deal"], name="rights_disposal_deal")]

    def state(self) -> transfers.PendingTransfer:
        share = None
        if self.numerator is not None and self.denominator is not None:
            share = Fraction(self.numerator, self.denominator)
        return transfers.PendingTransfer(
            id=self.id,
            kind=register.EntryKind(self.kind),
            deal=self.deal,
            filing=self.filing_id,
            technology=self.technology,
            giver=self.giver,
            taker=self.taker,
            share=share,
            status=transfers.DisposalStatus(self.status),
            outside_step_due=self.outside_step_due,
            effective_on=self.effective_on,
        )


class Series(models.Model):
    """The last number given, per kind (RA application, RR register entry) and local year."""

    kind = models.CharField(max_length=4)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="rights_series_once")]


def holdings_of(rows: Any) -> Holdings:
    """Read holdings from rows of `Holding` or `Claim`."""
    return Holdings.from_rows((r.power, r.party, r.numerator, r.denominator) for r in rows)

"""
Applications with notice, their public notices, and the objections to them.

An application is seen by its applicant and whomever it names, the registrar and the supervisor (a
draft by those whose agreement it needs); its notice by everybody; an objection and its arguments by
the objector, the applicant's side and the registrar.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from hutong.doors.api import paged
from hutong.doors.beside import beside
from hutong.doors.reading import once
from hutong.kit.actor import Actor
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.parties.membership import ANY_ROLE
from hutong.rights import rules
from hutong.rights.checklists import ApplicationKind
from hutong.rights.empowerment import File, must_consent
from hutong.rights.models import (
    Application,
    Beneficiary,
    Claim,
    Contribution,
    Fee,
    Item,
    Objection,
    holdings_of,
)
from hutong.rights.procedure_words import Side
from hutong.rights.queries.empowerments import PublicTerms, file_of, public
from hutong.rights.shares import WHOLE, Holdings
from hutong.rulebook import queries as rulebook

MOST_IN_CALENDAR = 500
OFFICERS = ("rights.examine", "rights.decide_objection", "supervise.read")


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """A technology of an application. `holder` holds it alone, in a joint application; what is set
    aside is the officers' working note."""

    technology: UUID
    excepted_because: str
    holder: UUID | None = None
    set_aside_because: str = ""


@dataclass(frozen=True, kw_only=True)
class FeeView:
    """`refund_fen`: what went back on rejection; `rejection_refund_bp`: the rulebook's part of it."""

    payer: UUID
    amount_fen: int
    currency: str
    status: str  # due, paid, cancelled
    due_since: datetime
    refund_fen: int
    rejection_refund_bp: int


@dataclass(frozen=True, kw_only=True)
class ApplicationView:
    """`holdings` of every technology once registered; None where each is held by its own seller."""

    id: UUID
    kind: ApplicationKind
    number: str
    status: rules.Status
    bundle: UUID | None
    applicant: UUID
    holdings: Holdings | None
    empowerment: File | None
    items: tuple[ItemView, ...]
    evidence: tuple[UUID, ...]
    consents_missing: frozenset[UUID]
    consents_given: frozenset[UUID]
    fee: FeeView | None
    drafted_at: datetime
    submitted_at: datetime | None
    checks: Mapping[str, bool]
    findings: str
    notice_opened_at: datetime | None
    ends_at: datetime | None
    stopped_at: datetime | None
    open_objections: int
    ended_at: datetime | None
    ended_because: str

    @property
    def technologies(self) -> tuple[UUID, ...]:
        return tuple(item.technology for item in self.items)

    @property
    def sellers(self) -> dict[UUID, int]:
        """In a joint application: each seller, and how many technologies it brings."""
        return dict(Counter(i.holder for i in self.items if i.holder and not i.excepted_because))

    @property
    def parties(self) -> frozenset[UUID]:
        """Everybody the application names."""
        held = self.holdings.parties() if self.holdings else frozenset()
        people = self.empowerment.people() if self.empowerment else frozenset()
        return frozenset({self.applicant, *self.sellers}) | held | people


@dataclass(frozen=True, kw_only=True)
class NoticeView:
    """公示: what everybody may read of an application while and after it is noticed."""

    application: UUID
    kind: ApplicationKind
    number: str
    status: rules.Status
    bundle: UUID | None
    holdings: Holdings | None
    holders: Mapping[UUID, UUID]  # technology → its seller, in a joint application
    terms: PublicTerms | None
    technologies: tuple[UUID, ...]
    opened_at: datetime
    ends_at: datetime
    stopped: bool
    objections: int

    @property
    def claimants(self) -> frozenset[UUID]:
        held = frozenset(self.holdings.ownership) if self.holdings else frozenset()
        return held | frozenset(self.holders.values())

    @property
    def sellers(self) -> dict[UUID, int]:
        return dict(Counter(self.holders.values()))


@dataclass(frozen=True, kw_only=True)
class ArgumentView:
    id: UUID
    side: Side
    party: UUID
    round: int
    said_at: datetime
    text: str
    documents: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class ObjectionView:
    """An objection with its exchange. `turn` and `answer_by`: who may answer now, until when."""

    id: UUID
    application: UUID
    technology: UUID | None
    objector: UUID
    grounds: str
    evidence: tuple[UUID, ...]
    filed_at: datetime
    status: str
    arguments: tuple[ArgumentView, ...]
    turn: Side
    answered: bool
    answer_by: datetime | None
    decided_at: datetime | None
    reasons: str


def application(id: UUID, actor: Actor | None = None) -> ApplicationView:
    """One application; with `actor`, as far as that actor may see it."""
    row = _row(id)
    if actor is not None and not _sees(actor, row):
        raise Refused(CommonRefusal.NOT_FOUND, what="application")
    return view(row)


def applications(
    actor: Actor,
    *,
    status: rules.Status | None = None,
    technology: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """A page of what an actor may see, newest first: officers all, a party its own."""
    rows = _with_parts(Application.objects.all())
    if not sees_all_applications(actor):
        rows = rows.filter(_seen_by(actor.acting_party()))
    if status is not None:
        rows = rows.filter(status=status)
    if technology is not None:
        rows = rows.filter(items__technology=technology)
    return paged(rows, cursor, limit, out=view)


def _seen_by(party: UUID) -> Q:
    """Its own; those that name it once submitted; drafts that need its agreement."""
    claimed = Claim.objects.filter(application=OuterRef("pk"), party=party)
    brought = Item.objects.filter(application=OuterRef("pk"), holder=party)
    empowered = Beneficiary.objects.filter(empowerment=OuterRef("pk"), party=party)
    paid = Contribution.objects.filter(empowerment=OuterRef("pk"), party=party)
    drafted = Q(status=rules.Status.DRAFT)
    empowering = Q(kind=ApplicationKind.EMPOWERMENT)
    return (
        Q(applicant=party)
        | (Exists(claimed) & (~drafted | empowering))
        | Exists(brought)
        | Exists(empowered)
        | (Exists(paid) & ~drafted)
    )


def waiting_for_consent(party: UUID) -> list[ApplicationView]:
    """Drafts of others that wait for this party's agreement, oldest first."""
    rows = Application.objects.filter(_seen_by(party), status=rules.Status.DRAFT)
    rows = rows.exclude(applicant=party).exclude(consents__party=party).order_by("id")
    return [view(row) for row in _with_parts(rows) if party in consents_missing(row)]


def waiting_for_answer(party: UUID, now: datetime) -> list[ObjectionView]:
    """Open objections in which it is this party's turn to say something, soonest first."""
    rows = Objection.objects.filter(status="open", answer_by__gt=now).order_by("answer_by", "id")
    rows = rows.filter(Q(application__applicant=party) | Q(objector=party))
    rows = rows.select_related("application").prefetch_related("arguments")
    return [
        objection_view(row)
        for row in rows
        if (row.exchange().turn is Side.OBJECTOR) == (row.objector == party)
    ]


def _row(id: UUID) -> Application:
    """The row with its parts, asked for once by a page that needs it for several things."""
    row = once(("rights.application", id), _with_parts(Application.objects.filter(pk=id)).first)
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="application")
    return row


def _with_parts(rows: QuerySet[Application]) -> QuerySet[Application]:
    rows = beside(rows, "items", "claims", "evidence", "consents", "objections")
    return rows.select_related("fee", "empowerment").prefetch_related(
        "empowerment__beneficiaries", "empowerment__contributions"
    )


def notices(
    *, running: bool | None = None, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """A page of public notices, newest first. Public."""
    rows = _noticed()
    if running is not None:
        is_running = Q(status=rules.Status.NOTICE)
        rows = rows.filter(is_running if running else ~is_running)
    return paged(rows, cursor, limit, key=("-notice_opened_at", "-id"), out=notice_view)


def _noticed() -> QuerySet[Application]:
    """Only what a public notice shows of an application."""
    rows = Application.objects.filter(notice_opened_at__isnull=False)
    return rows.select_related("empowerment").prefetch_related(
        "items",
        "claims",
        "objections",
        "empowerment__beneficiaries",
        "empowerment__contributions",
    )


@dataclass(frozen=True, kw_only=True)
class NoticeDay:
    """A day of the calendar of notices: which open, which end."""

    day: date
    opening: tuple[NoticeView, ...]
    ending: tuple[NoticeView, ...]


def notice_calendar(first: date, last: date) -> dict[date, NoticeDay]:
    """Notices that open or end on each day from `first` to `last`, both included. Public."""
    opening: dict[date, list[NoticeView]] = {}
    ending: dict[date, list[NoticeView]] = {}
    near = Q(notice_opened_at__date__range=(first, last)) | Q(ends_at__date__range=(first, last))
    for row in _noticed().filter(near).order_by("notice_opened_at", "id")[:MOST_IN_CALENDAR]:
        seen = notice_view(row)
        opening.setdefault(local_date(seen.opened_at), []).append(seen)
        if seen.status is rules.Status.NOTICE and not seen.stopped:
            ending.setdefault(local_date(seen.ends_at), []).append(seen)
    days = sorted(day for day in {*opening, *ending} if first <= day <= last)
    return {
        day: NoticeDay(
            day=day, opening=tuple(opening.get(day, ())), ending=tuple(ending.get(day, ()))
        )
        for day in days
    }


def notice(application: UUID) -> NoticeView:
    row = _noticed().filter(id=application).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="public notice")
    return notice_view(row)


def objections(application: UUID, actor: Actor) -> list[ObjectionView]:
    """Objections an actor may read: all of them for holders and officers, else one's own."""
    row = _row(application)
    rows = row.objections.order_by("filed_at", "id").prefetch_related("arguments")
    if not _sees(actor, row):
        rows = rows.filter(objector=actor.acting_party())
    return [objection_view(objection) for objection in rows]


def objection(id: UUID) -> ObjectionView:
    """One objection; who may read it is the caller's to know."""
    return objection_view(Objection.objects.get_or_refuse(id, "objection"))


@dataclass(frozen=True, kw_only=True)
class Hands:
    """Through whose hands an application went, for the officers' page (PA-5)."""

    entered_by: UUID | None
    submitted_by: UUID | None
    examined_by: UUID | None
    barred: frozenset[UUID]  # whoever acts for the applicant may not decide


def hands_of(application: UUID) -> Hands:
    row = _row(application)
    return Hands(
        entered_by=row.entered_by,
        submitted_by=row.submitted_by,
        examined_by=row.examined_by,
        barred=frozenset(id for id in involved_in(row) if id),
    )


def involved_in(row: Application) -> list[UUID | None]:
    """Who may not decide about an application: who entered it, and whoever acts for its applicant
    in any role (PA-5)."""
    return [row.entered_by, row.submitted_by, *parties.people_of(row.applicant, ANY_ROLE)]


def objector_of(objection: UUID) -> UUID:
    return Objection.objects.get_or_refuse(objection, "objection").objector


def view(row: Application) -> ApplicationView:
    return ApplicationView(
        id=row.id,
        kind=ApplicationKind(row.kind),
        number=row.number,
        status=rules.Status(row.status),
        bundle=row.bundle,
        applicant=row.applicant,
        holdings=claimed_by(row),
        empowerment=file_of(row),
        items=tuple(
            ItemView(
                technology=item.technology,
                excepted_because=item.excepted_because,
                holder=item.holder,
                set_aside_because=item.set_aside_because,
            )
            for item in sorted(row.items.all(), key=lambda item: item.position)
        ),
        evidence=tuple(e.document for e in sorted(row.evidence.all(), key=lambda e: e.id)),
        consents_missing=consents_missing(row),
        consents_given=frozenset(c.party for c in row.consents.all()),
        fee=_fee_view(fee_of(row)),
        drafted_at=row.drafted_at,
        submitted_at=row.submitted_at,
        checks=dict(row.checks),
        findings=row.findings,
        notice_opened_at=row.notice_opened_at,
        ends_at=row.ends_at,
        stopped_at=row.stopped_at,
        open_objections=sum(o.status == "open" for o in row.objections.all()),
        ended_at=row.ended_at,
        ended_because=row.ended_because,
    )


def notice_view(row: Application) -> NoticeView:
    assert row.notice_opened_at is not None, "only opened notices are shown"
    assert row.ends_at is not None, "a notice has an end"
    return NoticeView(
        application=row.id,
        kind=ApplicationKind(row.kind),
        number=row.number,
        status=rules.Status(row.status),
        bundle=row.bundle,
        holdings=claimed_by(row),
        holders={
            item.technology: item.holder
            for item in row.items.all()
            if item.holder is not None and not item.excepted_because
        },
        terms=public(row),
        technologies=tuple(
            item.technology
            for item in sorted(row.items.all(), key=lambda item: item.position)
            if not item.excepted_because
        ),
        opened_at=row.notice_opened_at,
        ends_at=row.ends_at,
        stopped=row.stopped_at is not None,
        objections=len(row.objections.all()),
    )


def objection_view(row: Objection) -> ObjectionView:
    return ObjectionView(
        id=row.id,
        application=row.application_id,
        technology=row.technology,
        objector=row.objector,
        grounds=row.grounds,
        evidence=tuple(row.evidence),
        filed_at=row.filed_at,
        status=row.status,
        arguments=tuple(
            ArgumentView(
                id=argument.id,
                side=Side(argument.side),
                party=argument.party,
                round=argument.round,
                said_at=argument.said_at,
                text=argument.text,
                documents=tuple(argument.documents),
            )
            for argument in sorted(row.arguments.all(), key=lambda argument: argument.id)
        ),
        turn=row.exchange().turn,
        answered=row.exchange().answered,
        answer_by=row.answer_by,
        decided_at=row.decided_at,
        reasons=row.reasons,
    )


def claimed_by(row: Application) -> Holdings | None:
    """Who will hold every technology of the application; None where each has its own seller."""
    claims = row.claims.all()
    return holdings_of(claims) if claims else None


def holdings_by_technology(row: Application) -> dict[UUID, Holdings]:
    """Who will hold what of each technology that is still in the application."""
    shared = claimed_by(row)
    return {
        item.technology: shared or Holdings.of([(item.holder, WHOLE)])
        for item in row.items.all()
        if not item.excepted_because
    }


def named_in(row: Application) -> frozenset[UUID]:
    """Parties that will hold something by this application, and its applicant."""
    shared = claimed_by(row)
    held = shared.parties() if shared else frozenset()
    return held | {i.holder for i in row.items.all() if i.holder} | {row.applicant}


def consents_needed(row: Application) -> frozenset[UUID]:
    """Whose agreement it needs: other sellers of the bundle; of an empowerment the co-owners and
    whoever is empowered. For ordinary applications the evidence holds the holders' agreement."""
    if row.kind == ApplicationKind.EMPOWERMENT:
        file = file_of(row)
        return must_consent(
            applicant=row.applicant, holders=named_in(row), grant=file.grant if file else None
        )
    return named_in(row) - {row.applicant} if row.bundle else frozenset()


def consents_missing(row: Application) -> frozenset[UUID]:
    return consents_needed(row) - {consent.party for consent in row.consents.all()}


def fee_of(row: Application) -> Fee | None:
    return getattr(row, "fee", None)


def _fee_view(fee: Fee | None) -> FeeView | None:
    if fee is None:
        return None
    return FeeView(
        payer=fee.payer,
        amount_fen=fee.amount_fen,
        currency=fee.currency,
        status=fee.status,
        due_since=fee.due_since,
        refund_fen=fee.refund_fen,
        rejection_refund_bp=_refund_bp(fee.application),
    )


def _refund_bp(row: Application) -> int:
    assert row.rulebook_version is not None, "a fee falls due on submission"
    return rulebook.version(row.rulebook_version).rights.rejection_refund_bp


def may_read_evidence(actor: Actor, document: UUID) -> bool:
    """Whether a document lies in an application or objection that the actor may see."""
    if actor.party is None:
        return False
    mine = actor.party
    attached = Q(evidence__document=document)
    argued = Q(objections__evidence__contains=[document]) | Q(
        objections__arguments__documents__contains=[document]
    )
    return (
        Application.objects.filter(_seen_by(mine), attached).exists()
        or Application.objects.filter(
            argued, Q(applicant=mine) | Q(objections__objector=mine)
        ).exists()
    )


def live_among(technologies: Collection[UUID]) -> set[UUID]:
    """Technologies another application holds at the moment."""
    return set(
        Item.objects.filter(technology__in=list(technologies), live=True).values_list(
            "technology", flat=True
        )
    )


def sees_all_applications(actor: Actor) -> bool:
    return actor.is_system or (
        actor.second_factor and any(power in actor.powers for power in OFFICERS)
    )


def _sees(actor: Actor, row: Application) -> bool:
    if sees_all_applications(actor):
        return True
    if actor.party is None:
        return False
    return Application.objects.filter(_seen_by(actor.party), pk=row.pk).exists()

"""
A party's applications, those that need its agreement, and objections in which it is its turn, as rows
of one list.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Concat

from hutong.doors.waiting import shaped
from hutong.rights.checklists import ApplicationKind
from hutong.rights.models import (
    Application,
    Argument,
    Beneficiary,
    Claim,
    Consent,
    Item,
    Objection,
)
from hutong.rights.procedure_words import Side
from hutong.rights.rules import LIVE, Status

UNDER_WAY = [s.value for s in (Status.DRAFT, *LIVE)]


def waiting_for(
    party: UUID, now: datetime
) -> tuple[QuerySet[Application], QuerySet[Application], QuerySet[Objection]]:
    """For `doors.waiting.together`: `application:…`, `application:to_agree`, `objection:…`."""
    return _own(party), _to_agree(party), _to_answer(party, now)


def _to_agree(party: UUID) -> QuerySet[Application]:
    """Drafts of others that need this party's agreement and have not got it yet (RR-1)."""
    claimed = Exists(Claim.objects.filter(application=OuterRef("pk"), party=party))
    brought = Exists(Item.objects.filter(application=OuterRef("pk"), holder=party))
    empowered = Exists(Beneficiary.objects.filter(empowerment=OuterRef("pk"), party=party))
    agreed = Exists(Consent.objects.filter(application=OuterRef("pk"), party=party))
    empowering = Q(kind=ApplicationKind.EMPOWERMENT.value)
    needs = (empowering & (claimed | empowered)) | (Q(bundle__isnull=False) & (claimed | brought))
    rows = Application.objects.filter(needs, ~agreed, status=Status.DRAFT.value)
    return shaped(
        rows.exclude(applicant=party),
        what=Value("application:to_agree"),
        mine=Value(True),
        id="id",
        number="number",
        since="drafted_at",
    )


def _to_answer(party: UUID, now: datetime) -> QuerySet[Objection]:
    """Open objections in which it is this party's turn to say something; sides take turns."""
    last = Argument.objects.filter(objection=OuterRef("pk")).order_by("-id").values("side")[:1]
    objector_next = Q(last=Side.APPLICANT.value)
    applicant_next = Q(last__isnull=True) | Q(last=Side.OBJECTOR.value)
    own = Q(objector=party)
    rows = Objection.objects.filter(status="open", answer_by__gt=now).annotate(last=Subquery(last))
    turn = (own & objector_next) | (Q(application__applicant=party) & applicant_next)
    return shaped(
        rows.filter(turn),
        what=Case(
            When(own, then=Value("objection:to_reply")), default=Value("objection:to_answer")
        ),
        mine=Value(True),
        id="application_id",
        number="application__number",
        due_by="answer_by",
        since="filed_at",
    )


def _own(party: UUID) -> QuerySet[Application]:
    in_notice = Q(status=Status.NOTICE.value)
    return shaped(
        Application.objects.filter(applicant=party, status__in=UNDER_WAY),
        what=Case(
            When(in_notice & ~Q(stopped_at=None), then=Value("application:stopped")),
            default=Concat(Value("application:"), "status", output_field=TextField()),
            output_field=TextField(),
        ),
        mine=Q(status=Status.DRAFT.value),
        id="id",
        number="number",
        due_by=Case(When(in_notice & Q(stopped_at=None), then=F("ends_at"))),
        since="drafted_at",
    )

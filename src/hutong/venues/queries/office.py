"""
What officers of membership decide: changes, applications, undertakings, proofs of misconduct.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from hutong.doors.reading import is_reading, once
from hutong.venues import approvals, lists, rolls
from hutong.venues.fields import DocumentInvalid
from hutong.venues.models import (
    OPEN,
    Application,
    Approval,
    Change,
    Contradiction,
    Undertaking,
)
from hutong.venues.queries.kept import roll_of, why_impossible
from hutong.venues.queries.members import (
    MOST_CHANGES,
    OF_CHANGES,
    beside_of,
    current_network,
    my_code,
)
from hutong.venues.queries.views import (
    ApplicationView,
    ChangeView,
    ContradictionView,
    UndertakingView,
)
from hutong.venues.rolls import Roll
from hutong.venues.states import (
    ApplicationStatus,
    ChangeStatus,
    UndertakingKind,
    UndertakingStatus,
)


def changes(*statuses: ChangeStatus, limit: int = MOST_CHANGES) -> list[ChangeView]:
    """Changes of the network this venue is in, latest first; those open, or in `statuses`."""
    if not statuses and limit == MOST_CHANGES and is_reading():
        return once(("venues.changes",), _open_changes)
    wanted = [status.value for status in statuses] or OPEN
    return once(
        ("venues.changes", *sorted(wanted), limit),
        lambda: _views(Change.objects.filter(status__in=wanted), limit),
    )


def any_open_change() -> bool:
    """Whether a change of the list is under way."""
    return Change.objects.filter(network__is_current=True, status__in=OPEN).exists()


def change(digest: str) -> ChangeView | None:
    found = _views(Change.objects.filter(digest=digest), 1)
    return found[0] if found else None


def _open_changes() -> list[ChangeView]:
    """Those open, as `_with_all` has them."""
    row = current_network()
    told = (beside_of(row, "open_changes") or []) if row else []
    if row is None or not told:
        return []
    roll, mine = roll_of(row), my_code()
    return [_view(_read_change(one), roll, mine) for one in told]


def _read_change(told: dict[str, Any]) -> Change:
    given = {name: told[name] for name in OF_CHANGES}
    for name in ("taken_up_at", "decided_at"):
        given[name] = datetime.fromisoformat(given[name]) if given[name] else None
    for name in ("id", "taken_up_by", "decided_by"):
        given[name] = UUID(given[name]) if given[name] else None
    row = Change(**given)
    row.approved_by = told["approved_by"]
    return row


def _views(rows: Any, limit: int) -> list[ChangeView]:
    row = current_network()
    if row is None:
        return []
    roll, mine = roll_of(row), my_code()
    given = Approval.objects.filter(change=OuterRef("pk")).order_by("venue").values("venue")
    found = rows.filter(network=row).annotate(approved_by=ArraySubquery(given))
    return [_view(one, roll, mine) for one in found.order_by("-proposed_at", "digest")[:limit]]


def _view(row: Any, roll: Roll, mine: str) -> ChangeView:
    told = lists.Change.read(row.told)
    approved = tuple(row.approved_by)
    wanted = approvals.needed(roll, told)
    own_missing = wanted.own is not None and wanted.own not in approved
    others = max(0, wanted.others - len(set(approved) & wanted.among))
    is_open = row.status in OPEN or row.status == ChangeStatus.DECLINED
    return ChangeView(
        digest=row.digest,
        id=row.id,
        kind=told.kind,
        venue=told.venue,
        proposed_by=told.proposed_by,
        proposed_at=told.proposed_at,
        lapses_at=rolls.lapses_at(told),
        details=dict(told.details),
        reason=told.reason,
        status=ChangeStatus(row.status),
        taken_up_by=row.taken_up_by,
        taken_up_at=row.taken_up_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        why=row.why,
        listed_in=row.listed_in,
        approved_by=approved,
        needs=int(own_missing) + others if is_open else 0,
        is_ours=wanted.counts(mine),
        impossible=(why_impossible(roll, told) or "") if is_open else "",
    )


def open_documents() -> list[dict[str, Any]]:
    """Changes under way with every approval known here, as they are passed on to other members."""
    rows = Change.objects.filter(
        network__is_current=True, status__in=[*OPEN, ChangeStatus.DECLINED.value]
    )
    return [
        {"change": row.told, "approvals": [one.told for one in row.approvals.all()]}
        for row in rows.order_by("proposed_at", "digest").prefetch_related("approvals")
        if row.approvals.all()
    ]


def change_of(told: Any) -> str | None:
    """The digest of a change, given as a document, where it is known here; else None."""
    try:
        digest = lists.Change.read(told).digest
    except DocumentInvalid:
        return None
    known = Change.objects.filter(digest=digest, network__is_current=True).exists()
    return digest if known else None


def approvals_known(change: Any) -> set[str]:
    """Whose approvals of a change, given as a document, are kept here."""
    id = change.get("id") if isinstance(change, dict) else None
    rows = Change.objects.filter(id=id) if _is_id(id) else Change.objects.none()
    return set(rows.values_list("approvals__venue", flat=True)) - {None}


def _is_id(given: Any) -> bool:
    try:
        UUID(given)
    except (ValueError, TypeError, AttributeError):
        return False
    return True


def applications(*statuses: ApplicationStatus) -> list[ApplicationView]:
    """Applications to us, latest first; those that wait, or in `statuses`."""
    wanted = statuses or (ApplicationStatus.RECEIVED,)
    if wanted == (ApplicationStatus.RECEIVED,) and is_reading():
        current = current_network()
        received = (beside_of(current, "received") or []) if current else []
        return [_received(one) for one in received]
    rows = Application.objects.filter(network__is_current=True, status__in=wanted)
    return [_application(row) for row in rows.order_by("-received_at")]


def application(digest: str) -> ApplicationView | None:
    row = Application.objects.filter(digest=digest).first()
    return _application(row) if row else None


def _application(row: Application) -> ApplicationView:
    told = lists.Application.read(row.told)
    return ApplicationView(
        digest=row.digest,
        member=told.member,
        at=told.at,
        received_at=row.received_at,
        status=ApplicationStatus(row.status),
        change=row.change_id,
        decided_at=row.decided_at,
        why=row.why,
    )


def _received(told: dict[str, Any]) -> ApplicationView:
    """One that waits, as `_with_all` has it."""
    received_at = datetime.fromisoformat(told["received_at"])
    row = Application(
        digest=told["digest"],
        told=told["told"],
        received_at=received_at,
        status=ApplicationStatus.RECEIVED.value,
    )
    return _application(row)


def undertaking() -> UndertakingView | None:
    """What this venue undertakes for itself at present: proposed or accepted, not done."""
    open_ = [UndertakingStatus.PROPOSED.value, UndertakingStatus.ACCEPTED.value]
    rows = Undertaking.objects.filter(status__in=open_).order_by("-proposed_at")
    row = once(("venues.undertaking",), rows.first)
    if row is None:
        return None
    return UndertakingView(
        id=row.id,
        kind=UndertakingKind(row.kind),
        name=row.name,
        url=row.url,
        anchor=row.anchor,
        status=UndertakingStatus(row.status),
        application=row.application,
        sent_at=row.sent_at,
        next_try_at=row.next_try_at,
        problem=row.problem,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_at=row.decided_at,
    )


def accused() -> list[str]:
    """Venues that signed two lists that cannot both be, by code."""
    row = current_network()
    if row is None:
        return []
    found = beside_of(row, "accused")
    return found if found is not None else sorted({proof.who for proof in contradictions()})


def contradictions() -> list[ContradictionView]:
    """Proofs of misconduct in the network this venue is in, latest first."""
    rows = Contradiction.objects.filter(network__is_current=True).order_by("-id")
    return [
        ContradictionView(
            who=row.registrar,
            version=row.version,
            one=row.one,
            other=row.other,
            told=row.told,
            found_at=row.found_at,
        )
        for row in rows[:100]
    ]

"""
What burdens a title: licences and restrictions, on any date, as known at any moment (RR-8, RR-10).

    grants_of(technology)         a page of grants of use: what a territory × time chart draws
    use_of(technology)            all of them, by replay
    restrictions_on(technology)   freezes, pledges, pre-emptions, funding duties, with consents
    why_not_grant(…)              whether a licence could be given so, now; the reason when not

The register is public: views name parties by id.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from hutong.doors.api import paged
from hutong.kit.refusal import Refused
from hutong.rights import register
from hutong.rights.acts import (
    Chapter,
    Consent,
    EntryKind,
    Licence,
    Mode,
    Pledge,
    PreEmption,
    StateFunding,
    kind_of,
)
from hutong.rights.grants import GrantInForce
from hutong.rights.models import Entry, Title
from hutong.rights.queries import rivals
from hutong.rights.queries.titles import FOREVER, current_states, entries_of, pending_on
from hutong.rights.refusals import Refusal
from hutong.rights.scope import Scope

NOBODY = UUID(int=0)


class GrantStatus(StrEnum):
    COMING = "coming"  # registered; its term has not begun
    IN_FORCE = "in_force"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class GrantView:
    """A grant of use as at the day asked for. `starts_on` and `ends_on` are what is left of its
    term; both None when it ended before it began. `depth` counts the licences it derives from."""

    entry: UUID
    number: str
    kind: EntryKind  # licence, sublicence, long_term_use
    mode: Mode
    licensor: UUID
    licensee: UUID
    territory: tuple[str, ...]
    without: tuple[str, ...]
    ipc: tuple[str, ...]
    industries: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None
    granted_until: date
    sublicensable: bool
    parent: UUID | None
    accepted: tuple[UUID, ...]
    depth: int
    status: GrantStatus
    ended_by: str  # number of the entry that ended it before its term
    scope: Scope


@dataclass(frozen=True, kw_only=True)
class ConsentView:
    """To what somebody protected by a restriction agreed, and until when."""

    by: UUID | None
    kinds: tuple[str, ...]  # transfer, redistribution, empowerment, exclusive, sole, ordinary
    taker: UUID | None
    until: date
    proceeds: str  # prepay, deposit


@dataclass(frozen=True, kw_only=True)
class RestrictionView:
    """A restriction in force. `party` is protected by it: pledgee, holder of the pre-emption."""

    entry: UUID
    number: str
    kind: EntryKind  # freeze, pledge, pre_emption, state_funding
    since: date | None
    party: UUID | None = None
    rank: int | None = None
    secured_fen: int | None = None
    currency: str = ""
    debt_due_on: date | None = None
    authority: str = ""
    paper: str = ""
    words: str = ""  # origin of a pre-emption, programme of a funding
    consents: tuple[ConsentView, ...] = ()


def state_of(
    technology: UUID, on: date | None = None, known_at: datetime | None = None
) -> register.TitleState:
    """The whole title by replay: holdings, grants and restrictions."""
    return _replayed(technology, None, on, known_at)


def _replayed(
    technology: UUID, chapter: Chapter | None, on: date | None, known_at: datetime | None
) -> register.TitleState:
    entries = entries_of([technology], chapter)[technology]
    return register.replay(entries, on=on or register.EVER, known_at=known_at or FOREVER)


def use_of(
    technology: UUID, on: date, known_at: datetime | None = None, *, live: bool = False
) -> tuple[GrantView, ...]:
    """Grants registered by `on`, in order of their entries; `live`: those in force on that day."""
    state = state_of(technology, on, known_at)
    views = (grant_view(grant, on, state) for grant in state.grants)
    return tuple(v for v in views if not live or v.status is GrantStatus.IN_FORCE)


def grants_of(
    technology: UUID,
    on: date,
    known_at: datetime | None = None,
    *,
    live: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """A page of `use_of`, in order of the entries; the first says under `count` how many there are.

    As things stand now every grant has a row; an earlier day or knowledge is replayed.
    """
    title = Title.objects.filter(technology=technology).first()
    if title is not None and known_at is None and on >= title.last_on:
        rows = rivals.of_title(technology)
        rows = rows.filter(in_force__contains=on) if live else rows
        open_title = register.TitleState()  # rows of a closed title end with it already
        page = paged(
            rows,
            cursor,
            limit,
            key=("line",),
            out=lambda row: grant_view(rivals.in_force(row), on, open_title),
        )
        count = None
        if cursor is None:
            count = rows.count() if page["next"] else len(page["items"])
    else:
        views = {view.entry: view for view in use_of(technology, on, known_at, live=live)}
        entries = Entry.objects.extra(where=["rights_entry.id = ANY(%s)"], params=[list(views)])
        page = paged(entries, cursor, limit, key=("sequence",), out=lambda row: views[row.id])
        count = len(views)
    return {**page, "count": count}


def restrictions_on(
    technology: UUID, on: date | None = None, known_at: datetime | None = None
) -> tuple[RestrictionView, ...]:
    """Restrictions in force, freezes first."""
    return restriction_views(_replayed(technology, Chapter.TITLE, on, known_at))


def why_not_grant(technology: UUID, act: Licence, on: date) -> Refused | None:
    """Why a licence cannot be granted so, as things stand; None when it can (RR-10)."""
    try:
        register.require_grantable(_beside(technology, act), act, on=on)
    except Refused as refused:
        return refused
    return None


def _beside(technology: UUID, act: Licence) -> register.TitleState:
    """The title now, with no grants but those that a decision on `act` looks at."""
    state = current_states([technology])[technology]
    title = Title.objects.filter(technology=technology).first()
    if title is None:
        return state
    return replace(state, grants=rivals.grants_beside(title.line, technology, act))


def require_licensable(
    technologies: Collection[UUID],
    *,
    by: UUID,
    mode: Mode,
    scope: Scope,
    on: date,
    joined: Collection[UUID] = (),
) -> None:
    """Refuse, with the first reason, unless `by` could license every technology so, to anybody;
    `joined`: co-owners who grant it with `by`.

    A buyer not known yet: a pledgee's consent to one taker does not count.
    """
    act = Licence(licensor=by, licensee=NOBODY, mode=mode, scope=scope, joined=frozenset(joined))
    for technology in technologies:
        try:
            if (why := why_not_grant(technology, act, on)) is not None:
                raise why
            if act.closed and pending_on(technology):
                raise Refused(Refusal.DISPOSAL_PENDING)
        except Refused as refused:
            refused.facts.setdefault("technology", technology)
            raise


def grant_view(grant: GrantInForce, on: date, state: register.TitleState) -> GrantView:
    term = grant.term
    if term is not None and state.closed_on is not None:
        term = term.until(state.closed_on)
    status = GrantStatus.ENDED
    if term is not None and on <= term.ends_on:
        status = GrantStatus.IN_FORCE if term.starts_on <= on else GrantStatus.COMING
    act = grant.act
    return GrantView(
        entry=grant.entry,
        number=grant.number,
        kind=kind_of(act),
        mode=act.mode,
        licensor=act.licensor,
        licensee=act.licensee,
        territory=act.scope.territory.codes,
        without=act.scope.territory.without,
        ipc=act.scope.field.ipc,
        industries=act.scope.field.industries,
        starts_on=term.starts_on if term else None,
        ends_on=term.ends_on if term else None,
        granted_until=act.scope.term.ends_on,
        sublicensable=act.sublicensable,
        parent=act.parent,
        accepted=tuple(sorted(act.accepted)),
        depth=grant.depth,
        status=status,
        ended_by=grant.ended_by,
        scope=act.scope,
    )


def restriction_views(state: register.TitleState) -> tuple[RestrictionView, ...]:
    freezes = [
        RestrictionView(
            entry=f.entry,
            number=f.number,
            kind=EntryKind.FREEZE,
            since=None,
            authority=f.authority,
            paper=f.paper,
        )
        for f in state.freezes
    ]
    return (*freezes, *(_restriction(one, state) for one in state.restrictions))


def _restriction(one: register.RestrictionInForce, state: register.TitleState) -> RestrictionView:
    view = RestrictionView(
        entry=one.entry,
        number=one.number,
        kind=kind_of(one.act),
        since=one.since,
        consents=tuple(_consent(c) for c in state.consents if one.known_as(c.restriction)),
    )
    match one.act:
        case Pledge() as pledge:
            return replace(
                view,
                party=pledge.pledgee,
                rank=pledge.rank,
                secured_fen=pledge.secured_fen,
                currency=pledge.currency,
                debt_due_on=pledge.debt_due_on,
            )
        case PreEmption(holder=holder, origin=origin):
            return replace(view, party=holder, words=origin)
        case StateFunding(programme=programme, authority=authority, paper=paper):
            return replace(view, authority=authority, paper=paper, words=programme)


def _consent(act: Consent) -> ConsentView:
    return ConsentView(
        by=act.by,
        kinds=tuple(sorted(act.kinds)),
        taker=act.taker,
        until=act.until,
        proceeds=act.proceeds.value,
    )

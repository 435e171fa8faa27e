"""
Titles: who holds what of a technology, on any date, as known at any moment (RR-8, RR-10).

The register is public: a title names parties by id. Who is behind a pending disposal is not shown.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, DateField, Value

from hutong.doors.api import paged
from hutong.kit.refusal import CommonRefusal, Reason, Refused
from hutong.rights import register
from hutong.rights.acts import Chapter
from hutong.rights.models import Disposal, Entry, Holding, Item
from hutong.rights.queries import lines
from hutong.rights.queries.lines import EntryView
from hutong.rights.shares import Shares

FOREVER = datetime.max.replace(tzinfo=UTC)
MOST_USES = 100  # lines about licences in a chain; there may be a hundred thousand


@dataclass(frozen=True, kw_only=True)
class PendingView:
    entry: UUID
    kind: str  # of the entry it becomes
    share: Fraction | None  # of a transfer
    prepared_at: datetime
    outside_step: str  # not_due, missing, filed, effective


@dataclass(frozen=True, kw_only=True)
class Title:
    """A title at `on` (None: now) as known at `known_at` (None: now), with its chain.

    Of the lines about licences the chain holds the latest; `omitted` counts the earlier ones.
    """

    technology: UUID
    on: date | None
    known_at: datetime | None
    registered: bool
    ownership: Shares
    disposal: Shares
    income: Shares
    restrictions: tuple[register.FreezeInForce, ...]
    pending: tuple[PendingView, ...]
    chain: tuple[EntryView, ...]
    omitted: int
    state: register.TitleState  # grants of use are asked for by `queries.grants`


@dataclass(frozen=True, kw_only=True)
class TitleReport:
    """A title, and whether a proposed disposal is possible now; `refused` says why not."""

    title: Title
    proposal: register.Disposal | None
    possible: bool | None
    refused: Refused | None
    pre_emption: tuple[UUID, ...]


def title(technology: UUID, on: date | None = None, known_at: datetime | None = None) -> Title:
    """The title by replay. Unregistered technologies have an empty one."""
    at, known = on or register.EVER, known_at or FOREVER
    views, uses, omitted = lines.of_title(technology, on=at, known_at=known, most=MOST_USES)
    entries = [_pure(view) for view in views]
    state = register.replay(entries, on=at, known_at=known)
    standing = {entry.id for entry in register.standing(entries, on=at, known_at=known)}
    chain = [*(view for view in views if view.id in standing), *uses]
    holdings = state.holdings
    return Title(
        technology=technology,
        on=on,
        known_at=known_at,
        registered=state.registered,
        ownership=dict(holdings.ownership) if holdings else {},
        disposal=dict(holdings.disposal) if holdings else {},
        income=dict(holdings.income) if holdings else {},
        restrictions=state.freezes,
        pending=_pending([technology])[technology] if on is None and known_at is None else (),
        chain=tuple(sorted(chain, key=lambda view: view.sequence)),
        omitted=omitted,
        state=state,
    )


def title_report(
    technology: UUID,
    on: date | None = None,
    known_at: datetime | None = None,
    proposal: register.Disposal | None = None,
) -> TitleReport:
    """Title report (RR-10): the title, and whether `proposal` would be possible on it."""
    found = title(technology, on, known_at)
    refused: Refused | None = None
    if proposal is not None:
        try:
            _require(found.state, proposal, pending=bool(found.pending))
        except Refused as why:
            refused = why
    return TitleReport(
        title=found,
        proposal=proposal,
        possible=None if proposal is None else refused is None,
        refused=refused,
        pre_emption=tuple(register.pre_emption_holders(found.state, proposal.giver))
        if proposal
        else (),
    )


def require_disposable(
    technologies: Collection[UUID],
    *,
    by: UUID,
    share: Fraction,
    taker: UUID | None = None,
    pending_is_ours: bool = False,
    abroad: bool = False,
    on: date | None = None,
) -> None:
    """Refuse, with the first reason, unless `by` may dispose of `share` of every technology now.

    `on`: the day it would take effect, for which a consent must hold; `abroad`: to a taker of
    another jurisdiction, which public funding may forbid (RR-6).
    """
    disposal = register.Disposal(giver=by, share=share, taker=taker, abroad=abroad, on=on)
    states = current_states(technologies)
    pending = {} if pending_is_ours else _pending(technologies)
    for technology in technologies:
        try:
            _require(states[technology], disposal, pending=bool(pending.get(technology)))
        except Refused as refused:
            refused.facts.setdefault("technology", technology)
            raise


def why_not_dispose(
    technology: UUID, by: UUID, share: Fraction, now: datetime | None = None
) -> Reason | None:
    """The reason why `by` may not dispose of `share` of the whole now; None when it may."""
    try:
        require_disposable([technology], by=by, share=share)
    except Refused as refused:
        return refused.reason
    return None


def may_dispose(technology: UUID, by: UUID, share: Fraction) -> bool:
    return why_not_dispose(technology, by, share) is None


def pre_emptions(
    technologies: Collection[UUID], seller: UUID
) -> dict[UUID, tuple[str, list[UUID]]]:
    """Who comes first when a share is sold: party → origin (AU-8) and its technologies."""
    found: dict[UUID, tuple[str, list[UUID]]] = {}
    for technology, state in current_states(technologies).items():
        for party, origin in register.pre_emption_holders(state, seller).items():
            found.setdefault(party, (origin, []))[1].append(technology)
    return found


def holders_of(technologies: Collection[UUID]) -> frozenset[UUID]:
    """Everybody who holds ownership or disposal of one of the rights now."""
    states = current_states(technologies).values()
    held = [state.holdings for state in states if state.holdings is not None]
    return frozenset(party for one in held for party in (*one.ownership, *one.disposal))


def registered_among(technologies: Collection[UUID]) -> set[UUID]:
    return set(
        Entry.objects.filter(technology__in=technologies, kind="first_registration").values_list(
            "technology", flat=True
        )
    )


@dataclass(frozen=True, kw_only=True)
class HeldView:
    """A share of ownership a party holds now, and the entry it stands on."""

    technology: UUID
    share: Fraction
    entry: UUID
    number: str
    since: date


def held_by(party: UUID, *, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
    """A page of what a party owns now, newest first."""
    rows = Holding.objects.filter(party=party, power="ownership", entry__title__isnull=False)
    return paged(rows.select_related("entry"), cursor, limit, key=("-id",), out=_held)


def _held(row: Holding) -> HeldView:
    return HeldView(
        technology=row.entry.technology,
        share=Fraction(row.numerator, row.denominator),
        entry=row.entry_id,
        number=row.entry.number,
        since=row.entry.effective_on,
    )


def entry(id: UUID) -> EntryView:
    """One register entry by id. Refused when there is none."""
    for found in lines.of_entries([id]):
        return found
    raise Refused(CommonRefusal.NOT_FOUND, what="register entry")


def entries_numbered(numbers: Collection[str]) -> dict[str, UUID]:
    """Entries by their numbers in the register; those that there are."""
    return dict(Entry.objects.filter(number__in=list(numbers)).values_list("number", "id"))


def entries_of(
    technologies: Collection[UUID], chapter: Chapter | None = None
) -> dict[UUID, list[register.Entry]]:
    """Every entry of each technology, in the order of writing: what titles are replayed from.

    `chapter`: those of one only; holdings and restrictions stand without the grants of use.
    """
    return {
        technology: [_pure(view) for view in views]
        for technology, views in entry_views(technologies, chapter).items()
    }


def technologies_of_entries(entries: Collection[UUID]) -> list[UUID]:
    """What each of the entries is about, each technology once, in order."""
    rows = Entry.objects.filter(id__in=list(entries)).order_by("technology")
    return list(dict.fromkeys(rows.values_list("technology", flat=True)))


def current_states(technologies: Collection[UUID]) -> dict[UUID, register.TitleState]:
    """Holdings and restrictions of each, now; grants of use are asked for by `queries.grants`."""
    return {
        technology: register.replay(entries, on=register.EVER, known_at=FOREVER)
        for technology, entries in entries_of(technologies, Chapter.TITLE).items()
    }


def entry_views(
    technologies: Collection[UUID], chapter: Chapter | None = None
) -> dict[UUID, list[EntryView]]:
    by_technology: dict[UUID, list[EntryView]] = {technology: [] for technology in technologies}
    for view in lines.of_technologies(technologies, chapter):
        by_technology[view.technology].append(view)
    return by_technology


def _pure(view: EntryView) -> register.Entry:
    return register.Entry(
        id=view.id,
        number=view.number,
        technology=view.technology,
        sequence=view.sequence,
        act=register.act_from(view.kind, view.facts, view.holdings),
        effective_on=view.effective_on,
        known_at=view.known_at,
        corrects=view.corrects,
    )


def _require(state: register.TitleState, disposal: register.Disposal, *, pending: bool) -> None:
    register.require_disposable(state, disposal, pending=pending)


def _pending(technologies: Iterable[UUID]) -> dict[UUID, tuple[PendingView, ...]]:
    """Of each technology the disposals that admit no other, and the empowerments, on their way."""
    wanted = list(technologies)
    disposals = Disposal.objects.filter(technology__in=wanted, status="prepared", blocks=True)
    empowering = Item.objects.filter(
        technology__in=wanted, live=True, application__kind="empowerment"
    )
    rows = disposals.values_list(
        *("technology", "id", "kind", "numerator", "denominator", "prepared_at"),
        *("outside_step_due", "filed_on", "effective_on"),
    ).union(
        empowering.values_list(
            *("technology", "application", Value("empowerment")),
            *(Value(None, BigIntegerField()), Value(None, BigIntegerField())),
            *("application__submitted_at", Value(False)),
            *(Value(None, DateField()), Value(None, DateField())),
        ),
        all=True,
    )
    found: dict[UUID, tuple[PendingView, ...]] = defaultdict(tuple)
    for technology, id, kind, numerator, denominator, prepared_at, due, filed, effective in rows:
        found[technology] += (
            PendingView(
                entry=id,
                kind=kind,
                share=None if numerator is None else Fraction(numerator, denominator),
                prepared_at=prepared_at,
                outside_step=_step(due, filed, effective),
            ),
        )
    return found


def pending_on(technology: UUID) -> bool:
    """Whether a disposal that admits no other is on its way."""
    return bool(_pending([technology])[technology])


def outside_step_of(row: Disposal) -> str:
    return _step(row.outside_step_due, row.filed_on, row.effective_on)


def _step(due: bool, filed_on: date | None, effective_on: date | None) -> str:
    if not due:
        return "not_due"
    if effective_on is not None:
        return "effective"
    return "filed" if filed_on is not None else "missing"

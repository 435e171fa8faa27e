"""
The chapter of a title: all its entries as they were written, to be shown to the venue that takes
custody of it (NE-8). What is in it is as private as the register's entries.
"""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from hutong.kit.moments import iso
from hutong.kit.refusal import N_, Told
from hutong.rights import register
from hutong.rights.acts import Chapter
from hutong.rights.models import Disposal, Entry, Filing, Item, Restriction, Title
from hutong.rights.queries.titles import FOREVER, entries_of

UNDER_WAY: Final = ("agreeing", "submitted", "approved")


def bar_of(technology: UUID) -> tuple[str, str]:
    """Why no act on a title is possible here, and the venue because of which; both empty: it is."""
    found = Title.objects.filter(technology=technology).values_list("bar", "bar_venue").first()
    return found or ("", "")


def barred(bar: str, venue: str = "") -> list[UUID]:
    """The titles on which no act is possible, for a reason."""
    rows = Title.objects.filter(bar=bar, **({"bar_venue": venue} if venue else {}))
    return list(rows.order_by("technology").values_list("technology", flat=True))


def registered_here() -> list[UUID]:
    """What this venue's register answers for: neither cancelled, nor barred because of another."""
    rows = Title.objects.filter(closed=False, bar="").order_by("technology")
    return list(rows.values_list("technology", flat=True))


def why_not_movable(technology: UUID, *, listed: bool = False) -> Told | None:
    """Why a title cannot be given into another venue's custody now; None when it can.

    `listed`: an open listing that it is kept for may go with it.
    What is under way over it is finished here first: the new venue knows nothing of it.
    """
    title = Title.objects.filter(technology=technology).first()
    if title is None:
        return Told(N_("its rights are not registered here"))
    if title.bar:
        return Told(N_("it is another venue's, or on its way there"))
    if title.closed:
        return Told(N_("its registration was cancelled"))
    if title.frozen:
        return Told(N_("it is frozen"))
    if title.reserved_for and not (listed and title.reserved_for.startswith("listing:")):
        return Told(N_("it is kept for a listing, a deal or a joint project"))
    if Disposal.objects.filter(technology=technology, status="prepared").exists():
        return Told(N_("a disposal is on its way to the register"))
    if Item.objects.filter(technology=technology, live=True).exists():
        return Told(N_("an application over it is under way"))
    filed = Filing.objects.filter(technologies__contains=[technology], status__in=UNDER_WAY)
    if filed.exists():
        return Told(N_("a filing over it is under way"))
    if Restriction.objects.filter(technology=technology, kind="pledge", live=True).exists():
        return Told(N_("a pledge stands on it"))
    return None


def chapter(technology: UUID) -> list[dict[str, Any]]:
    """Every entry of a title as it was written, with what its digest covers, in order."""
    rows = Entry.objects.filter(technology=technology).order_by("sequence")
    return [written(row) for row in rows.prefetch_related("holdings")]


def written(row: Entry) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "number": row.number,
        "kind": row.kind,
        "sequence": row.sequence,
        "effective_on": row.effective_on.isoformat(),
        "known_at": iso(row.known_at),
        "facts": row.facts,
        "source": row.source,
        "corrects": str(row.corrects_id) if row.corrects_id else None,
        "rulebook_version": row.rulebook_version,
        "salt": row.salt,
        "chapter": row.chapter,
        "holdings": [
            [one.power, str(one.party), one.numerator, one.denominator]
            for one in sorted(row.holdings.all(), key=lambda one: (one.power, str(one.party)))
        ],
        "digest": row.digest(row.holdings.all()),
    }


def owners(technology: UUID) -> frozenset[UUID]:
    """Who owns a share of it now."""
    entries = entries_of([technology], Chapter.TITLE)[technology]
    state = register.replay(entries, on=register.EVER, known_at=FOREVER)
    return frozenset(state.holdings.ownership) if state.holdings else frozenset()


def named(entries: Iterable[dict[str, Any]]) -> frozenset[UUID]:
    """Everything in a chapter that has the form of an id: the parties are among it."""
    found: set[UUID] = set()
    for entry in entries:
        _collect(entry["facts"], found)
        found |= {UUID(party) for _, party, _, _ in entry["holdings"]}
    return frozenset(found)


def _collect(value: Any, found: set[UUID]) -> None:
    if isinstance(value, dict):
        for part in value.values():
            _collect(part, found)
    elif isinstance(value, list):
        for part in value:
            _collect(part, found)
    elif isinstance(value, str) and len(value) == 36:
        try:
            found.add(UUID(value))
        except ValueError:
            return

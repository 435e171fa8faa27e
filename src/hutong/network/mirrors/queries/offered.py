"""
What other venues have on offer: the home venue is always named, and the place in its log.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from hutong.network.mirrors import faces, procedure_faces, project_faces
from hutong.network.mirrors.models import MirroredThing
from hutong.network.mirrors.picture import Fields, ThingKind
from hutong.network.mirrors.states import MirrorState
from hutong.venues import queries as venues
from hutong.venues.lists import Member, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A thing of another venue: whose, where it stands in its log, and what is known of it.

    `frozen`: its venue was proven to have rewritten its log, so that nothing of it is sure.
    """

    venue: Member | None
    code: str
    id: UUID
    index: int
    log: tuple[faces.LogLine, ...]
    frozen: bool
    of: Any  # the face of its kind

    @property
    def title_zh(self) -> str:
        return str(getattr(self.of, "title_zh", ""))

    @property
    def title_en(self) -> str:
        return str(getattr(self.of, "title_en", ""))

    @property
    def path(self) -> str:
        """Its page here."""
        kind = "listings" if isinstance(self.of, faces.ListingFace) else "technologies"
        return f"/network/venues/{self.code}/{kind}/{self.id}"


_FACES = {
    ThingKind.TECHNOLOGY: faces.technology,
    ThingKind.LISTING: faces.listing,
    ThingKind.DEAL: faces.deal,
    ThingKind.CERTIFICATE: faces.certificate,
    ThingKind.NOTICE: faces.notice,
    ThingKind.PROJECT: project_faces.project,
    ThingKind.PART: project_faces.part,
    ThingKind.PROCEDURE: procedure_faces.procedure,
}
OPEN = ("listed",)
ON_BOARD = ("listed", "suspended", "concluding", "closed")
VOID = ("revoked", "suspended", "superseded")
ON_MARKET = ("intended", "entered")


def technology(code: str, id: UUID) -> Foreign | None:
    return _one(code, ThingKind.TECHNOLOGY, id)


def listing(code: str, id: UUID) -> Foreign | None:
    """A listing published in the network, or one that its venue shows only at home."""
    return _one(code, ThingKind.LISTING, id)


def deal(code: str, id: UUID) -> Foreign | None:
    return _one(code, ThingKind.DEAL, id)


def certificate(code: str, number: str) -> Foreign | None:
    """A certificate of another venue by its number: what its log says of it now (CE-2)."""
    rows = things(ThingKind.CERTIFICATE).filter(mirror__code=code, fields__number__1=number)
    return next(_seen(ThingKind.CERTIFICATE, rows[:1]), None)


def void_certificates(code: str, numbers: Iterable[str]) -> set[str]:
    """Those of `numbers` that a venue's log says hold no longer: revoked, suspended, superseded."""
    rows = things(ThingKind.CERTIFICATE).filter(
        mirror__code=code, fields__number__1__in=list(numbers), status__in=VOID
    )
    return {str(number) for number in rows.values_list("fields__number__1", flat=True)}


def hold_still(code: str) -> None:
    """Let a venue's picture not change before this transaction ends: what is concluded from it now is
    in place when the next change is read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM network_mirror WHERE code = %s ORDER BY id FOR SHARE", [code])


def fields_of(code: str, kind: ThingKind, id: UUID) -> Fields | None:
    """What is known of a thing, name by name, as it stands in the picture."""
    row = things(kind).filter(mirror__code=code, thing=id).first()
    return dict(row.fields) if row else None


def some(kind: ThingKind, wanted: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], Foreign]:
    """Several things by venue and id."""
    pairs = list(wanted)
    if not pairs:
        return {}
    each = Q()
    for code in {code for code, _ in pairs}:
        each |= Q(mirror__code=code, thing__in=[id for of, id in pairs if of == code])
    return {(one.code, one.id): one for one in _seen(kind, things(kind).filter(each))}


def open_listings(limit: int = 40) -> list[Foreign]:
    """What is on offer at other venues, ending soonest first (NE-3)."""
    rows = things(ThingKind.LISTING).filter(
        status__in=OPEN,
        mirror__state__in=BELIEVED,
        ends_at__isnull=False,
        fields__scope__1="network",
    )
    return list(_seen(ThingKind.LISTING, rows.order_by("ends_at", "thing")[:limit]))


def any_open() -> bool:
    """Whether anything is on offer at another venue."""
    rows = things(ThingKind.LISTING).filter(status__in=OPEN, fields__scope__1="network")
    return bool(rows.filter(mirror__state__in=BELIEVED).exists())


def newest_listings(limit: int = 30) -> list[Foreign]:
    """The same, newest first."""
    rows = things(ThingKind.LISTING).filter(
        status__in=OPEN, mirror__state__in=BELIEVED, fields__scope__1="network"
    )
    return list(_seen(ThingKind.LISTING, rows.order_by("-at", "-thing")[:limit]))


def newest(kind: ThingKind, limit: int) -> list[Foreign]:
    """Things of a kind at other venues, newest first."""
    rows = things(kind).filter(mirror__state__in=BELIEVED, at__isnull=False)
    return list(_seen(kind, rows.order_by("-at", "-thing")[:limit]))


def latest_deals(limit: int = 12) -> list[Foreign]:
    """Deals of other venues whose right has moved, latest first."""
    rows = things(ThingKind.DEAL).filter(
        status__in=("moved", "certified", "closed"), mirror__state__in=BELIEVED, at__isnull=False
    )
    return list(_seen(ThingKind.DEAL, rows.order_by("-at", "-thing")[:limit]))


def on_offer() -> dict[str, dict[str, int]]:
    """For each venue how many technologies it has on the market and how many listings open."""
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, kind, count(*) FROM network_mirroredthing JOIN network_mirror m"
            " ON mirror_id = m.id WHERE (kind = 'listing' AND status = 'listed')"
            " OR (kind = 'technology' AND status IN ('intended', 'entered', ''))"
            " GROUP BY code, kind"
        )
        for code, kind, count in cursor:
            found.setdefault(code, {})[kind] = count
    return found


BELIEVED = (MirrorState.FOLLOWING.value, MirrorState.UNREACHABLE.value)


def _one(code: str, kind: ThingKind, id: UUID) -> Foreign | None:
    return next(_seen(kind, things(kind).filter(mirror__code=code, thing=id)), None)


def things(kind: ThingKind) -> QuerySet[MirroredThing]:
    """Those of a kind of which anything is known."""
    rows = MirroredThing.objects.filter(kind=kind.value).exclude(fields={})
    return rows.select_related("mirror")


def _seen(kind: ThingKind, rows: Iterable[MirroredThing]) -> Iterator[Foreign]:
    known: Mapping[str, Member] | None = None
    for row in rows:
        if known is None:
            known = {member.code: member for member in venues.members(*State)}
        yield Foreign(
            venue=known.get(row.mirror.code),
            code=row.mirror.code,
            id=row.thing,
            index=faces.last_index(row.fields),
            log=tuple(faces.log_of(row.fields)),
            frozen=row.mirror.state == MirrorState.FROZEN,
            of=_FACES[kind](row.fields),
        )

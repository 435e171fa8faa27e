"""
What can be asked of mirrors: how far they are, what they hold, and what the others have on offer.

Of a thing of another venue the home venue is always named, and its place in that venue's log.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from hutong.kit.audit import Discrepancy
from hutong.network.mirrors import faces, project_faces
from hutong.network.mirrors import gaps as gaps_
from hutong.network.mirrors.following import Have
from hutong.network.mirrors.forks import Fork, NoProof, check
from hutong.network.mirrors.models import (
    Mirror,
    MirrorBundle,
    MirroredThing,
    MirrorFork,
    MirrorText,
)
from hutong.network.mirrors.picture import (
    Fields,
    Standing,
    Thing,
    ThingKind,
    digest_of_picture,
    is_text_of,
    whole,
)
from hutong.network.mirrors.states import MirrorState
from hutong.network.mirrors.tellings import hear
from hutong.transparency import merkle, note, tiles
from hutong.transparency.bundles import pack, unpack
from hutong.transparency.cosigning import queries as cosigning
from hutong.transparency.merkle import HASH_BYTES, CompactRange, Hash, leaf_hash
from hutong.transparency.proof import LogProof
from hutong.transparency.tiles import TileId
from hutong.venues import queries as venues
from hutong.venues.lists import Member, State


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorView:
    """How far we are with another venue's log. Times are real."""

    id: int
    code: str
    origin: str
    state: MirrorState
    size: int
    root: Hash
    missing: int  # entries known of and not held yet
    held_size: int
    held_root: Hash
    note: str
    verified_at: datetime | None
    grew_at: datetime | None
    behind_since: datetime | None
    unreadable: int
    problem: str
    changes: int

    def delay_seconds(self, real_now: datetime) -> int:
        """For how long something it has published has not been here; 0 while we are current."""
        if self.behind_since is None:
            return 0
        return max(0, int((real_now - self.behind_since).total_seconds()))


def mirrors() -> list[MirrorView]:
    """Every mirror, by code; of a venue that changed its log also the one before."""
    return [_view(row) for row in Mirror.objects.order_by("code", "id")]


def mirror(code: str) -> MirrorView | None:
    """The mirror of a venue's log, the one it has now."""
    row = _row(code)
    return _view(row) if row else None


def held(code: str) -> tuple[int, Hash] | None:
    """(size, root) up to which we hold every entry of a venue's log; None: we hold nothing yet."""
    row = _row(code)
    return (row.held_size, bytes(row.held_root)) if row and row.held_size else None


def is_frozen(code: str) -> bool:
    """Whether the venue was proven to have rewritten its log."""
    return Mirror.objects.filter(code=code, state=MirrorState.FROZEN).exists()


def _row(code: str) -> Mirror | None:
    rows = list(Mirror.objects.filter(code=code).order_by("-id"))
    if len(rows) > 1 and (member := venues.find(code)):
        return next((row for row in rows if row.origin == member.log_origin), rows[0])
    return rows[0] if rows else None


def _view(row: Mirror) -> MirrorView:
    return MirrorView(
        id=row.id,
        code=row.code,
        origin=row.origin,
        state=MirrorState(row.state),
        size=row.size,
        root=bytes(row.root),
        missing=gaps_.missing(gaps_.of_json(row.gaps)),
        held_size=row.held_size,
        held_root=bytes(row.held_root),
        note=row.note,
        verified_at=row.verified_at,
        grew_at=row.grew_at,
        behind_since=row.behind_since,
        unreadable=row.unreadable,
        problem=row.problem,
        changes=row.changes,
    )


# -- what there is to do ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a mirror has to do now: whichever of these there is."""

    mirror: int
    code: str
    origin: str
    have: Have
    gaps: gaps_.Gaps
    pushed: str  # a checkpoint its log showed us, not yet looked at
    look: bool  # it is time to ask for one
    texts: bool  # texts are wanted that may be tried again


def task(mirror: int, real_now: datetime) -> Task | None:
    """What is to be done for a mirror; None when it is frozen, or there is nothing."""
    row = Mirror.objects.get(id=mirror)
    if row.state == MirrorState.FROZEN:
        return None
    may_try = not row.failures or row.next_look_at is None or row.next_look_at <= real_now
    seen = cosigning.seen(row.origin)
    pushed = seen[1] if seen and seen[0] > row.size and may_try else ""
    gaps = gaps_.of_json(row.gaps) if may_try else ()
    look = row.next_look_at is None or row.next_look_at <= real_now
    texts = may_try and wanted_texts(mirror, real_now, limit=1) != []
    if not (pushed or gaps or look or texts):
        return None
    return _task(row, gaps=gaps, pushed=pushed, look=look, texts=texts)


def task_to_look(mirror: int) -> Task | None:
    """A mirror as a checkpoint seen elsewhere is read against; None when it is frozen."""
    row = Mirror.objects.get(id=mirror)
    if row.state == MirrorState.FROZEN:
        return None
    return _task(row, gaps=(), pushed="", look=False, texts=False)


def _task(row: Mirror, *, gaps: gaps_.Gaps, pushed: str, look: bool, texts: bool) -> Task:
    tree = CompactRange(row.size, tuple(_cut(bytes(row.peaks))))
    return Task(
        mirror=row.id,
        code=row.code,
        origin=row.origin,
        have=Have(tree, row.note),
        gaps=gaps,
        pushed=pushed,
        look=look,
        texts=texts,
    )


def due(mirrors: Iterable[int], real_now: datetime) -> list[int]:
    """Those of `mirrors` for which something is to be done now."""
    rows = Mirror.objects.filter(id__in=list(mirrors)).exclude(state=MirrorState.FROZEN)
    found = []
    seen = cosigning.seen_sizes()
    wanted = set(_wanted(real_now).values_list("mirror_id", flat=True).distinct())
    for row in rows.only("id", "origin", "size", "gaps", "failures", "next_look_at"):
        look = row.next_look_at is None or row.next_look_at <= real_now
        news = seen.get(row.origin, 0) > row.size or bool(row.gaps) or row.id in wanted
        if look or (news and not row.failures):
            found.append(row.id)
    return found


def _wanted(real_now: datetime) -> QuerySet[MirrorText]:
    return MirrorText.objects.filter(standing=Standing.WANTED, next_try_at__lte=real_now)


def wanted_texts(mirror: int, real_now: datetime, limit: int) -> list[tuple[str, list[Any]]]:
    """Texts to try again, with who names them; newest first."""
    rows = _wanted(real_now).filter(mirror=mirror).order_by("-id")[:limit]
    return [(row.digest, row.uses) for row in rows]


def nodes(mirror: int) -> merkle.NodeReader:
    """Read nodes of the tree that a mirror has."""
    return tiles.reader(lambda tile: tiles_of(mirror, [tile]).get(tile, b""))


def tiles_of(mirror: int, wanted: Iterable[TileId]) -> dict[TileId, bytes]:
    places = list(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT level, number, hashes FROM network_mirrortile WHERE mirror_id = %s"
            " AND (level, number) IN (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))",
            [mirror, [tile.level for tile in places], [tile.number for tile in places]],
        )
        return {TileId(level, number): bytes(hashes) for level, number, hashes in cursor}


def leaf_hashes(mirror: int, numbers: Iterable[int]) -> dict[int, bytes]:
    """Leaf hashes of bundles by their number."""
    found = tiles_of(mirror, [TileId(0, number) for number in numbers])
    return {tile.number: hashes for tile, hashes in found.items()}


# -- serving another's log ----------------------------------------------------------------------------


def tile(mirror: MirrorView, level: int, number: int, width: int) -> bytes:
    """The first hashes of a tile of a mirrored log. Raises LookupError beyond what we hold."""
    wanted = TileId(level, number)
    if not 0 < width <= tiles.width_at(mirror.size, wanted):
        raise LookupError(wanted.path(width))
    return tiles_of(mirror.id, [wanted])[wanted][: width * HASH_BYTES]


def bundle(mirror: MirrorView, number: int, width: int) -> bytes:
    """The first entries of a bundle of a mirrored log. Raises LookupError for what has not come."""
    row = MirrorBundle.objects.filter(mirror=mirror.id, number=number).first()
    if row is None or not 0 < width <= row.width:
        raise LookupError(f"bundle {number} of {width}")
    data = bytes(row.data)
    return data if width == row.width else pack(unpack(data, row.width)[:width])


def text(mirror: MirrorView, digest: str) -> bytes | None:
    """A text beside a mirrored log; None when erased. Raises LookupError when we have it not."""
    row = MirrorText.objects.filter(mirror=mirror.id, digest=digest).first()
    if row is None or row.standing == Standing.WANTED:
        raise LookupError(digest)
    return bytes(row.data) if row.data is not None else None


def some_texts(mirror: MirrorView, digests: Sequence[str]) -> dict[str, bytes | None]:
    """Those of `digests` that we have, or know to be erased."""
    rows = MirrorText.objects.filter(mirror=mirror.id, digest__in=digests)
    found = rows.exclude(standing=Standing.WANTED).values_list("digest", "data")
    return {digest: None if data is None else bytes(data) for digest, data in found}


def proof(mirror: MirrorView, index: int) -> tuple[bytes, LogProof]:
    """An entry of a mirrored log and the proof that its venue signed it. Raises LookupError."""
    if not 0 <= index < mirror.size:
        raise LookupError(f"entry {index}")
    number, place = divmod(index, tiles.WIDTH)
    row = MirrorBundle.objects.filter(mirror=mirror.id, number=number).first()
    if row is None or place >= row.width:
        raise LookupError(f"entry {index} has not come yet")
    path = merkle.inclusion_proof(index, mirror.size, nodes(mirror.id))
    return unpack(bytes(row.data), row.width)[place], LogProof(index, tuple(path), mirror.note)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkView:
    """Proof that a venue rewrote its log."""

    code: str
    origin: str
    fork: Fork
    smaller_size: int
    larger_size: int
    shown_by: str
    found_at: datetime


def forks(code: str | None = None) -> list[ForkView]:
    """Every proof kept, latest first."""
    rows = MirrorFork.objects.select_related("mirror").order_by("-id")
    if code is not None:
        rows = rows.filter(mirror__code=code)
    return [
        ForkView(
            code=row.mirror.code,
            origin=row.mirror.origin,
            fork=Fork.parse(row.proof),
            smaller_size=row.smaller_size,
            larger_size=row.larger_size,
            shown_by=row.shown_by,
            found_at=row.found_at,
        )
        for row in rows
    ]


# -- what others have on offer ------------------------------------------------------------------------


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
    rows = _things(ThingKind.CERTIFICATE).filter(mirror__code=code, fields__number__1=number)
    return next(_seen(ThingKind.CERTIFICATE, rows[:1]), None)


def void_certificates(code: str, numbers: Iterable[str]) -> set[str]:
    """Those of `numbers` that a venue's log says hold no longer: revoked, suspended, superseded."""
    rows = _things(ThingKind.CERTIFICATE).filter(
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
    row = _things(kind).filter(mirror__code=code, thing=id).first()
    return dict(row.fields) if row else None


def some(kind: ThingKind, wanted: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], Foreign]:
    """Several things by venue and id."""
    pairs = list(wanted)
    if not pairs:
        return {}
    each = Q()
    for code in {code for code, _ in pairs}:
        each |= Q(mirror__code=code, thing__in=[id for of, id in pairs if of == code])
    return {(one.code, one.id): one for one in _seen(kind, _things(kind).filter(each))}


def open_listings(limit: int = 40) -> list[Foreign]:
    """What is on offer at other venues, ending soonest first (NE-3)."""
    rows = _things(ThingKind.LISTING).filter(
        status__in=OPEN,
        mirror__state__in=_BELIEVED,
        ends_at__isnull=False,
        fields__scope__1="network",
    )
    return list(_seen(ThingKind.LISTING, rows.order_by("ends_at", "thing")[:limit]))


def any_open() -> bool:
    """Whether anything is on offer at another venue."""
    rows = _things(ThingKind.LISTING).filter(status__in=OPEN, fields__scope__1="network")
    return bool(rows.filter(mirror__state__in=_BELIEVED).exists())


def newest_listings(limit: int = 30) -> list[Foreign]:
    """The same, newest first."""
    rows = _things(ThingKind.LISTING).filter(
        status__in=OPEN, mirror__state__in=_BELIEVED, fields__scope__1="network"
    )
    return list(_seen(ThingKind.LISTING, rows.order_by("-at", "-thing")[:limit]))


def newest(kind: ThingKind, limit: int) -> list[Foreign]:
    """Things of a kind at other venues, newest first."""
    rows = _things(kind).filter(mirror__state__in=_BELIEVED, at__isnull=False)
    return list(_seen(kind, rows.order_by("-at", "-thing")[:limit]))


def latest_deals(limit: int = 12) -> list[Foreign]:
    """Deals of other venues whose right has moved, latest first."""
    rows = _things(ThingKind.DEAL).filter(
        status__in=("moved", "certified", "closed"), mirror__state__in=_BELIEVED, at__isnull=False
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


_BELIEVED = (MirrorState.FOLLOWING.value, MirrorState.UNREACHABLE.value)


def _one(code: str, kind: ThingKind, id: UUID) -> Foreign | None:
    return next(_seen(kind, _things(kind).filter(mirror__code=code, thing=id)), None)


def _things(kind: ThingKind) -> QuerySet[MirroredThing]:
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


# -- following the pictures ---------------------------------------------------------------------------


def changed(
    since: Mapping[str, int], limit: int
) -> tuple[list[tuple[str, str, UUID]], dict[str, int]]:
    """What changed in the pictures since: (venue, kind, thing), and up to where that is.

    Each mirror counts its changes under its row's lock, so none that commits late is missed.
    """
    found: list[tuple[str, str, UUID]] = []
    now = dict(since)
    for row in Mirror.objects.order_by("id").only("id", "code", "origin", "changes", "state"):
        have = since.get(row.origin, 0)
        if row.changes <= have or len(found) >= limit:
            continue
        rows = MirroredThing.objects.filter(mirror=row, change__gt=have).order_by("change", "id")
        part = list(rows.values_list("kind", "thing", "change")[: limit + 1])
        whole_step = len(part) <= limit
        last = row.changes if whole_step else part[-1][2] - 1
        if last == have:  # one step changed more than the limit
            last = part[-1][2]
            part = list(rows.filter(change=last).values_list("kind", "thing", "change"))
        found += [(row.code, kind, thing) for kind, thing, change in part if change <= last]
        now[row.origin] = max(last, have)
    return found, now


def ends() -> dict[str, int]:
    """How many changes each picture has had."""
    return dict(Mirror.objects.values_list("origin", "changes"))


def everything(kind: ThingKind, statuses: Sequence[str]) -> Iterator[tuple[str, UUID]]:
    """(venue, id) of every thing of a kind that others show."""
    rows = _things(kind).filter(status__in=statuses, mirror__state__in=_BELIEVED).order_by("id")
    yield from rows.values_list("mirror__code", "thing").iterator(chunk_size=5000)


# -- are they what they should be? --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A mirror beside what is derived again from the entries and texts it holds."""

    code: str
    size: int
    root: Hash
    root_derived: Hash | None  # None: not everything has come
    picture: str
    picture_derived: str | None

    @property
    def equal(self) -> bool:
        return self.root == self.root_derived and self.picture == self.picture_derived


def compare(code: str) -> Comparison | None:
    """Derive a mirror's root and picture again, forward from its first entry; None: no mirror.

    Two mirrors of one log that have the same size have the same root and the same picture.
    """
    view = mirror(code)
    if view is None:
        return None
    complete = view.missing == 0
    derived = CompactRange().extend(leaf_hash(entry) for _, entry in entries(view.id))
    return Comparison(
        code=code,
        size=view.size,
        root=view.root,
        root_derived=derived.root() if complete else None,
        picture=picture_digest(view.id),
        picture_derived=digest_of_picture(derived_picture(view.id)) if complete else None,
    )


def picture_digest(mirror: int) -> str:
    """The digest of the picture as it is stored."""
    return digest_of_picture(stored_picture(mirror))


def stored_picture(mirror: int) -> Iterator[tuple[Thing, Fields]]:
    rows = MirroredThing.objects.filter(mirror=mirror).order_by("id")
    for kind, thing, fields in rows.values_list("kind", "thing", "fields").iterator(2000):
        if fields:
            yield Thing(kind, str(thing)), fields


def derived_picture(mirror: int) -> Iterator[tuple[Thing, Fields]]:
    """The picture that the entries and texts held give, read forward from the first."""

    def fetch(digests: list[str]) -> dict[str, bytes | None]:
        rows = MirrorText.objects.filter(mirror=mirror, digest__in=digests)
        found = rows.exclude(standing=Standing.WANTED).values_list("digest", "data")
        return {digest: None if data is None else bytes(data) for digest, data in found}

    for thing, fields in whole(entries(mirror), hear, fetch):
        if fields:
            yield thing, json.loads(json.dumps(fields))


def entries(mirror: int, *, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Every entry held from `start` on, in order."""
    rows = MirrorBundle.objects.filter(mirror=mirror, number__gte=start // tiles.WIDTH)
    for row in rows.order_by("number").iterator(chunk_size=50):
        for place, entry in enumerate(unpack(bytes(row.data), row.width)):
            index = row.number * tiles.WIDTH + place
            if index >= start:
                yield index, entry


def audit() -> Iterator[Discrepancy]:
    """Derive each mirror again: entries from bundles, tiles, root, texts and picture; and the forks."""
    for row in Mirror.objects.order_by("id"):
        yield from _audit_tree(row)
        yield from _audit_texts(row)
        yield from _audit_picture(row)
    for found in forks():
        keys = venues.keys_of(found.code)
        if keys is None:
            continue
        try:
            check(found.fork, keys.log)
        except NoProof as error:
            yield Discrepancy(f"network.mirrorfork of {found.origin}", "a proof", str(error))


def _audit_tree(row: Mirror) -> Iterator[Discrepancy]:
    place = f"network.mirror {row.code}"
    gaps = gaps_.of_json(row.gaps)
    computed: CompactRange | None = CompactRange()
    for number in range(-(-row.size // tiles.WIDTH)):
        first = number * tiles.WIDTH
        width = min(tiles.WIDTH, row.size - first)
        stored = leaf_hashes(row.id, [number]).get(number, b"")
        if len(stored) != width * HASH_BYTES:
            yield Discrepancy(
                f"{place} tile {number}", f"{width} hashes", f"{len(stored) // HASH_BYTES}"
            )
        computed = computed.extend(_cut(stored)) if computed else None
        within = [start for start, end in gaps if start < first + width and first < end]
        due = min([width, *(max(0, start - first) for start in within)])
        bundle_row = MirrorBundle.objects.filter(mirror=row, number=number).first()
        have = bundle_row.width if bundle_row else 0
        if have < due:
            yield Discrepancy(f"{place} bundle {number}", f"{due} entries", f"{have}")
        if bundle_row is not None:
            hashed = [leaf_hash(e) for e in unpack(bytes(bundle_row.data), bundle_row.width)]
            for at, (mine, theirs) in enumerate(zip(hashed, _cut(stored), strict=False)):
                if mine != theirs:
                    yield Discrepancy(f"{place} entry {first + at}", theirs.hex(), mine.hex())
    if computed is not None and computed.root() != bytes(row.root):
        yield Discrepancy(f"{place} root", bytes(row.root).hex(), computed.root().hex())
    if row.note:
        signed = note.Checkpoint.parse(note.parse(row.note).text)
        if (signed.size, signed.root) != (row.size, bytes(row.root)):
            yield Discrepancy(f"{place} checkpoint", f"{row.size}", f"{signed.size}")


def _audit_texts(row: Mirror) -> Iterator[Discrepancy]:
    rows = MirrorText.objects.filter(mirror=row, standing=Standing.HELD)
    for digest, data in rows.values_list("digest", "data").iterator(200):
        if not is_text_of(digest, bytes(data)):
            yield Discrepancy(f"network.mirror {row.code} text", digest, "other bytes")


def _audit_picture(row: Mirror) -> Iterator[Discrepancy]:
    derived = dict(derived_picture(row.id))
    for thing, fields in stored_picture(row.id):
        expected = derived.pop(thing, None)
        if expected != fields:
            yield Discrepancy(
                f"network.mirror {row.code} {thing.kind} {thing.id}",
                "nothing" if expected is None else _differing(expected, fields),
                _differing(fields, expected or {}),
            )
    for thing in derived:
        yield Discrepancy(f"network.mirror {row.code} {thing.kind} {thing.id}", "a row", "none")


def _differing(one: Fields, other: Fields) -> str:
    return ", ".join(f"{name}={one[name]!r}" for name in one if one[name] != other.get(name))[:300]


def _cut(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]

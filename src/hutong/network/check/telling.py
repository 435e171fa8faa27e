"""
Items: what the log tells of claims, custody, projects, procedures, trade and clearing, as others read
it (LO-4). The last entries are looked through; where none is of an item's kinds, nobody can tell.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from hutong.certificates.verification import countersigned
from hutong.certificates.verification.countersigned import CountersignatureInvalid
from hutong.kit.canonical import digest_of
from hutong.kit.refusal import N_
from hutong.network.check.describing import CODE, object_in
from hutong.network.check.items import Run, broken, cannot, item, need
from hutong.network.check.log import MOST_BUNDLE, Tiles, ok
from hutong.transparency import multikey
from hutong.transparency.merkle import leaf_hash
from hutong.transparency.note import VerifierKey
from hutong.transparency.tiles import WIDTH
from hutong.transparency.venue_keys import Venue, VenueKeys
from hutong.venues.lists import Member

PROCEDURES: Final = "hutong-procedures/1"
MOST_BUNDLES: Final = 4
MOST_ASKED: Final = 5  # texts and countersignatures
CERTIFICATE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{1,15}(-[A-Z0-9]{1,12}){3}")

Shape = Callable[[Any], bool]


def _id(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def _code(value: Any) -> bool:
    return isinstance(value, str) and CODE.fullmatch(value) is not None


def _digest(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"sha256:[0-9a-f]{64}", value) is not None


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 200


def _currency(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[A-Z]{3}", value) is not None


def _certificates(value: Any) -> bool:
    return isinstance(value, list) and all(map(_certificate, value))


def _certificate(value: Any) -> bool:
    return isinstance(value, str) and CERTIFICATE.fullmatch(value) is not None


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _maybe(shape: Shape) -> Shape:
    return lambda value: value is None or shape(value)


_CLAIM: Final = {"term": _whole, "claim": _id, "number": _digest, "venue": _code}
_MOVE: Final = {"move": _id, "technology": _id, "peer": _code}
_PART: Final = {"project": _id, "part": _id, "venue": _code}
_MINE: Final = {"project": _id, "part": _id, "lead_venue": _code}
_CLEARING: Final = {"venue": _code, "currency": _currency, "number": _whole, "digest": _digest}
_TEMPLATE: Final = {
    "template": _id,
    "template_version": _whole,
    "rulebook_version": _whole,
    "digest": _digest,
}

# What an entry of each kind says in clear (docs/network.md).
TOLD: Final[Mapping[str, tuple[str, Mapping[str, Mapping[str, Shape]]]]] = {
    "claims.told": (
        "Claims of numbers: The book",
        {
            "network.ClaimGranted": {**_CLAIM, "technology": _id},
            "network.ClaimRefused": {
                **_CLAIM,
                "technology": _id,
                "claim_holding": _id,
                "venue_holding": _code,
            },
            "network.ClaimReleased": _CLAIM,
            "network.ClaimMoved": {**_CLAIM, "from_venue": _code},
        },
    ),
    "custody.told": (
        "Custody",
        {
            "network.CustodyOffered": {**_MOVE, "entries": _whole, "chapter": _digest},
            "network.CustodyAccepted": {**_MOVE, "chapter": _digest},
            "network.CustodyDropped": {**_MOVE, "how": _text},
            "network.CustodyEnded": {
                **_MOVE,
                "entries": _whole,
                "chapter": _digest,
                "claim": _maybe(_id),
            },
            "network.CustodyOpened": {
                **_MOVE,
                "index": _whole,
                "entries": _whole,
                "chapter": _digest,
            },
        },
    ),
    "duplicates.told": (
        "Claims of numbers: A right registered twice",
        {
            "network.DuplicateFound": {
                "claim": _id,
                "number": _digest,
                "technology": _id,
                "venue": _code,
                "claim_holding": _id,
                "technology_holding": _id,
                "venue_holding": _code,
            },
            "network.DuplicateOpened": {
                "claim": _id,
                "number": _digest,
                "technology": _id,
                "other_venue": _code,
            },
            "network.DuplicateDecided": {
                "claim": _id,
                "number": _digest,
                "upheld": _code,
                "against": _code,
                "reasons": _digest,
            },
        },
    ),
    "projects.told": (
        "Joint projects",
        {
            "network.ProjectPartAdded": {
                **_MINE,
                "bundle": _id,
                "technologies": _whole,
                "text": _digest,
            },
            "network.ProjectPartWithdrawn": _MINE,
            "network.ProjectPartTaken": {
                **_PART,
                "bundle": _id,
                "technologies": _whole,
                "entry_index": _maybe(_whole),
            },
            "network.ProjectPartLeft": _PART,
            "network.ProjectComposed": {
                "project": _id,
                "lead_part": _id,
                "technologies": _whole,
                "parts": lambda parts: _split(parts),
            },
        },
    ),
    "procedures.told": (
        "Procedure templates",
        {
            "network.ProcedurePublished": {**_TEMPLATE, "text": _digest},
            "network.ProcedureAdopted": {**_TEMPLATE, "venue": _code, "entry_index": _whole},
        },
    ),
    "trade.told": (
        "Trade across venues",
        {
            "network.OrderSettled": {
                "order": _id,
                "venue": _code,
                "certificates": _certificates,
            }
        },
    ),
    "countersignatures.told": (
        "Trade across venues: Certified by both",
        {
            "network.CertificateCountersigned": {
                "number": _certificate,
                "venue": _code,
                "content_digest": _digest,
                "digest": _digest,
            },
            "network.CountersignatureTaken": {
                "number": _certificate,
                "venue": _code,
                "digest": _digest,
            },
        },
    ),
    "clearing.told": (
        "Clearing",
        {
            "network.StatementAgreed": _CLEARING,
            "network.StatementDisputed": _CLEARING,
            "network.StatementSettled": _CLEARING,
        },
    ),
}


def _split(parts: Any) -> bool:
    """Shares of the price by part: exact, of different parts, and all of it together."""
    try:
        told = [(venue, part, Fraction(share)) for venue, part, share in parts]
    except (TypeError, ValueError, ZeroDivisionError):
        return False
    well = all(_code(venue) and _id(part) and share > 0 for venue, part, share in told)
    return (
        well and sum(share for *_, share in told) == 1 and len({p for _, p, _ in told}) == len(told)
    )


@dataclass(frozen=True, slots=True)
class Entry:
    index: int
    kind: str
    facts: Mapping[str, Any]


@item(
    "log.last",
    at="Mirrors: What is believed",
    expects=N_("Every one of the last entries is the one that stands in the tree."),
    needs=("log.tree",),
)
def last(run: Run) -> None:
    of, read = run.checkpoint, run.read
    assert of is not None
    assert read is not None
    if not of.size:
        cannot(N_("the log is empty"))
    reader = Tiles(run, "/log", of.size)
    start = max(0, (of.size - 1) // WIDTH - MOST_BUNDLES + 1) * WIDTH
    for first in range(start, of.size, WIDTH):
        for index, leaf in enumerate(reader.bundle(first), first):
            same = leaf_hash(leaf) == read(0, index)
            need(same, N_("entry {index} is not the one in the tree"), index=index)
            run.entries.append(_entry(index, leaf))


def _entry(index: int, leaf: bytes) -> Entry:
    try:
        told = json.loads(leaf)
        return Entry(index, str(told.get("kind")), dict(told.get("facts") or {}))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Entry(index, "", {})


def _of(run: Run, kinds: Mapping[str, Any]) -> list[Entry]:
    found = [one for one in run.entries if one.kind in kinds]
    if not found:
        cannot(N_("none of the last {count} entries is of these kinds"), count=len(run.entries))
    return found


def _well_formed(run: Run, kinds: Mapping[str, Mapping[str, Shape]]) -> None:
    for entry in _of(run, kinds):
        for name, shape in kinds[entry.kind].items():
            need(
                shape(entry.facts.get(name)),
                N_("entry {index}, {kind}: “{name}” is {found}"),
                index=entry.index,
                kind=entry.kind,
                name=name,
                found=entry.facts.get(name),
            )


for _name, (_at, _kinds) in TOLD.items():

    @item(
        _name,
        at=_at,
        expects=N_("Entries of this part say in clear what the protocol has them say."),
        needs=("log.last",),
    )
    def _told(run: Run, kinds: Mapping[str, Mapping[str, Shape]] = _kinds) -> None:
        _well_formed(run, kinds)


# -- what is more than a form ---------------------------------------------------------------------------


@item(
    "claims.once",
    at="Claims of numbers: The book",
    expects=N_("In the book a number that was granted is granted again only once it was released."),
    needs=("claims.told",),
)
def once(run: Run) -> None:
    held: dict[Any, Any] = {}
    for entry in _of(run, TOLD["claims.told"][1]):
        number, claim, term = (entry.facts[name] for name in ("number", "claim", "term"))
        if entry.kind == "network.ClaimReleased":
            held.pop((term, number), None)
        elif entry.kind == "network.ClaimGranted":
            before = held.setdefault((term, number), claim)
            need(
                before == claim,
                N_("entry {index}: the number of claim {claim} is granted once more"),
                index=entry.index,
                claim=before,
            )


@item(
    "procedures.text",
    at="Procedure templates",
    expects=N_("A template that was published is served, is of this venue, and has its digest."),
    needs=("procedures.told",),
)
def templates(run: Run) -> None:
    for entry in _some(_of(run, {"network.ProcedurePublished": 0})):
        answer = run.wire.get(f"/log/content/{entry.facts['text']}", most=MOST_BUNDLE)
        if answer.status == 410:
            continue  # erased
        told = object_in(answer).get("value")
        if not isinstance(told, dict):
            broken(N_("the answer is not a JSON object"))
        need(
            told.get("format") == PROCEDURES,
            N_("“{name}” is {found}"),
            name="format",
            found=told.get("format"),
        )
        said = (digest_of(told), told.get("venue"), told.get("template"), told.get("version"))
        facts = entry.facts
        wanted = (facts["digest"], run.code, facts["template"], facts["template_version"])
        need(said == wanted, N_("entry {index} and its text differ"), index=entry.index)


@item(
    "countersignatures.served",
    at="Trade across venues: Certified by both",
    expects=N_(
        "A countersignature of which the log tells is served, and holds by its venue's keys."
    ),
    needs=("countersignatures.told", "members.chain"),
)
def countersignatures(run: Run) -> None:
    assert run.roll is not None
    for entry in _some(_of(run, TOLD["countersignatures.told"][1])):
        own = entry.kind == "network.CertificateCountersigned"
        venue = run.code if own else entry.facts["venue"]
        member, number = run.roll.members.get(venue), entry.facts["number"]
        if member is None:
            continue  # it left; its keys are in no list any more
        path = f"/certificates/{number}/countersignatures/{venue}"
        answer = run.wire.get(path)
        if answer.status == 404 and own:
            continue  # its own log has not signed the entry yet
        try:
            found = countersigned.read(json.loads(ok(answer).body))
            digest = found.statement["content_digest"]
            countersigned.check(found, keys_of(member), number=number, digest=digest)
        except (ValueError, CountersignatureInvalid) as error:
            broken(N_("{path}: {problem}"), path=path, problem=error)
        same = digest_of(found.statement) == entry.facts["digest"]
        need(same, N_("entry {index} and what is served differ"), index=entry.index)


def keys_of(member: Member) -> VenueKeys:
    """A member's keys of the list, as a verifier takes them."""
    name = member.log_origin.removesuffix("/log")
    return VenueKeys(
        venue=Venue(code=member.code, name_zh=member.name_zh, name_en=member.name_en, origin=name),
        log=tuple(VerifierKey.parse(key) for key in member.log_keys),
        witness=tuple(VerifierKey.parse(key) for key in member.witness_keys),
        credential=tuple(multikey.read_ed25519(key) for key in member.credential_keys),
        message=tuple(multikey.read_ed25519(key) for key in member.message_keys),
        certificate_authorities=member.certificate_authorities,
    )


def _some(entries: list[Entry]) -> Iterator[Entry]:
    yield from entries[-MOST_ASKED:]

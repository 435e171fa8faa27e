"""
What each kind of entry says of which thing: the table by which a mirror reads a log (LO-4).

    kind                    thing          facts taken over             status
    listings.Listed         listing        number, price_fen, …         listed
    …

A kind that is not here says nothing to the picture; its entries and texts are kept all the same.
Facts of an older version are brought up to today's; of a newer one what is known is read. Pure.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from hutong.kit.event import KINDS, current_facts, field_marks
from hutong.network.mirrors.picture import (
    RECORD,
    Heard,
    Leaf,
    Role,
    Said,
    Thing,
    ThingKind,
    Unreadable,
    Want,
    digest_in,
    is_digest,
    parse,
)

ERASED: Final = "journal.Erased"
IMPORTED: Final = "technologies.Imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What entries of a kind say. `key`: the fact that names the thing; facts and texts: their name
    in the entry → theirs in the picture; `when`: under which name the entry's time is kept."""

    about: ThingKind
    key: str
    facts: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    status: str | Callable[[Mapping[str, Any]], str] = ""
    when: str = ""
    logged: bool = True  # the thing keeps the entry's place in the log
    beside: Callable[[Leaf], Iterable[tuple[Thing, dict[str, Any]]]] | None = None


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _thing(about: ThingKind, id: Any) -> Thing:
    return Thing(about.value, str(UUID(id)))


def _on_listing(name: str, key: str) -> Callable[[Leaf], Iterable[tuple[Thing, dict[str, Any]]]]:
    """A listing knows the lot, or the deal, that came of it."""

    def beside(leaf: Leaf) -> Iterable[tuple[Thing, dict[str, Any]]]:
        listing = leaf.facts.get("listing")
        if listing:
            yield _thing(ThingKind.LISTING, listing), {name: str(UUID(leaf.facts[key]))}

    return beside


def _after_cut_off(facts: Mapping[str, Any]) -> str:
    return "listed" if facts.get("outcome") == "extended" else "concluding"


def _outcome(facts: Mapping[str, Any]) -> str:
    return str(facts.get("outcome", "closed"))


_LISTING, _TECHNOLOGY = ThingKind.LISTING, ThingKind.TECHNOLOGY
_LOT, _DEAL, _NOTICE = ThingKind.LOT, ThingKind.DEAL, ThingKind.NOTICE
_CERTIFICATE, _PARTY = ThingKind.CERTIFICATE, ThingKind.PARTY
_PROJECT, _PART = ThingKind.PROJECT, ThingKind.PART
_DESCRIBED: Final = {"technology_kind": "kind"}


def _deal(status: str, *facts: str, when: str = "") -> Telling:
    return Telling(about=_DEAL, key="deal", status=status, facts=_same(*facts), when=when)


def _notice(status: str, *facts: str) -> Telling:
    return Telling(about=_NOTICE, key="application", status=status, facts=_same(*facts))


TELLINGS: Final[Mapping[str, Telling]] = {
    "technologies.Intended": Telling(
        about=_TECHNOLOGY,
        key="technology",
        status="intended",
        facts=_DESCRIBED,
        texts=_same(RECORD),
        when="intended_at",
    ),
    "technologies.Entered": Telling(
        about=_TECHNOLOGY,
        key="technology",
        status="entered",
        facts=_DESCRIBED,
        texts=_same(RECORD),
        when="entered_at",
    ),
    "technologies.Updated": Telling(
        about=_TECHNOLOGY, key="technology", facts=_DESCRIBED, texts=_same(RECORD)
    ),
    "technologies.Retired": Telling(
        about=_TECHNOLOGY, key="technology", status="retired", texts={"reason": "retired_because"}
    ),
    "technologies.Moved": Telling(
        about=_TECHNOLOGY, key="technology", status="retired", facts={"to": "moved_to"}
    ),
    "technologies.TakenOver": Telling(
        about=_TECHNOLOGY,
        key="technology",
        status="entered",
        facts=_DESCRIBED | {"from_venue": "moved_from"},
        texts=_same(RECORD),
        when="entered_at",
    ),
    "technologies.Bundled": Telling(
        about=_TECHNOLOGY,
        key="technology",
        status="entered",
        facts=_same("parts", "split", "carve_out"),
        texts=_same(RECORD),
        when="entered_at",
    ),
    "listings.Listed": Telling(
        about=_LISTING,
        key="listing",
        status="listed",
        facts=_same(
            "number",
            "offer_kind",
            "share",
            "licence_mode",
            "price_mode",
            "price_fen",
            "deposit_fen",
            "increment_fen",
            "technologies",
            "ends_at",
            "ends_provisional",
            "scope",
            "export_class",
        ),
        texts=_same("text"),
        when="listed_at",
    ),
    "listings.EndFixed": Telling(
        about=_LISTING, key="listing", facts=_same("ends_at", "ends_provisional")
    ),
    "listings.Suspended": Telling(
        about=_LISTING, key="listing", status="suspended", texts={"reason": "suspended_because"}
    ),
    "listings.Resumed": Telling(
        about=_LISTING, key="listing", status="listed", facts=_same("ends_at")
    ),
    "listings.CutOff": Telling(
        about=_LISTING,
        key="listing",
        status=_after_cut_off,
        facts=_same("outcome", "count", "ends_at", "ends_provisional"),
    ),
    "listings.Closed": Telling(
        about=_LISTING, key="listing", status="closed", facts=_same("ending", "deal")
    ),
    "auctions.LotOpened": Telling(
        about=_LOT,
        key="lot",
        status="announced",
        facts=_same(
            "listing",
            "opening_fen",
            "increment_fen",
            "opens_at",
            "free_ends_at",
            "limited_seconds",
        ),
        beside=_on_listing("lot", "lot"),
    ),
    "auctions.BidsJudged": Telling(
        about=_LOT,
        key="lot",
        status="running",
        facts=_same("price_fen", "leader", "ends_at", "last"),
        logged=False,
    ),
    "auctions.Suspended": Telling(
        about=_LOT, key="lot", status="suspended", texts={"reason": "suspended_because"}
    ),
    "auctions.Resumed": Telling(
        about=_LOT,
        key="lot",
        status="running",
        facts=_same("opens_at", "free_ends_at", "ends_at"),
    ),
    "auctions.Closed": Telling(
        about=_LOT,
        key="lot",
        status=_outcome,
        facts=_same(
            "listing", "price_fen", "winner_paddle", "attempts", "bids", "ended_at", "record"
        ),
        beside=_on_listing("lot", "lot"),
    ),
    "deals.Opened": Telling(
        about=_DEAL,
        key="deal",
        status="agreed",
        facts=_same(
            "number",
            "listing",
            "how",
            "source",
            "technologies",
            "share",
            "price_fen",
            "currency",
            "sign_by",
        ),
        when="opened_at",
        beside=_on_listing("deal", "deal"),
    ),
    "deals.Signed": _deal("signed", "pay_by"),
    "deals.Paid": _deal("paid"),
    "deals.RightMoved": _deal("moved", "number", when="moved_at"),
    "deals.Certified": _deal("certified", "certificate"),
    "deals.Closed": _deal("closed"),
    "deals.Defaulted": _deal("defaulted", "side"),
    "deals.Terminated": _deal("terminated"),
    "rights.Applied": _notice("submitted", "number", "technologies"),
    "rights.NoticeOpened": Telling(
        about=_NOTICE,
        key="application",
        status="notice",
        facts=_same("number", "technologies", "ends_at"),
        texts=_same("notice"),
        when="opened_at",
    ),
    "rights.NoticeResumed": _notice("notice", "ends_at"),
    "rights.Completed": _notice("registered", "number", "entries"),
    "rights.Rejected": _notice("rejected", "number"),
    "rights.Withdrawn": _notice("withdrawn", "number"),
    "certificates.Issued": Telling(
        about=_CERTIFICATE,
        key="certificate",
        status="issued",
        facts={
            "number": "number",
            "certificate_kind": "kind",
            "issued_on": "issued_on",
            "content_digest": "content_digest",
            "source": "source",
        },
    ),
    "certificates.Suspended": Telling(
        about=_CERTIFICATE, key="certificate", status="suspended", facts=_same("suspended_on")
    ),
    "certificates.Superseded": Telling(about=_CERTIFICATE, key="certificate", status="superseded"),
    "certificates.Resumed": Telling(about=_CERTIFICATE, key="certificate", status="issued"),
    "certificates.Revoked": Telling(
        about=_CERTIFICATE,
        key="certificate",
        status="revoked",
        facts=_same("revoked_on"),
        texts={"reason": "revoked_because"},
    ),
    "parties.Verified": Telling(
        about=_PARTY,
        key="party",
        status="verified",
        facts=_same("party_kind", "jurisdiction", "state_owned", "home_venue"),
        texts=_same("organisation"),
    ),
    "network.ProjectAnnounced": Telling(
        about=_PROJECT,
        key="project",
        status="announced",
        facts=_same("number", "lead_venue", "venues", "parts_by"),
        texts=_same("text"),
        when="announced_at",
    ),
    "network.ProjectComposed": Telling(
        about=_PROJECT,
        key="project",
        status="composed",
        facts=_same("lead_part", "technologies", "parts"),
    ),
    "network.ProjectReopened": Telling(about=_PROJECT, key="project", status="announced"),
    "network.ProjectListed": Telling(
        about=_PROJECT,
        key="project",
        status="listed",
        facts={"listing": "listing", "number": "listing_number"},
    ),
    "network.ProjectClosed": Telling(
        about=_PROJECT,
        key="project",
        status="closed",
        facts=_same("ending"),
        texts={"reason": "closed_because"},
    ),
    "network.ProjectPartAdded": Telling(
        about=_PART,
        key="part",
        status="added",
        facts=_same("project", "lead_venue", "bundle", "technologies"),
        texts=_same("text"),
    ),
    "network.ProjectPartWithdrawn": Telling(
        about=_PART, key="part", status="withdrawn", texts={"reason": "withdrawn_because"}
    ),
    "network.ProcedurePublished": Telling(
        about=ThingKind.PROCEDURE,
        key="template",
        status="published",
        facts=_same("template_version", "rulebook_version", "digest"),
        texts=_same("text"),
        when="published_at",
    ),
    "network.ProjectPartReleased": Telling(about=_PART, key="part", status="released"),
    "parties.Suspended": Telling(about=_PARTY, key="party", status="suspended"),
    "parties.Reinstated": Telling(about=_PARTY, key="party", status="verified"),
}

# Entries of the register, each of which a technology keeps under its own name (RR-8, RR-10).
REGISTER: Final = frozenset(
    f"rights.{name}"
    for name in (
        "Registered",
        "Transferred",
        "Frozen",
        "Lifted",
        "Licensed",
        "GrantEnded",
        "Pledged",
        "DisposalConsented",
        "Restricted",
        "Released",
        "Redistributed",
        "TitleCancelled",
        "Corrected",
        "Empowered",
    )
)
# Each of these adds a unit of its own to a joint project (NE-3).
OF_PROJECT: Final = frozenset(
    {"network.ProjectVenueAnswered", "network.ProjectPartTaken", "network.ProjectPartLeft"}
)
_OF_ENTRY: Final = ("number", "entry_kind", "sequence", "effective_on", "entry_digest")
_POINTS_AT: Final = ("freeze", "restriction", "grant", "corrects")  # the entry that it ends


def hear(index: int, data: bytes) -> Heard:
    """What an entry says. What cannot be read is said to be so, and changes nothing."""
    heard = Heard()
    try:
        leaf = parse(index, data)
        if leaf.kind == "sealed":
            return heard
        _hear(heard, leaf)
    except Unreadable as error:
        return Heard(unreadable=[(index, str(error))])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return Heard(unreadable=[(index, f"{leaf.kind}: {error!r}")])
    return heard


def _hear(heard: Heard, leaf: Leaf) -> None:
    if leaf.kind == ERASED:
        kind, _, digest = leaf.subject.partition(":")
        if kind == "content":
            heard.erased.add(digest_in(digest))
        return
    known = KINDS.get(leaf.kind)
    if known is not None and leaf.version < known.version:
        leaf = Leaf(
            leaf.index,
            leaf.kind,
            known.version,
            leaf.at,
            leaf.subject,
            current_facts(leaf.kind, leaf.version, leaf.facts),
        )
    telling = TELLINGS.get(leaf.kind)
    roles: dict[str, tuple[Role, Thing | None, str]] = {}
    if telling is not None:
        thing = _thing(telling.about, leaf.facts[telling.key])
        for name, called in telling.texts.items():
            if leaf.facts.get(name) is not None:
                roles[name] = (Role.TEXT, thing, called)
        heard.said.append(_said(telling, leaf, thing))
        if telling.beside is not None:
            line = (leaf.index, leaf.kind, leaf.at)
            for other, facts in telling.beside(leaf):
                heard.said.append(Said(leaf.index, other, facts, log=line))
    elif leaf.kind in REGISTER:
        heard.said.append(_register_entry(leaf))
    elif leaf.kind in OF_PROJECT:
        heard.said.append(_of_project(leaf))
    elif leaf.kind == "listings.JointPartLeft":
        part = {f"left:{UUID(leaf.facts['part'])}": True}
        thing = _thing(_LISTING, leaf.facts["listing"])
        heard.said.append(Said(leaf.index, thing, part, log=(leaf.index, leaf.kind, leaf.at)))
    elif leaf.kind in ("rights.ObjectionFiled", "rights.ObjectionDecided"):
        heard.said.append(_objection(leaf))
    elif leaf.kind == IMPORTED:
        roles["manifest"] = (Role.MANIFEST, None, "")
    rest = Role.OTHER if known is not None else Role.GUESS
    for name in content_names(leaf):
        role, about, called = roles.get(name, (rest, None, ""))
        digest = leaf.facts[name]
        heard.wants.append(Want(digest, leaf.index, role, about, called, leaf.at))


def content_names(leaf: Leaf) -> list[str]:
    """The facts of an entry that are digests of texts beside the log.

    Of a kind nobody here knows any digest may be one; the log says of each whether it is.
    """
    known = KINDS.get(leaf.kind)
    if known is not None:
        marks = field_marks(known)
        names = [name for name, mark in marks.items() if mark is not None and name in leaf.facts]
    else:
        names = list(leaf.facts)
    return [name for name in names if type(v := leaf.facts[name]) is str and is_digest(v)]


def _said(telling: Telling, leaf: Leaf, thing: Thing) -> Said:
    facts = {
        called: leaf.facts[name] for name, called in telling.facts.items() if name in leaf.facts
    }
    if telling.status:
        status = telling.status
        facts["status"] = status if isinstance(status, str) else status(leaf.facts)
    if telling.when:
        facts[telling.when] = leaf.at
    texts = {
        called: digest_in(leaf.facts[name])
        for name, called in telling.texts.items()
        if leaf.facts.get(name) is not None
    }
    line = (leaf.index, leaf.kind, leaf.at) if telling.logged else None
    return Said(leaf.index, thing, facts, texts, line)


def _register_entry(leaf: Leaf) -> Said:
    entry = {name: leaf.facts.get(name) for name in _OF_ENTRY}
    entry["act"] = leaf.kind
    ended = next((leaf.facts[name] for name in _POINTS_AT if leaf.facts.get(name)), None)
    if ended is not None:
        entry["ends"] = ended
    name = f"entry:{UUID(leaf.facts['entry'])}"
    thing = _thing(_TECHNOLOGY, leaf.facts["technology"])
    return Said(leaf.index, thing, {name: entry}, log=(leaf.index, leaf.kind, leaf.at))


def _of_project(leaf: Leaf) -> Said:
    """A part comes or leaves, a venue answers: each a unit of its own of the project."""
    if leaf.kind == "network.ProjectVenueAnswered":
        facts: dict[str, Any] = {f"answer:{leaf.facts['venue']}": leaf.facts["joins"]}
    elif leaf.kind == "network.ProjectPartTaken":
        told = ("venue", "bundle", "technologies", "entry_index")
        id = UUID(leaf.facts["part"])
        facts = {f"part:{id}": {name: leaf.facts.get(name) for name in told}}
    else:
        facts = {f"left:{UUID(leaf.facts['part'])}": True}
    thing = _thing(_PROJECT, leaf.facts["project"])
    return Said(leaf.index, thing, facts, log=(leaf.index, leaf.kind, leaf.at))


def _objection(leaf: Leaf) -> Said:
    id = UUID(leaf.facts["objection"])
    filed = leaf.kind == "rights.ObjectionFiled"
    name = f"objection:{id}" if filed else f"decision:{id}"
    value = {"filed_at": leaf.facts.get("filed_at")} if filed else {"upheld": leaf.facts["upheld"]}
    thing = _thing(_NOTICE, leaf.facts["application"])
    return Said(leaf.index, thing, {name: value}, log=(leaf.index, leaf.kind, leaf.at))

"""
Moving custody: the rules and nothing but the rules (NE-8).

    dossier   what the new venue is shown: the technology's record, every entry of its title as it
              was written, who the parties in it are; checked against the old venue's log

Pure: no database, no clock, no network.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from hutong.kit.canonical import canonical, digest, digest_of
from hutong.kit.event import Event, Private, Visibility
from hutong.kit.refusal import N_, Reason, Refused, reason

MOST_ENTRIES: Final = 800  # of a chapter: a message is at most 1 MiB
MOST_BYTES: Final = 900_000
COVERED: Final = (
    *("id", "number", "kind", "sequence", "effective_on", "known_at", "facts", "source"),
    *("corrects", "rulebook_version", "salt"),
)  # by an entry's digest, beside its technology and holdings
TAKEN: Final = "rights.ChapterTaken"
ENDED: Final = "network.CustodyEnded"


class Direction(StrEnum):
    GOING = "going"
    COMING = "coming"


class Status(StrEnum):
    WISHED = "wished"
    PROPOSED = "proposed"
    OFFERED = "offered"
    RECEIVED = "received"
    TAKEN_UP = "taken_up"
    ACCEPTED = "accepted"
    HANDED = "handed"
    MOVED = "moved"
    OPENED = "opened"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


OVER: Final = frozenset(
    {Status.MOVED, Status.OPENED, Status.DECLINED, Status.WITHDRAWN, Status.FAILED}
)


class Refusal(Reason):
    NOT_OWNER = reason(
        "custody.not_owner",
        "NE-8",
        N_(
            "Only its sole owner can wish so here; of a shared right ask the officers, all agreeing."
        ),
        403,
    )
    NOT_A_MEMBER = reason(
        "custody.not_a_member", "NE-8", N_("{venue} is not another member in good standing.")
    )
    UNDER_WAY = reason(
        "custody.under_way", "NE-8", N_("Its custody is being moved to {venue} already.")
    )
    REASON_MISSING = reason(
        "custody.reason_missing", "NE-8", N_("Say why; both venues read it."), 422
    )
    NO_CLAIM = reason(
        "custody.no_claim",
        "NE-5",
        N_("Its number is not claimed for good by this venue yet; it can be moved when it is."),
    )
    TOO_LONG = reason(
        "custody.too_long", "NE-8", N_("Its chapter has {entries} entries; {most} can be moved.")
    )
    NOT_VOUCHED = reason(
        "custody.not_vouched",
        "PA-4",
        N_("{name} is named in the register and has no valid credential to be known by elsewhere."),
    )
    PARTY_UNKNOWN = reason(
        "custody.party_unknown",
        "PA-4",
        N_("A party of {venue} that the chapter names is not known here: have {venue} show it."),
    )
    DOSSIER_WRONG = reason(
        "custody.dossier_wrong",
        "NE-8",
        N_("The dossier is not what {venue}'s log says: {problem}."),
        422,
    )
    NUMBER_HERE = reason(
        "custody.number_here",
        "TE-3",
        N_("Its number names another technology here: {number}. Settle that first."),
    )
    NONE_CHOSEN = reason("custody.none_chosen", "NE-8", N_("Choose at least one."), 422)
    NO_MOVE = reason("custody.no_move", "NE-8", N_("No such move is under way."), 404)


# -- entries ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Wished(Event, kind="network.CustodyWished", visibility=Visibility.JOURNALLED):
    """Its owner wants it to be in another venue's custody."""

    move: UUID
    technology: UUID
    peer: str
    party: Private[UUID]
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class Proposed(Event, kind="network.CustodyProposed", visibility=Visibility.JOURNALLED):
    """One officer takes it up; another offers it."""

    move: UUID
    technology: UUID
    peer: str
    reason: Private[str]


@dataclass(frozen=True, kw_only=True)
class Received(Event, kind="network.CustodyReceived", visibility=Visibility.JOURNALLED):
    """Another venue offers it; its dossier agrees with that venue's log."""

    move: UUID
    technology: UUID
    peer: str


@dataclass(frozen=True, kw_only=True)
class TakenUp(Event, kind="network.CustodyTakenUp", visibility=Visibility.JOURNALLED):
    """One officer takes the offer up; another accepts it."""

    move: UUID
    technology: UUID
    peer: str


@dataclass(frozen=True, kw_only=True)
class Offered(Event, kind="network.CustodyOffered"):
    """No act on the title here from now on. `chapter`: digest of its entries."""

    move: UUID
    technology: UUID
    peer: str
    entries: int
    chapter: str


@dataclass(frozen=True, kw_only=True)
class WithdrawalAsked(
    Event, kind="network.CustodyWithdrawalAsked", visibility=Visibility.JOURNALLED
):
    """An officer takes the offer back; it holds once the other venue says it has not accepted."""

    move: UUID
    technology: UUID
    peer: str
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class Accepted(Event, kind="network.CustodyAccepted"):
    """By the new venue; in the old venue's log when it was told so."""

    move: UUID
    technology: UUID
    peer: str
    chapter: str


@dataclass(frozen=True, kw_only=True)
class Ended(Event, kind="network.CustodyDropped"):
    """Nothing came of it: the title is where it was. `how`: declined, withdrawn, failed."""

    move: UUID
    technology: UUID
    peer: str
    how: Status
    why: Private[str]


@dataclass(frozen=True, kw_only=True)
class Closed(Event, kind="network.CustodyEnded"):
    """The chapter is closed: `peer` has custody. This entry is the proof the next one opens with."""

    move: UUID
    technology: UUID
    peer: str
    entries: int
    chapter: str
    claim: UUID | None


@dataclass(frozen=True, kw_only=True)
class Handed(Event, kind="network.CustodyHanded", visibility=Visibility.JOURNALLED):
    """The old venue says that its chapter is closed; our mirror is to show it."""

    move: UUID
    technology: UUID
    peer: str
    index: int


@dataclass(frozen=True, kw_only=True)
class Opened(Event, kind="network.CustodyOpened"):
    """The chapter goes on here, after entry `index` of `peer`'s log, by which it was closed there."""

    move: UUID
    technology: UUID
    peer: str
    index: int
    entries: int
    chapter: str


# -- the dossier -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyTold:
    """A party named in a chapter: its id there, its home and its id at home, and the credential by
    which it is known, where its home is the teller."""

    id: UUID
    home: str
    home_id: UUID
    credential: Mapping[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "home": self.home,
            "home_id": str(self.home_id),
            "credential": self.credential,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    technology: UUID
    record: Mapping[str, Any]
    party: UUID | None  # who entered the technology
    entries: Sequence[Mapping[str, Any]]
    indexes: Sequence[int]  # where in the teller's log each entry's digest stands
    parties: Sequence[PartyTold]
    number: str = ""  # as it is claimed; empty where nothing is
    claim: UUID | None = None
    reason: str = ""
    listing: Mapping[str, Any] | None = None  # the open offer that goes with it

    @property
    def chapter(self) -> str:
        return chapter_digest(self.entries)

    def as_json(self) -> dict[str, Any]:
        return {
            "technology": str(self.technology),
            "record": dict(self.record),
            "party": str(self.party) if self.party else None,
            "entries": [dict(one) for one in self.entries],
            "indexes": list(self.indexes),
            "parties": [one.as_json() for one in self.parties],
            "number": self.number,
            "claim": str(self.claim) if self.claim else None,
            "reason": self.reason,
            "listing": dict(self.listing) if self.listing else None,
        }

    @classmethod
    def read(cls, told: Any, venue: str) -> "Dossier":
        """Raises Refused (DOSSIER_WRONG)."""
        try:
            indexes = told["indexes"]
            if not all(type(one) is int and one >= 0 for one in indexes):
                raise ValueError("indexes are whole numbers")
            entries = told["entries"]
            if len(indexes) != len(entries) or not 0 < len(entries) <= MOST_ENTRIES:
                raise ValueError("an entry has its index")
            return cls(
                technology=UUID(told["technology"]),
                record=dict(told["record"]),
                party=UUID(told["party"]) if told["party"] else None,
                entries=[dict(one) for one in entries],
                indexes=indexes,
                parties=[_party(one) for one in told["parties"]],
                number=str(told["number"])[:60],
                claim=UUID(told["claim"]) if told["claim"] else None,
                reason=str(told["reason"])[:2000],
                listing=dict(told["listing"]) if told.get("listing") else None,
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise wrong(venue, str(error) or type(error).__name__) from error


def _party(told: Mapping[str, Any]) -> PartyTold:
    credential = told["credential"]
    return PartyTold(
        id=UUID(told["id"]),
        home=str(told["home"])[:20],
        home_id=UUID(told["home_id"]),
        credential=dict(credential) if credential is not None else None,
    )


def wrong(venue: str, problem: str) -> Refused:
    return Refused(Refusal.DOSSIER_WRONG, venue=venue, problem=problem)


def chapter_digest(entries: Sequence[Mapping[str, Any]]) -> str:
    """Of what a chapter says, entry by entry: by their digests, which each cover all of theirs."""
    return digest(canonical([[one["id"], one["digest"]] for one in entries]))


def check_digests(dossier: Dossier, venue: str) -> None:
    """Refuse a dossier whose entries do not have the digests it gives them: seen later, when the
    chapter is written down here, it would be closed there and open nowhere."""
    for place, entry in enumerate(dossier.entries):
        try:
            holdings = sorted(
                [power, party, str(n), str(d)] for power, party, n, d in entry["holdings"]
            )
            covered = {name: entry[name] for name in COVERED}
            found = digest_of(
                {**covered, "technology": str(dossier.technology), "holdings": holdings}
            )
        except (KeyError, ValueError, TypeError, RecursionError) as error:
            raise wrong(venue, f"entry {place + 1} cannot be read") from error
        if found != entry.get("digest"):
            raise wrong(venue, f"entry {place + 1} has another digest")


LeafAt = Callable[[int], bytes | None]
TextOf = Callable[[str], Any]


def verify(dossier: Dossier, venue: str, leaf_at: LeafAt, text_of: TextOf) -> None:
    """Refuse a dossier that the venue's own log does not bear out.

    Every entry's digest stands in the log, at its index, about this technology; they are numbered
    without a gap. Whether the entries have these digests is seen when they are written down.
    """
    try:
        _verify(dossier, venue, leaf_at, text_of)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise wrong(venue, "its log holds there what no venue writes") from error


def _verify(dossier: Dossier, venue: str, leaf_at: LeafAt, text_of: TextOf) -> None:
    for place, (entry, index) in enumerate(zip(dossier.entries, dossier.indexes, strict=True)):
        if entry.get("sequence") != place + 1:
            raise wrong(venue, f"entry {place + 1} is missing")
        leaf = leaf_at(index)
        if leaf is None:
            raise wrong(venue, f"its log has no entry {index}")
        told = json.loads(leaf)
        facts = told.get("facts", {})
        if facts.get("technology") != str(dossier.technology):
            raise wrong(venue, f"entry {index} of its log is about something else")
        if told.get("kind") == TAKEN:
            said = {one[0]: one[2] for one in text_of(facts["entries"]) or ()}
        else:
            said = {facts.get("entry"): facts.get("entry_digest")}
        if said.get(entry.get("id")) != entry.get("digest"):
            raise wrong(venue, f"entry {index} of its log has another digest")


def is_closing(leaf: bytes | None, *, move: UUID, technology: UUID, to: str, chapter: str) -> bool:
    """Whether an entry of the old venue's log closes this chapter for this venue."""
    try:
        told = json.loads(leaf or b"{}")
        facts = told.get("facts", {})
        said = (told.get("kind"), facts.get("move"), facts.get("technology"))
    except (ValueError, AttributeError, RecursionError):
        return False
    same = said == (ENDED, str(move), str(technology))
    return same and (facts.get("peer"), facts.get("chapter")) == (to, chapter)

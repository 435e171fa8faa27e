"""
Who may read a document that is not public: the area that owns its subject says so.

    access.register("technology", lambda actor, document: …)

Without a word from it: the party that stored the document, the supervisor, and those officers
whose cases rest on such papers (`EXAMINE`).
"""

from collections.abc import Callable
from uuid import UUID

from hutong.documents.queries import DocumentView, find
from hutong.documents.rules import Access
from hutong.kit.actor import READ, Actor
from hutong.kit.ids import subject_kind
from hutong.kit.refusal import CommonRefusal, Refused

Decide = Callable[[Actor, DocumentView], bool]
_deciders: dict[str, Decide] = {}
SUPERVISE = "supervise.read"
_FILES = ("parties.verify", "parties.suspend", "rights.", "listings.")
# Which offices examine the papers of what: beginnings of powers. An office that examines none of
# them does not read them, however high it is.
EXAMINE: dict[str, tuple[str, ...]] = {
    "party": _FILES,  # evidence of every kind is filed under the party that brings it
    "technology": ("technologies.", "rights.", "listings."),
    "import_run": ("technologies.",),
    "right_application": ("rights.",),
    "right_evidence": ("rights.",),
    "right_entry": ("rights.", "settlement."),
    "listing": ("listings.",),
    "pledged_proceeds": ("settlement.",),
    "office": ("rights.",),  # papers of courts and authorities
    "venue": ("",),  # the venue's own papers
}


def register(kind: str, decide: Decide) -> None:
    """Let `decide` answer for documents owned by subjects of `kind`."""
    _deciders[kind] = decide


def may_read(actor: Actor, document: DocumentView) -> bool:
    if document.access == Access.PUBLIC.value:
        return True
    decide = _deciders.get(subject_kind(document.owner), by_default)
    return decide(actor, document)


def readable(actor: Actor, id: UUID) -> DocumentView:
    """Return a document the actor may read; refuse others as not there."""
    found = find(id)
    if found is None or not may_read(actor, found):
        raise Refused(CommonRefusal.NOT_FOUND, what="document")
    return found


def by_default(actor: Actor, document: DocumentView) -> bool:
    """The party that stored it, when the person may read for it; who examines it; the supervisor."""
    own = document.party is not None and actor.party == document.party and actor.has(READ)
    return own or actor.is_system or examines(actor, document)


def examines(actor: Actor, document: DocumentView) -> bool:
    """Whether an office of the actor rests its decisions on papers of this kind."""
    offices = (*EXAMINE.get(subject_kind(document.owner), ()), SUPERVISE)
    return actor.second_factor and any(
        power.startswith(offices) for power in actor.powers if not power.startswith("member.")
    )


def is_officer(actor: Actor) -> bool:
    return actor.second_factor and any(not p.startswith("member.") for p in actor.powers)

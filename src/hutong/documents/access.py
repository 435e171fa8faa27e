"""
Who may read a document that is not public: the area that owns its subject says so.

    access.register("technology", lambda actor, document: …)

Without a word from it: the party that stored the document, and officers.
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
    """The party that stored it, when the person may read for it; officers; the venue itself."""
    own = document.party is not None and actor.party == document.party and actor.has(READ)
    return own or actor.is_system or is_officer(actor)


def is_officer(actor: Actor) -> bool:
    return actor.second_factor and any(not p.startswith("member.") for p in actor.powers)

"""
Evidence for verification: documents already stored under the party (PA-3).
"""

from datetime import datetime
from uuid import UUID

from hutong.documents import queries as documents
from hutong.journal.actions import action, record
from hutong.kit.actor import OWN, Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import rules
from hutong.parties.actions.locking import own_party
from hutong.parties.models import Evidence
from hutong.parties.rules import Refusal


@action(power=OWN)
def attach_evidence(
    *, actor: Actor, now: datetime, party: UUID, document: UUID, proves: str
) -> None:
    """Attach a stored document of the party; `proves` says what it shows, such as a licence."""
    row = own_party(actor, party)
    rules.correct(row.state())
    stored = documents.find(document)
    if stored is None or stored.owner != subject("party", party):
        raise Refused(CommonRefusal.NOT_FOUND, what="document")
    evidence, new = Evidence.objects.get_or_create(
        party=row,
        document=document,
        defaults={
            "proves": " ".join(proves.split())[:200],
            "attached_by": actor.person,
            "attached_at": now,
        },
    )
    if not new:
        raise Refused(Refusal.EVIDENCE_TAKEN)
    record(
        subject("party", row.id),
        rules.EvidenceAttached(party=row.id, document=document, proves=evidence.proves),
    )


@action(power=OWN)
def detach_evidence(*, actor: Actor, now: datetime, party: UUID, document: UUID) -> None:
    """Take back a document that was attached by mistake, before the party is examined."""
    row = own_party(actor, party)
    rules.correct(row.state())
    gone, _ = Evidence.objects.filter(party=row, document=document).delete()
    if not gone:
        raise Refused(CommonRefusal.NOT_FOUND, what="document")
    record(subject("party", row.id), rules.EvidenceDetached(party=row.id, document=document))

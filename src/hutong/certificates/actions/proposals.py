"""
Certificates issued on evidence: one officer proposes, another decides (CE-1, PA-5).

What the second pair of eyes sees is what is issued: names of parties and technologies are looked up
when the certificate is proposed and stand as they were found.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.certificates import matters, queries, rules
from hutong.certificates.actions.issuing import write
from hutong.certificates.content import Stated, Thread
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.models import Proposal
from hutong.certificates.queries import CertificateView, ProposalView
from hutong.certificates.rules import ProposalStatus, Refusal
from hutong.documents import access as documents_access
from hutong.documents import queries as documents
from hutong.journal.actions import action, record
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.parties.rules import Kind as PartyKind

MAX_EVIDENCE = 50


@action(power="certificates.propose")
def propose(
    *,
    actor: Actor,
    now: datetime,
    kind: Kind,
    said: Mapping[str, Any],
    evidence: Sequence[UUID],
) -> ProposalView:
    """Propose a certificate of a kind issued on evidence; another officer decides.

    `said` follows the kind's fields. A party is named by its id or by an identifier such as a USCC,
    a technology by its id. `evidence` are documents the officer may read.
    """
    if not KINDS[kind].on_evidence:
        raise Refused(Refusal.FOLLOWS_BY_ITSELF, kind=kind.value)
    if not evidence:
        raise Refused(Refusal.EVIDENCE_MISSING)
    if len(evidence) > MAX_EVIDENCE or len(set(evidence)) != len(evidence):
        raise Refused(
            CommonRefusal.INVALID, field="evidence", problem="too many, or one named twice"
        )
    for document in evidence:
        documents_access.readable(actor, document)
    whole = matters.found(kind, said)
    rules.check_said(kind, whole)
    _need_institution(kind, whole)
    row = Proposal.objects.create(
        id=new_id(),
        kind=kind.value,
        said=whole,
        title=KINDS[kind].title_of(whole),
        evidence=list(evidence),
        proposed_by=actor.person,
        proposed_at=now,
    )
    record(
        subject("certificate_proposal", row.id),
        rules.IssueProposed(
            proposal=row.id, certificate_kind=row.kind, said=whole, evidence=list(evidence)
        ),
    )
    return queries.proposal_view(row)


@action(power="certificates.approve")
def approve(*, actor: Actor, now: datetime, proposal: UUID) -> CertificateView:
    """Issue what another officer proposed, exactly as it was proposed (PA-5)."""
    row = _proposed(proposal, actor)
    kind = Kind(row.kind)
    rules.check_said(kind, row.said)
    _need_institution(kind, row.said)
    papers = [documents.document(id) for id in row.evidence]
    certificate = write(
        now=now,
        source=subject("certificate_proposal", row.id),
        matter=Stated(
            kind=kind,
            said=row.said,
            evidence=tuple((paper.name, paper.digest) for paper in papers),
            thread=_thread(kind, row.said),
        ),
        technologies=matters.technologies_in(kind, row.said),
    )
    row.status, row.certificate = ProposalStatus.ISSUED.value, certificate.number
    row.decided_by, row.decided_at = actor.person, now
    row.save()
    return certificate


@action(power="certificates.approve")
def refuse(*, actor: Actor, now: datetime, proposal: UUID, reason: str) -> ProposalView:
    """Decide against a certificate another officer proposed, with the reason (PA-5)."""
    row = _proposed(proposal, actor)
    row.reason = rules.check_reason(reason)
    row.status, row.decided_by, row.decided_at = ProposalStatus.REFUSED.value, actor.person, now
    row.save()
    record(
        subject("certificate_proposal", row.id),
        rules.IssueRefused(proposal=row.id, certificate_kind=row.kind, reason=row.reason),
    )
    return queries.proposal_view(row)


def _need_institution(kind: Kind, said: Mapping[str, Any]) -> None:
    """Refuse to accredit anybody but a verified service institution of this venue (PA-6)."""
    if kind is not Kind.ACCREDITATION:
        return
    view = parties.party(UUID(said["institution"]["id"]))
    ours = parties.recognition_of(view.id) is None
    if not (ours and view.is_verified and view.kind == PartyKind.SERVICE_INSTITUTION):
        raise Refused(Refusal.NOT_AN_INSTITUTION, name=view.name)


def _thread(kind: Kind, said: Mapping[str, Any]) -> Thread | None:
    """Of two accreditations of an institution for one business the later stands."""
    if kind is not Kind.ACCREDITATION:
        return None
    name = f"accreditation:{said['institution']['id']}:{said['accreditation']['capability']}"
    return Thread(name=name, sequence=queries.next_in_thread(name))


def _proposed(id: UUID, actor: Actor) -> Proposal:
    row = Proposal.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="proposal")
    if row.status != ProposalStatus.PROPOSED.value:
        raise Refused(Refusal.PROPOSAL_DECIDED, status=row.status)
    require_other_eyes(actor, [row.proposed_by])
    return row

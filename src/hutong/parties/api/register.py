"""
The party register.
"""

from typing import Any
from uuid import UUID

from ninja import Router, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page
from hutong.parties import actions, queries, rules
from hutong.parties.queries import QueueItem
from hutong.parties.rules import Kind
from hutong.parties.schemas import (
    DecisionIn,
    EvidenceIn,
    EvidenceOut,
    NewPartyIn,
    PartyDetailOut,
    PartyIn,
    PartyOut,
    QueueItemOut,
    ReasonIn,
    ReleaseIn,
    StateOwnedIn,
    Text,
)

router = Router(tags=["parties"])


@router.post("/parties", response={201: PartyOut, **PROBLEMS}, summary="Register a party")
def register(request: DoorRequest, body: NewPartyIn) -> Status[PartyOut]:
    """Needs `member.self`. Whoever registers a party is its first owner; it starts unverified (PA-1).

    One identifier, one party: USCC, LEI and ROR numbers are checked and may be used once.
    """
    made = actions.register_party(
        actor=request.actor, now=request.now, **_details(body), kind=body.kind
    )
    return Status(201, PartyOut.of(made))


@router.get("/parties", response={200: Page[PartyOut], **PROBLEMS}, summary="Find parties")
def find(
    request: DoorRequest,
    text: Text = "",
    kind: Kind | None = None,
    status: rules.Status | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Open to all: verified organisations. Members see their own party too, officers with
    `parties.verify`, `parties.suspend` or `supervise.read` all. By name, in pinyin order."""
    page = queries.parties_page(
        request.actor, text=text, kind=kind, status=status, cursor=cursor, limit=limit
    )
    return {**page, "items": [PartyOut.of(p) for p in page["items"]]}


@router.get(
    "/verification-queue",
    response={200: Page[QueueItemOut], **PROBLEMS},
    summary="Parties that wait for verification",
)
def queue(request: DoorRequest, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
    """Needs `parties.verify`. Longest waiting first (PA-3)."""
    page = queries.queue(request.actor, now=request.now, cursor=cursor, limit=limit)
    return {**page, "items": [_queued(item) for item in page["items"]]}


@router.get("/parties/{party_id}", response={200: PartyDetailOut, **PROBLEMS}, summary="A party")
def read(request: DoorRequest, party_id: UUID) -> PartyDetailOut:
    """Open to all for verified organisations; others are seen by their own people and officers."""
    return PartyDetailOut.of_detail(queries.detail(request.actor, party_id))


@router.put("/parties/{party_id}", response={200: PartyOut, **PROBLEMS}, summary="Correct a party")
def correct(request: DoorRequest, party_id: UUID, body: PartyIn) -> PartyOut:
    """Needs `member.own` for the party, while it is unverified."""
    return PartyOut.of(
        actions.correct_party(
            actor=request.actor, now=request.now, party=party_id, **_details(body)
        )
    )


@router.get(
    "/parties/{party_id}/evidence",
    response={200: list[EvidenceOut], **PROBLEMS},
    summary="Evidence of a party",
)
def evidence(request: DoorRequest, party_id: UUID) -> list[EvidenceOut]:
    """Needs `member.read` for the party, or an officer who sees all parties."""
    found = queries.evidence_of(request.actor, party_id)
    return [EvidenceOut.model_validate(e, from_attributes=True) for e in found]


@router.post(
    "/parties/{party_id}/evidence", response={204: None, **PROBLEMS}, summary="Attach evidence"
)
def attach(request: DoorRequest, party_id: UUID, body: EvidenceIn) -> Status[None]:
    """Needs `member.own` for the party, while it is unverified. Store the file first."""
    actions.attach_evidence(actor=request.actor, now=request.now, party=party_id, **body.dict())
    return Status(204, None)


@router.delete(
    "/parties/{party_id}/evidence/{document_id}",
    response={204: None, **PROBLEMS},
    summary="Take evidence back",
)
def detach(request: DoorRequest, party_id: UUID, document_id: UUID) -> Status[None]:
    """Needs `member.own` for the party, while it is unverified."""
    actions.detach_evidence(
        actor=request.actor, now=request.now, party=party_id, document=document_id
    )
    return Status(204, None)


@router.post(
    "/parties/{party_id}/submit",
    response={200: PartyOut, **PROBLEMS},
    summary="Ask for verification",
)
def submit(request: DoorRequest, party_id: UUID) -> PartyOut:
    """Needs `member.own` for the party. An organisation needs an identifier (of mainland China: its
    USCC), everybody evidence (PA-3)."""
    return PartyOut.of(
        actions.submit_for_verification(actor=request.actor, now=request.now, party=party_id)
    )


@router.post(
    "/parties/{party_id}/decision",
    response={200: PartyOut, **PROBLEMS},
    summary="Verify a party or return it",
)
def decide(request: DoorRequest, party_id: UUID, body: DecisionIn) -> PartyOut:
    """Needs `parties.verify`; not by anybody who has a part in the party (PA-5)."""
    return PartyOut.of(
        actions.decide_verification(
            actor=request.actor, now=request.now, party=party_id, **body.dict()
        )
    )


@router.post(
    "/parties/{party_id}/suspend", response={200: PartyOut, **PROBLEMS}, summary="Suspend a party"
)
def suspend(request: DoorRequest, party_id: UUID, body: ReasonIn) -> PartyOut:
    """Needs `parties.suspend`. It no longer lists, bids or receives rights (PA-3)."""
    return PartyOut.of(
        actions.suspend(actor=request.actor, now=request.now, party=party_id, why=body.why)
    )


@router.post(
    "/parties/{party_id}/reinstate",
    response={200: PartyOut, **PROBLEMS},
    summary="End a suspension",
)
def reinstate(request: DoorRequest, party_id: UUID, body: ReasonIn) -> PartyOut:
    """Needs `parties.suspend`."""
    return PartyOut.of(
        actions.reinstate(actor=request.actor, now=request.now, party=party_id, why=body.why)
    )


@router.post(
    "/parties/{party_id}/state-owned",
    response={200: PartyOut, **PROBLEMS},
    summary="Set the state-owned mark",
)
def state_owned(request: DoorRequest, party_id: UUID, body: StateOwnedIn) -> PartyOut:
    """Needs `parties.verify`. The mark decides which supervision a deal is under (PA-7)."""
    return PartyOut.of(
        actions.mark_state_owned(
            actor=request.actor, now=request.now, party=party_id, **body.dict()
        )
    )


@router.post(
    "/parties/{party_id}/release-identifier",
    response={200: PartyOut, **PROBLEMS},
    summary="Free a number somebody else registered",
)
def release(request: DoorRequest, party_id: UUID, body: ReleaseIn) -> PartyOut:
    """Needs `parties.verify`, while the party is unverified. One identifier, one party (PA-1): a
    stranger who took a number first does not keep its owner out."""
    return PartyOut.of(
        actions.release_identifier(
            actor=request.actor, now=request.now, party=party_id, **body.dict()
        )
    )


def _details(body: PartyIn) -> dict[str, Any]:
    return {
        "name_zh": body.name_zh,
        "name_en": body.name_en,
        "jurisdiction": body.jurisdiction,
        "identifiers": body.pairs(),
        "state_owned": body.state_owned,
    }


def _queued(item: QueueItem) -> QueueItemOut:
    return QueueItemOut(
        party=PartyOut.of(item.party),
        submitted_at=item.submitted_at,
        waiting_hours=int(item.waiting.total_seconds()) // 3600,
    )

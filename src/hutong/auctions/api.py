"""
The API of auctions: lots, paddle tokens, bidding records. Bids themselves go to the hot door.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from ninja import Query, Router, Status

from hutong.auctions import actions, queries
from hutong.auctions.schemas import LotOut, PaddleOut, ReasonIn, RecordOut, TokenOut
from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page, paged
from hutong.rulebook import queries as rulebook
from hutong.transparency import queries as transparency

router = Router(tags=["auctions"])


@router.get("/lots", response={200: Page[LotOut], **PROBLEMS}, summary="Lots")
def list_lots(
    request: DoorRequest,
    live: bool | None = Query(None, description="Only undecided lots, or only decided ones"),
    cursor: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Open to all, newest first. Watch all running lots at `/live/board` (server-sent events)."""
    return paged(
        queries.lots(live=live),
        cursor,
        limit,
        key=("-created_at", "-id"),
        out=lambda row: _out(request, queries.view(row, request.now)),
    )


@router.get("/lots/{lot}", response={200: LotOut, **PROBLEMS}, summary="A lot")
def get_lot(request: DoorRequest, lot: UUID) -> LotOut:
    """Open to all. Its states as they are confirmed: `watch`."""
    return _out(request, queries.lot(lot, request.now))


@router.post(
    "/lots/{lot}/paddle-token",
    response={201: TokenOut, **PROBLEMS},
    summary="A token to bid with",
)
def issue_token(request: DoorRequest, lot: UUID) -> Status[TokenOut]:
    """Needs `member.act`, for a party that holds a paddle in this lot (AU-3).

    Then `POST /live/lots/{lot}/bids` with `{"bid_id": <a UUID of your choice>, "amount_fen": …}` and
    this token. The answer is a receipt, accepted or refused; the same `bid_id` sent again, or
    `GET /live/lots/{lot}/bids/{bid_id}`, gives the same receipt (AU-4).
    """
    version = queries.lot(lot, request.now).rulebook_version
    seconds = rulebook.version(version).auctions.paddle_token_seconds
    expires_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
    token, paddle = actions.issue_paddle_token(
        actor=request.actor,
        now=request.now,
        lot=lot,
        key=transparency.keyring().token_key,
        expires=int(expires_at.timestamp()),
    )
    return Status(
        201,
        TokenOut(
            token=token, paddle=paddle, expires_at=expires_at, bid_at=f"/live/lots/{lot}/bids"
        ),
    )


@router.get(
    "/lots/{lot}/record", response={200: RecordOut, **PROBLEMS}, summary="The bidding record"
)
def get_record(request: DoorRequest, lot: UUID) -> dict[str, Any]:
    """Open to all, after the close: every attempt by paddle, refused ones too (AU-9).

    It replays to the same outcome; `hutong verify FILE` does so offline.
    """
    return queries.bidding_record(lot)


@router.get(
    "/lots/{lot}/paddles",
    response={200: list[PaddleOut], **PROBLEMS},
    summary="Who holds the paddles",
)
def list_paddles(request: DoorRequest, lot: UUID) -> list[PaddleOut]:
    """Needs `supervise.read`: opens the commitments of the log (AU-9)."""
    return [PaddleOut.of(view) for view in queries.paddles(request.actor, lot)]


@router.post("/lots/{lot}/suspend", response={200: LotOut, **PROBLEMS}, summary="Suspend a lot")
def suspend(request: DoorRequest, lot: UUID, body: ReasonIn) -> LotOut:
    """Needs `auctions.run`. Its clock stands still until it is resumed (AU-12)."""
    actions.suspend_lot(actor=request.actor, now=request.now, lot=lot, reason=body.reason)
    return _out(request, queries.lot(lot, request.now))


@router.post("/lots/{lot}/resume", response={200: LotOut, **PROBLEMS}, summary="Resume a lot")
def resume(request: DoorRequest, lot: UUID) -> LotOut:
    """Needs `auctions.run`. The time it lost is restored (AU-12)."""
    actions.resume_lot(actor=request.actor, now=request.now, lot=lot)
    return _out(request, queries.lot(lot, request.now))


def _out(request: DoorRequest, view: queries.LotView) -> LotOut:
    party = request.actor.party
    return LotOut.of(view, queries.paddle_of(view.id, party) if party else None)

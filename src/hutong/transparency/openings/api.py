"""
Opening private fields of log entries by a link, by the API: as at /my/openings (LO-2).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Field, Path, Query, Router, Schema, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.doors.text import Text
from hutong.transparency.openings import actions, queries
from hutong.transparency.openings.queries import OpeningView
from hutong.transparency.openings.rules import MAX_READER

router = Router(tags=["log"])


class OpenableOut(Schema):
    """An entry of the public log with the private fields that are the party's."""

    index: int = Field(examples=[1151])
    kind: str = Field(examples=["deals.Opened"])
    at: datetime
    fields: dict[str, Any] = Field(
        description="What stands behind the digests",
        examples=[{"seller": "0190a000-0000-7000-8000-000000000004"}],
    )


class OpenablePage(Schema):
    items: list[OpenableOut]
    next: int | None = Field(description="`before` of the next page; null at the end")


class OpeningOut(Schema):
    """A link that was made; its secret is not kept."""

    id: UUID
    index: int | None = Field(examples=[1151])
    fields: list[str] = Field(examples=[["seller"]])
    reader: str = Field(description="Whom it is for, a note of one's own", examples=["The bank"])
    made_at: datetime
    revoked_at: datetime | None


class OpeningIn(Schema):
    index: int = Field(ge=0, lt=2**63, description="The entry's place in the log", examples=[1151])
    fields: list[Text] = Field(max_length=50, examples=[["seller"]])
    reader: Text = Field("", max_length=MAX_READER, examples=["The bank"])


class OpeningMade(Schema):
    path: str = Field(
        description="The link's path on this venue, told once", examples=["/log/openings/3q2-7w"]
    )


@router.get(
    "/log/openable",
    response={200: OpenablePage, **PROBLEMS},
    summary="Entries with private fields of one's own",
)
def openable(request: DoorRequest, before: int | None = Query(None, ge=0, lt=2**63)) -> Any:
    """Of the party acted for, latest first, below the index `before`. Needs `member.read` (LO-2)."""
    entries, older = queries.openable(request.actor, before=before)
    return OpenablePage(
        items=[
            OpenableOut(
                index=entry.leaf.index,
                kind=entry.leaf.kind,
                at=entry.leaf.at,
                fields=dict(entry.fields),
            )
            for entry in entries
        ],
        next=older,
    )


@router.get(
    "/log/openings",
    response={200: list[OpeningOut], **PROBLEMS},
    summary="Links that open private fields",
)
def openings(request: DoorRequest) -> list[OpeningOut]:
    """Those of the party acted for, latest first. Needs `member.read` (LO-2)."""
    return [_out(view) for view in queries.links(request.actor)]


@router.post(
    "/log/openings",
    response={201: OpeningMade, **PROBLEMS},
    summary="Open private fields of an entry by a link",
)
def open_fields(request: DoorRequest, body: OpeningIn) -> Status[OpeningMade]:
    """Fields of the party acted for, to whoever has the link. Needs `member.act` (LO-2)."""
    secret = actions.open_fields(
        actor=request.actor,
        now=request.now,
        index=body.index,
        fields=body.fields,
        reader=body.reader,
    )
    return Status(201, OpeningMade(path=f"/log/openings/{secret}"))


@router.get(
    "/log/openable/{index}/file",
    response={200: None, **PROBLEMS},
    summary="Open private fields of an entry as a file",
    openapi_extra={
        "responses": {
            200: {
                "content": {
                    "application/json": {
                        "example": {
                            "format": "hutong-opening/1",
                            "venue": "shte-demo.example",
                            "entry": "eyJmb3JtYXQiOiJodXRvbmcvMiJ9",
                            "proof": "c2sp.org/tlog-proof@v1\nindex 1151\n…",
                            "fields": {
                                "seller": {
                                    "salt": "8f14e45fceea167a5a36dedd4bea2543",
                                    "value": "0190a000-0000-7000-8000-000000000004",
                                }
                            },
                        }
                    }
                }
            }
        }
    },
)
def opening_file(
    request: DoorRequest,
    index: int = Path(..., ge=0, lt=2**63, examples=[1151]),
    field: list[str] = Query(
        ..., max_length=50, description="Each field by its name", examples=[["seller"]]
    ),
) -> HttpResponse:
    """Fields of the party acted for, with the entry and its proof of the log: whoever has the file
    verifies it without the venue (`./hutong verify`), and nothing can be revoked. Needs
    `member.read` (LO-2)."""
    opened = queries.document(request.actor, index, field)
    return HttpResponse(
        opened.file(),
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="opening-{index}.json"',
            "Cache-Control": "private, no-store",
        },
    )


@router.post(
    "/log/openings/{opening}/revoke",
    response={204: None, **PROBLEMS},
    summary="Let a link show nothing any more",
)
def revoke_opening(request: DoorRequest, opening: UUID) -> Status[None]:
    """Of the party acted for. Needs `member.act` (LO-2)."""
    actions.revoke_opening(actor=request.actor, now=request.now, opening=opening)
    return Status(204, None)


def _out(view: OpeningView) -> OpeningOut:
    return OpeningOut(
        id=view.id,
        index=view.leaf.index if view.leaf else None,
        fields=list(view.fields),
        reader=view.reader,
        made_at=view.made_at,
        revoked_at=view.revoked_at,
    )

"""
The API of notices: one's own, and what comes by e-mail.
"""

from typing import Any
from uuid import UUID

from ninja import Router, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.notices import actions, queries
from hutong.notices.schemas import (
    MailChoiceIn,
    MailChoiceOut,
    NoticeOut,
    ReadIn,
    ReadOut,
    UnreadOut,
)

router = Router(tags=["notices"])


@router.get("/notices", response={200: Page[NoticeOut], **PROBLEMS}, summary="My notices")
def mine(
    request: DoorRequest, unread: bool = False, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """Needs sign-in. Newest first, in the language of the request."""
    person = _signed_in(request)
    page = queries.notices_page(person, unread=unread, cursor=cursor, limit=limit)
    items = [NoticeOut.model_validate(n, from_attributes=True) for n in page["items"]]
    return {**page, "items": items}


@router.get("/notices/unread", response={200: UnreadOut, **PROBLEMS}, summary="How many are unread")
def unread(request: DoorRequest) -> UnreadOut:
    """Needs sign-in."""
    return UnreadOut(unread=queries.unread_count(_signed_in(request)))


@router.post("/notices/read", response={200: ReadOut, **PROBLEMS}, summary="Mark notices read")
def read(request: DoorRequest, body: ReadIn) -> ReadOut:
    """Needs `member.self`. Others' notices are left alone."""
    marked = actions.mark_read(actor=request.actor, now=request.now, notices=body.notices)
    return ReadOut(marked=marked)


@router.get(
    "/notices/mail", response={200: list[MailChoiceOut], **PROBLEMS}, summary="What I get by e-mail"
)
def choices(request: DoorRequest) -> list[MailChoiceOut]:
    """Needs sign-in. Every kind of notice."""
    found = queries.mail_choices(_signed_in(request))
    return [MailChoiceOut.model_validate(c, from_attributes=True) for c in found]


@router.put(
    "/notices/mail/{kind}", response={204: None, **PROBLEMS}, summary="Choose what comes by e-mail"
)
def choose(request: DoorRequest, kind: str, body: MailChoiceIn) -> Status[None]:
    """Needs `member.self`."""
    actions.choose_mail(actor=request.actor, now=request.now, kind=kind, mail=body.mail)
    return Status(204, None)


def _signed_in(request: DoorRequest) -> UUID:
    if request.actor.person is None:
        raise Refused(CommonRefusal.NOT_SIGNED_IN)
    return request.actor.person

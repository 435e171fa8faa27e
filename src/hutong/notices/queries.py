"""
A person's notices, worded in the active language.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from hutong.doors.api import paged
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.notices.models import MailChoice, Notice
from hutong.notices.rules import TEXTS, Text, fill


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    id: UUID
    person: UUID
    kind: str
    title: str
    body: str
    link: str
    subject: str
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChoiceView:
    """A kind of notice, an example of its title, and whether it comes by e-mail."""

    kind: str
    title: str
    mail: bool


def notices_page(
    person: UUID, *, unread: bool = False, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """A person's notices, newest first, one page: {"items", "next"}."""
    rows = Notice.objects.filter(person=person)
    if unread:
        rows = rows.filter(read_at__isnull=True)
    return paged(rows, cursor, limit, key=("-created_at", "-id"), out=view)


def notice(id: UUID) -> NoticeView:
    row = Notice.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="notice")
    return view(row)


def is_mailed(id: UUID) -> bool:
    return Notice.objects.filter(id=id, mailed_at__isnull=False).exists()


def unread_count(person: UUID) -> int:
    return Notice.objects.filter(person=person, read_at__isnull=True).count()


def mail_choices(person: UUID) -> list[MailChoiceView]:
    """Every kind of notice, by name, and whether this person gets it by e-mail."""
    chosen = dict(MailChoice.objects.filter(person=person).values_list("kind", "mail"))
    return [
        MailChoiceView(
            kind=text.kind,
            title=fill(gettext(text.title), {}),
            mail=chosen.get(text.kind, text.mail),
        )
        for text in sorted(TEXTS.values(), key=lambda t: t.kind)
    ]


def view(row: Notice) -> NoticeView:
    text = TEXTS.get(row.kind) or Text(row.kind, title=row.kind, body="")  # kept for decades
    return NoticeView(
        id=row.id,
        person=row.person,
        kind=row.kind,
        title=fill(gettext(text.title), row.facts),
        body=fill(gettext(text.body), row.facts) if text.body else "",
        link=row.link,
        subject=row.subject,
        created_at=row.created_at,
        read_at=row.read_at,
    )

"""
A person's notices, worded in the active language.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.doors.api import paged
from hutong.doors.reading import Part, once
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.notices.models import MailChoice, Notice
from hutong.notices.rules import TEXTS, Text
from hutong.notices.wording import body_of, name_of, title_of


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
    """A kind of notice, what it is called, whether it is shown here and whether it comes by e-mail."""

    kind: str
    title: str
    site: bool
    mail: bool


def notices_page(
    person: UUID, *, unread: bool = False, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    """A person's notices, newest first, one page: {"items", "next"}."""
    rows = Notice.objects.filter(person=person, site=True)
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
    rows = Notice.objects.filter(person=person, site=True, read_at__isnull=True)
    return once((UNREAD.name, person), rows.count)


UNREAD = Part(
    "notices.unread",
    """SELECT to_json(count(*)) FROM notices_notice
       WHERE notices_notice.person = reader.person AND site AND read_at IS NULL""",
    int,
    by=("person",),
)


def mail_choices(person: UUID) -> list[MailChoiceView]:
    """Every kind of notice, by name, and where this person gets it."""
    rows = MailChoice.objects.filter(person=person).values_list("kind", "site", "mail")
    chosen = {kind: (site, mail) for kind, site, mail in rows}
    return [
        MailChoiceView(
            kind=text.kind,
            title=name_of(text),
            site=chosen.get(text.kind, (True, text.mail))[0],
            mail=chosen.get(text.kind, (True, text.mail))[1],
        )
        for text in sorted(TEXTS.values(), key=lambda t: t.kind)
    ]


def view(row: Notice) -> NoticeView:
    text = TEXTS.get(row.kind) or Text(row.kind, title=row.kind, body="")  # kept for decades
    return NoticeView(
        id=row.id,
        person=row.person,
        kind=row.kind,
        title=title_of(text, row.facts),
        body=body_of(text, row.facts),
        link=row.link,
        subject=row.subject,
        created_at=row.created_at,
        read_at=row.read_at,
    )

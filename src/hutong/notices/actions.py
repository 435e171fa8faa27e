"""
Telling people, and what they do with it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from procrastinate.contrib.django import app as queue
from procrastinate.types import JSONValue

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.event import plain
from hutong.kit.ids import new_id
from hutong.kit.ids import subject as subject_of
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.notices import rules
from hutong.notices.models import MailChoice, Notice
from hutong.parties.powers import SELF

MAIL = "notices.mail"
PERSONS_PER_ENTRY = 200  # an entry is small


def notify(
    *,
    now: datetime,
    to: Iterable[UUID],
    kind: str,
    facts: Mapping[str, Any],
    link: str = "",
    subject: str = "",
    actor: Actor = SYSTEM,
) -> list[UUID]:
    """Tell persons of something: a notice each, and a mail to those who want this kind by mail.

    `kind` has registered words; `facts` fill them; `link` is a path of this venue. Returns the
    notices' ids. Joins the caller's transaction, mails go out after it.
    """
    return _notify(
        actor=actor, now=now, to=list(to), kind=kind, facts=facts, link=link, subject=subject
    )


@action(power=None)
def _notify(
    *,
    actor: Actor,
    now: datetime,
    to: list[UUID],
    kind: str,
    facts: Mapping[str, Any],
    link: str,
    subject: str,
) -> list[UUID]:
    text = rules.text_of(kind)
    persons = list(dict.fromkeys(UUID(str(person)) for person in to))
    if not persons:
        nothing_changed()
        return []
    rows = [
        Notice(
            id=new_id(),
            person=person,
            kind=kind,
            facts=plain(dict(facts)),
            link=link,
            subject=subject,
            created_at=now,
        )
        for person in persons
    ]
    Notice.objects.bulk_create(rows)
    chosen = dict(
        MailChoice.objects.filter(person__in=persons, kind=kind).values_list("person", "mail")
    )
    mailed = [row for row in rows if chosen.get(row.person, text.mail)]
    if mailed:
        jobs: list[dict[str, JSONValue]] = [{"notice": str(row.id)} for row in mailed]
        queue.configure_task(MAIL).batch_defer(*jobs)
    for first in range(0, len(persons), PERSONS_PER_ENTRY):
        part = persons[first : first + PERSONS_PER_ENTRY]
        record(subject or "notices:all", rules.Notified(notice_kind=kind, persons=part))
    return [row.id for row in rows]


@action(power=SELF)
def mark_read(*, actor: Actor, now: datetime, notices: list[UUID] | None = None) -> int:
    """Mark one's own notices read, all of them when none is named. Returns how many were unread."""
    rows = Notice.objects.filter(person=actor.person, read_at__isnull=True)
    if notices is not None:
        rows = rows.filter(id__in=notices)
    count = rows.update(read_at=now)
    if not count:
        nothing_changed()
        return 0
    assert actor.person is not None
    record(subject_of("person", actor.person), rules.Read(person=actor.person, count=count))
    return count


@action(power=SELF)
def choose_mail(*, actor: Actor, now: datetime, kind: str, mail: bool) -> None:
    """Say whether one gets a kind of notice by e-mail too."""
    if kind not in rules.TEXTS:
        raise Refused(CommonRefusal.NOT_FOUND, what="kind of notice")
    assert actor.person is not None
    MailChoice.objects.update_or_create(person=actor.person, kind=kind, defaults={"mail": mail})
    record(
        subject_of("person", actor.person),
        rules.MailChosen(person=actor.person, notice_kind=kind, mail=mail),
    )


def mark_mailed(notice: UUID) -> None:
    """Remember that the mail went out, so that a job tried again does not send it twice."""
    Notice.objects.filter(id=notice).update(mailed_at=Now())

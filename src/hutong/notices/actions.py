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
from hutong.kit.event import Event, plain
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

    `kind` has registered words; `facts` fill them; `link` is a path of this venue. Of a kind whose words
    tell of many, one that waits unread takes this one in. Returns the notices' ids. Joins the caller's transaction, mails go out after it.
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
    choices = MailChoice.objects.filter(person__in=persons, kind=kind)
    chosen = {c.person: (c.site, c.mail) for c in choices}
    unread = _taken_in(text, persons, facts, now)
    rows = [
        Notice(
            id=new_id(),
            person=person,
            kind=kind,
            facts=plain(dict(facts)),
            link=link,
            subject=subject,
            created_at=now,
            site=chosen.get(person, (True, text.mail))[0],
        )
        for person in persons
        if person not in unread
    ]
    Notice.objects.bulk_create(rows)
    mailed = [row for row in rows if chosen.get(row.person, (True, text.mail))[1]]
    if mailed:
        jobs: list[dict[str, JSONValue]] = [{"notice": str(row.id)} for row in mailed]
        queue.configure_task(MAIL).batch_defer(*jobs)
    for first in range(0, len(persons), PERSONS_PER_ENTRY):
        part = persons[first : first + PERSONS_PER_ENTRY]
        record(subject or "notices:all", rules.Notified(notice_kind=kind, persons=part))
    return [row.id for row in (*unread.values(), *rows)]


def _taken_in(
    text: rules.Text, persons: list[UUID], facts: Mapping[str, Any], now: datetime
) -> dict[UUID, Notice]:
    """Let notices that wait unread tell of this, too; those who want mails of the kind get their own."""
    if text.many is None:
        return {}
    mailed = MailChoice.objects.filter(kind=text.kind, mail=True).values("person")
    waiting = (
        Notice.objects.select_for_update()
        .filter(person__in=persons, kind=text.kind, site=True, read_at__isnull=True)
        .exclude(person__in=mailed)
        .order_by("created_at", "id")
    )
    unread = {row.person: row for row in waiting}
    for row in unread.values():
        row.facts = {**plain(dict(facts)), "count": row.facts.get("count", 1) + 1}
        row.link, row.created_at = text.many.link, now
    Notice.objects.bulk_update(unread.values(), ["facts", "link", "created_at"])
    return unread


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
    if not _choose(actor, {kind: (None, mail)}):
        nothing_changed()


@action(power=SELF)
def choose(*, actor: Actor, now: datetime, chosen: Mapping[str, tuple[bool, bool]]) -> int:
    """Say for kinds of notice whether they are shown here and come by e-mail: kind → (site, mail).

    Kinds not named stay as they are. Returns how many changed.
    """
    changed = _choose(actor, chosen)
    if not changed:
        nothing_changed()
    return changed


def _choose(actor: Actor, chosen: Mapping[str, tuple[bool | None, bool]]) -> int:
    assert actor.person is not None
    standing = {row.kind: row for row in MailChoice.objects.filter(person=actor.person)}
    changed = 0
    for kind, (site, mail) in sorted(chosen.items()):
        text = rules.TEXTS.get(kind)
        if text is None:
            raise Refused(CommonRefusal.NOT_FOUND, what="kind of notice")
        row = standing.get(kind) or MailChoice(person=actor.person, kind=kind, mail=text.mail)
        events: list[Event] = []
        if row.mail != mail:
            row.mail = mail
            events.append(rules.MailChosen(person=actor.person, notice_kind=kind, mail=mail))
        if site is not None and row.site != site:
            row.site = site
            events.append(rules.SiteChosen(person=actor.person, notice_kind=kind, site=site))
        if events:
            row.save()
            record(subject_of("person", actor.person), *events)
            changed += 1
    return changed


def mark_mailed(notice: UUID) -> None:
    """Remember that the mail went out, so that a job tried again does not send it twice."""
    Notice.objects.filter(id=notice).update(mailed_at=Now())

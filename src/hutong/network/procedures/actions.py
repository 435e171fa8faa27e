"""
Publishing procedure templates, and making another venue's part of our own rulebook.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.procedures import queries, rules
from hutong.network.procedures.models import Adoption, Procedure
from hutong.network.procedures.queries import ProcedureView
from hutong.network.procedures.rules import Refusal, Status, Template
from hutong.rulebook import actions as rulebooks
from hutong.rulebook import queries as rulebook
from hutong.venues import queries as venues

LOCK = 0x50524F43  # "PROC": versions of templates are counted one after another


def procedure_subject(template: UUID) -> str:
    return subject("procedure", template)


@action(power=queries.PROPOSE)
def propose(
    *,
    actor: Actor,
    now: datetime,
    parts: Sequence[str],
    name_zh: str,
    name_en: str,
    note: str,
    template: UUID | None = None,
) -> ProcedureView:
    """Propose to publish parts of the rulebook in force as a template; another officer publishes it.

    `template`: the next version of one of ours. Raises Refused naming what does not hold.
    """
    chosen, (zh, en) = rules.chosen(parts), rules.named(name_zh, name_en)
    in_force = rulebook.in_force(now).version
    found = rulebook.find_version(in_force)
    assert found is not None, "the version in force is there"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    id = template or new_id()
    earlier = Procedure.objects.filter(template=id).order_by("-version")
    last = earlier.first()
    if template is not None and last is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="template")
    if last is not None and last.status == Status.PROPOSED.value:
        raise Refused(Refusal.NOT_PROPOSED, status=last.status)
    made = Template(
        venue=venues.my_code(),
        id=id,
        version=(last.version if last else 0) + 1,
        rulebook_version=in_force,
        name_zh=zh,
        name_en=en,
        note=note.strip()[: rules.LONGEST_NOTE],
        parts={part: found.data[part] for part in chosen},
    )
    published = earlier.filter(status=Status.PUBLISHED.value).first()
    if published is not None and published.document["parts"] == made.document()["parts"]:
        raise Refused(Refusal.NOTHING_NEW)
    row = Procedure.objects.create(
        template=id,
        version=made.version,
        name_zh=zh,
        name_en=en,
        note=made.note,
        parts=list(chosen),
        rulebook_version=in_force,
        document=made.document(),
        digest=made.digest,
        proposed_by=actor.person,
        proposed_at=now,
    )
    record(procedure_subject(id), rules.Proposed(template=id, template_version=made.version))
    return queries.procedure(row.id)


@action(power=queries.ADOPT)
def publish(*, actor: Actor, now: datetime, procedure: int) -> ProcedureView:
    """Publish a proposed version to the whole network; by another officer (PA-5)."""
    row = _proposed(procedure)
    require_other_eyes(actor, [row.proposed_by])
    row.status, row.decided_by, row.decided_at = Status.PUBLISHED.value, actor.person, now
    row.save()
    record(
        procedure_subject(row.template),
        rules.Published(
            template=row.template,
            template_version=row.version,
            rulebook_version=row.rulebook_version,
            digest=row.digest,
            text=row.document,
        ),
    )
    return queries.procedure(row.id)


@action(power=queries.PROPOSE)
def withdraw(*, actor: Actor, now: datetime, procedure: int, reason: str) -> ProcedureView:
    """Do not publish a proposed version."""
    row = _proposed(procedure)
    row.status, row.decided_by, row.decided_at = Status.WITHDRAWN.value, actor.person, now
    row.reason = reason.strip()
    row.save()
    record(
        procedure_subject(row.template),
        rules.Withdrawn(template=row.template, template_version=row.version, reason=row.reason),
    )
    return queries.procedure(row.id)


@action(power=queries.PROPOSE)
def propose_adoption(
    *, actor: Actor, now: datetime, venue: str, template: UUID, version: int
) -> int:
    """Propose a version of our rulebook that has another venue's template in it. Returns its number.

    `version`: which was compared; if a later one has come since, that is to be compared first. The
    proposal is adopted by another officer, as any version is (PA-5).
    """
    found = queries.known(venue, template, now)
    if venue == venues.my_code() or found.entry_index is None:
        raise Refused(Refusal.NOTHING_CHANGES)
    if found.frozen:
        raise Refused(Refusal.UNREADABLE)
    if found.template.version != version:
        raise Refused(Refusal.CHANGED, number=found.template.version)
    in_force = rulebook.find_version(rulebook.in_force(now).version)
    assert in_force is not None, "the version in force is there"
    if rules.is_adopted(in_force.data, found.template):
        raise Refused(Refusal.NOTHING_CHANGES)
    name = found.name_zh or found.name_en
    number = rulebooks.propose(
        actor=actor,
        now=now,
        data=rules.merged(in_force.data, found.template),
        note=f"{venue} · {name} · {version} · {found.digest}",
    )
    Adoption.objects.create(
        rulebook_version=number,
        venue=venue,
        template=template,
        version=version,
        digest=found.digest,
        entry_index=found.entry_index,
        name_zh=found.name_zh,
        name_en=found.name_en,
        proposed_at=now,
    )
    record(
        subject("rulebook", number),
        rules.AdoptionProposed(
            rulebook_version=number,
            venue=venue,
            template=template,
            template_version=version,
            digest=found.digest,
        ),
    )
    return number


@action(power=None)
def note_adopted(*, actor: Actor, now: datetime, rulebook_version: int) -> None:
    """A version of our rulebook was adopted: if it follows a template, our log names which."""
    row = Adoption.objects.select_for_update().filter(rulebook_version=rulebook_version).first()
    if row is None or row.adopted:
        nothing_changed()
        return
    row.adopted = True
    row.save()
    record(
        subject("rulebook", rulebook_version),
        rules.Adopted(
            rulebook_version=rulebook_version,
            venue=row.venue,
            template=row.template,
            template_version=row.version,
            digest=row.digest,
            entry_index=row.entry_index,
        ),
    )


def _proposed(procedure: int) -> Procedure:
    row = Procedure.objects.select_for_update().filter(id=procedure).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="template")
    if row.status != Status.PROPOSED.value:
        raise Refused(Refusal.NOT_PROPOSED, status=row.status)
    return row

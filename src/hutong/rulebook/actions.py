"""Proposing and adopting rules; two officers (PA-5)."""

from datetime import datetime
from typing import Any

from django.db.models import Max
from pydantic import ValidationError

from hutong.journal.actions import action, record
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.canonical import digest_of
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rulebook.models import Version
from hutong.rulebook.rules import Adopted, Proposed, Refusal, Rulebook, Withdrawn


def _checked(data: dict[str, Any]) -> dict[str, Any]:
    try:
        return Rulebook.model_validate(data, strict=False).model_dump(mode="json")
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()
        )
        raise Refused(Refusal.INVALID, problem=faults) from error


@action(power="rulebook.propose")
def propose(*, actor: Actor, now: datetime, data: dict[str, Any], note: str) -> int:
    """Propose the next version. Returns its number. Refused when the data does not validate."""
    data = _checked(data)
    number = (Version.objects.aggregate(last=Max("version"))["last"] or 0) + 1
    row = Version.objects.create(
        version=number,
        status="proposed",
        data=data,
        digest=digest_of(data),
        note=note,
        proposed_by=actor.person,
        proposed_at=now,
    )
    record(subject("rulebook", number), Proposed(rulebook_version=number, digest=row.digest))
    return number


@action(power="rulebook.adopt")
def adopt(*, actor: Actor, now: datetime, version: int, effective_from: datetime) -> None:
    """Adopt a proposed version from `effective_from` on; by another officer than proposed it."""
    row = _proposed(version)
    require_other_eyes(actor, [row.proposed_by])
    if effective_from < now:
        raise Refused(Refusal.EFFECTIVE_IN_PAST, earliest=now)
    row.status = "adopted"
    row.effective_from, row.adopted_by, row.adopted_at = effective_from, actor.person, now
    row.save()
    record(
        subject("rulebook", version),
        Adopted(rulebook_version=version, effective_from=effective_from, text=row.data),
    )


@action(power="rulebook.propose")
def withdraw(*, actor: Actor, now: datetime, version: int, reason: str) -> None:
    """Withdraw a proposed version."""
    row = _proposed(version)
    row.status = "withdrawn"
    row.save()
    record(subject("rulebook", version), Withdrawn(rulebook_version=version, reason=reason))


def _proposed(version: int) -> Version:
    row = Version.objects.select_for_update().filter(version=version).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what=f"rulebook version {version}")
    if row.status != "proposed":
        raise Refused(Refusal.NOT_PROPOSED, version=version, status=row.status)
    return row

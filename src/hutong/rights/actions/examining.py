"""
Applications as officers decide them (RR-7): set aside, examine, end the notice, register.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hutong.journal.actions import action, record
from hutong.kit.actor import Actor, require_other_eyes
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.kit.refusal import Refused
from hutong.parties import queries as parties
from hutong.rights import register, rules
from hutong.rights.actions.empowering import not_empowerable_now, write_empowerments
from hutong.rights.actions.saving import application_subject, locked, take, unverified
from hutong.rights.actions.writing import New, write
from hutong.rights.checklists import ApplicationKind, require_all_yes
from hutong.rights.events import Completed, NoticeOpened, Registered
from hutong.rights.models import Application, Item
from hutong.rights.procedure_events import Examined, ItemsSetAside
from hutong.rights.queries.application_views import (
    ApplicationView,
    fee_of,
    holdings_by_technology,
    named_in,
    view,
)
from hutong.rights.queries.applications import involved_in
from hutong.rights.queries.empowerments import public_terms
from hutong.rights.refusals import Refusal
from hutong.rights.rules import Decision, Status
from hutong.rights.shares import Holdings
from hutong.rulebook import queries as rulebook
from hutong.technologies import queries as technologies_
from hutong.technologies.actions import mark_registered

GONE = "left the market or lapsed during the notice"


@action(power="rights.examine")
def set_aside(
    *, actor: Actor, now: datetime, application: UUID, items: Mapping[UUID, str]
) -> ApplicationView:
    """Note what the examination finds against single technologies, each with its reason, while the
    rest goes on; an empty reason takes one back. What stands set aside is left out on acceptance."""
    row = locked(application)
    require_other_eyes(actor, involved_in(row))
    rules.require_status(Status(row.status), Status.SUBMITTED)
    found = {item.technology: item for item in row.items.filter(technology__in=list(items))}
    for technology, why in items.items():
        if technology not in found:
            raise Refused(Refusal.EXCEPTION_UNKNOWN, technology=technology)
        if why:
            rules.require_words("exceptions", why)
        found[technology].set_aside_because = why.strip()
    Item.objects.bulk_update(list(found.values()), ["set_aside_because"], batch_size=1_000)
    record(
        application_subject(row.id),
        ItemsSetAside(
            application=row.id,
            items=len(items),
            reasons={str(technology): why for technology, why in items.items()},
        ),
    )
    return view(row)


@action(power="rights.examine")
def examine(
    *,
    actor: Actor,
    now: datetime,
    application: UUID,
    decision: Decision,
    findings: str,
    checks: Mapping[str, bool] | None = None,
    exceptions: Mapping[UUID, str] | None = None,
) -> ApplicationView:
    """Accept into public notice, or reject. Acceptance needs a yes to every check of the kind's
    list, and the fee paid where there is one; `exceptions`, with what was set aside, leave out
    single technologies, each with its reason. Never by whoever entered the application, nor by
    anybody of the applicant's (PA-5)."""
    row = locked(application)
    require_other_eyes(actor, involved_in(row))
    state = row.state()
    checks, exceptions = dict(checks or {}), {**_set_aside(row), **(exceptions or {})}
    events = rules.examine(
        state,
        decision=decision,
        findings=findings,
        exceptions=exceptions,
        now=now,
        notice_days=_notice_days(row, now),
        notice=_notice(row, state.remaining - set(exceptions)),
    )
    if decision == Decision.ACCEPT:
        require_all_yes(ApplicationKind(row.kind), checks)
        _require_fee_paid(row)
    row.examined_by, row.findings, row.checks = actor.person, findings, checks
    except_items(row, exceptions)
    if isinstance(events[0], NoticeOpened):
        row.notice_opened_at = now
    record(
        application_subject(row.id),
        Examined(application=row.id, decision=decision, checks=checks),
    )
    take(row, state, events, now=now)
    return view(row)


@action(power="rights.examine")
def close_notice(*, actor: Actor, now: datetime, application: UUID) -> ApplicationView:
    """End the notice and register what stands unopposed; or retry one that was held."""
    row = locked(application)
    state = row.state()
    gone = _gone(row, state.remaining, now) if state.status in rules.LIVE else {}
    events = rules.close_notice(state, now=now, unverified=unverified(row), gone=gone)
    if isinstance(events[0], Completed):
        _register(row, sorted(state.remaining - set(gone)), actor=actor, now=now)
    except_items(row, gone)
    take(row, state, events, now=now)
    return view(row)


@action(power="rights.examine")
def reject_held(*, actor: Actor, now: datetime, application: UUID, reasons: str) -> ApplicationView:
    """Reject an application whose registration is held for a holder that is not verified."""
    row = locked(application)
    require_other_eyes(actor, involved_in(row))
    state = row.state()
    take(row, state, rules.reject_held(state, reasons=reasons), now=now)
    return view(row)


def except_items(row: Application, exceptions: Mapping[UUID, str]) -> None:
    """Leave items out of an application, each with its reason, in one statement."""
    items = list(row.items.filter(technology__in=list(exceptions)))
    for item in items:
        item.excepted_because, item.live = exceptions[item.technology], False
    Item.objects.bulk_update(items, ["excepted_because", "live"], batch_size=1_000)


# -- parts of the above -----------------------------------------------------------------------------


def _set_aside(row: Application) -> dict[UUID, str]:
    rows = row.items.exclude(set_aside_because="").filter(excepted_because="")
    return dict(rows.values_list("technology", "set_aside_because"))


def _require_fee_paid(row: Application) -> None:
    fee = fee_of(row)
    if fee is not None and fee.status == "due":
        raise Refused(Refusal.FEE_UNPAID, amount=with_unit(fee.amount_fen, fee.currency))


def _gone(row: Application, remaining: Iterable[UUID], now: datetime) -> dict[UUID, str]:
    if row.kind == ApplicationKind.EMPOWERMENT:
        return not_empowerable_now(row, remaining, now)
    found = technologies_.technologies(set(remaining))
    today = local_date(now)
    return {
        id: GONE
        for id in remaining
        if id not in found
        or found[id].status != "entered"
        or found[id].legal_status_on(today) == "lapsed"
    }


def _notice_days(row: Application, now: datetime) -> int:
    if row.rulebook_version is None:  # not submitted; the rule refuses it
        return rulebook.in_force(now).rules.rights.notice_days
    return rulebook.version(row.rulebook_version).rights.notice_days


def _notice(row: Application, technologies: Iterable[UUID]) -> dict[str, Any]:
    """What is put up in public: the technologies, and who claims which share of them."""
    names = parties.parties(named_in(row))
    wanted = set(technologies)
    found = technologies_.technologies(wanted)
    held = holdings_by_technology(row)
    shared = None if row.bundle else next(iter(held.values()), None)

    def holders(holdings: Holdings) -> list[dict[str, str]]:
        return [
            {
                "party": str(party),
                "name_zh": names[party].name_zh,
                "name_en": names[party].name_en,
                "share": str(share),
            }
            for party, share in sorted(holdings.ownership.items())
        ]

    return {
        "number": row.number,
        "kind": row.kind,
        "holders": holders(shared) if shared else [],
        "technologies": [
            {
                "technology": str(id),
                "kind": found[id].kind.value,
                "title_zh": found[id].title_zh,
                "title_en": found[id].title_en,
                **({} if shared else {"holders": holders(held[id])}),
            }
            for id in sorted(found)
        ],
        **public_terms(row),
    }


def _register(
    row: Application, technologies: Sequence[UUID], *, actor: Actor, now: datetime
) -> None:
    assert row.rulebook_version is not None, "a submitted application has its rulebook"
    if row.kind == ApplicationKind.EMPOWERMENT:
        write_empowerments(row, technologies, actor=actor, now=now)
        return
    held = holdings_by_technology(row)
    write(
        [
            New(
                technology=technology,
                act=register.FirstRegistration(holdings=held[technology]),
                effective_on=local_date(now),
                source=application_subject(row.id),
                event=lambda common: Registered(**common, application=row.id),
            )
            for technology in technologies
        ],
        actor=actor,
        now=now,
        rulebook_version=row.rulebook_version,
    )
    mark_registered(actor=actor, now=now, technologies=technologies)

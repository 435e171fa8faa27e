"""
Researcher empowerment (RR-9): the file is drafted, agreed to, examined and noticed like a first
registration; then the register gets its entries.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.journal.actions import action
from hutong.kit.actor import ACT, Actor
from hutong.kit.moments import local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import queries as parties
from hutong.rights import acts
from hutong.rights import empowerment as rules
from hutong.rights.actions.drafting import draft, require_known, require_stored, subjects
from hutong.rights.actions.saving import application_subject
from hutong.rights.actions.writing import New, require_possible, write
from hutong.rights.acts import Licence, Mode
from hutong.rights.checklists import ApplicationKind
from hutong.rights.constraints import refused_over
from hutong.rights.empowerment import File
from hutong.rights.models import (
    Application,
    Beneficiary,
    Contribution,
    Disposal,
    Empowerment,
)
from hutong.rights.procedure_events import Empowered
from hutong.rights.procedure_words import Form
from hutong.rights.queries.application_views import ApplicationView, claimed_by, view
from hutong.rights.queries.empowerments import file_of
from hutong.rights.queries.titles import current_states
from hutong.rights.refusals import Refusal
from hutong.rights.register import TitleState
from hutong.rights.scope import ALL_FIELDS, WORLD, Scope, Term, Territory
from hutong.rights.shares import Holdings
from hutong.rulebook import queries as rulebook
from hutong.rulebook.rules import RightsRules

HELD_OTHERWISE = "what the institution holds changed during the notice"


@action(power=ACT)
def apply_empowerment(
    *,
    actor: Actor,
    now: datetime,
    technologies: Sequence[UUID],
    file: File,
    evidence: Sequence[UUID] = (),
) -> ApplicationView:
    """Draft an application to empower inventors over rights that the actor's institution holds.

    The documents of the file become evidence of the application. Raises Refused: a file that does
    not hold what RR-9 asks, rights held unlike each other, more than the institution holds.
    """
    institution = parties.party(actor.acting_party())
    if not technologies:
        raise Refused(Refusal.NOTHING_NAMED)
    named = subjects(technologies, now)
    states = current_states([subject.id for subject in named])
    holdings = _held_alike([(subject.title, states[subject.id]) for subject in named])
    if institution.id not in holdings.ownership:
        raise Refused(CommonRefusal.NOT_FOUND, what="technology")
    state_funded = rules.is_state_funded(kind=institution.kind, state_owned=institution.state_owned)
    require_known(file.people())
    kinds = {id: party.kind for id, party in parties.parties(file.people()).items()}
    rules.require_file(
        file,
        terms=terms_of(rulebook.in_force(now).rules.rights),
        state_funded=state_funded,
        kinds=kinds,
        today=local_date(now),
    )
    require_stored(actor, file.diligence.documents())
    row = draft(
        actor=actor,
        now=now,
        kind=ApplicationKind.EMPOWERMENT,
        technologies=list(dict.fromkeys(technologies)),
        holdings=rules.holdings_after(holdings, giver=institution.id, grant=file.grant),
        evidence=[*file.diligence.documents(), *evidence],
    )
    _save(row, file, state_funded=state_funded)
    return view(row)


def terms_of(rights: RightsRules) -> rules.Terms:
    return rules.Terms(
        publicity_days=rights.internal_publicity_days,
        use_years=rights.long_term_use_years,
        floor=rights.contributors_floor,
    )


def require_empowerable(row: Application, technologies: Sequence[UUID], now: datetime) -> None:
    """Refuse, with the first reason, unless the institution may give now what the file says."""
    grant = _file(row).grant
    for technology in technologies:
        for act in _acts(row, grant, on=local_date(now)):
            require_possible(technology, act, now=now, effective_on=local_date(now))
    pending = Disposal.objects.filter(technology__in=technologies, status="prepared", blocks=True)
    for disposal in pending:
        raise refused_over(Refusal.DISPOSAL_PENDING, disposal.technology)


def not_empowerable_now(
    row: Application, technologies: Iterable[UUID], now: datetime
) -> dict[UUID, str]:
    """Technologies whose title no longer carries the file, each with the reason."""
    grant, found, expected = _file(row).grant, {}, claimed_by(row)
    for technology in technologies:
        try:
            for act in _acts(row, grant, on=local_date(now)):
                state = require_possible(technology, act, now=now, effective_on=local_date(now))
        except Refused as refused:
            found[technology] = refused.reason.code
            continue
        if state.holdings != expected:
            found[technology] = HELD_OTHERWISE
    return found


def write_empowerments(
    row: Application, technologies: Sequence[UUID], *, actor: Actor, now: datetime
) -> None:
    """Write the entries of an empowerment that stood its notice: one a technology for shares of
    ownership, one for each beneficiary of use."""
    grant = _file(row).grant
    assert row.rulebook_version is not None, "a submitted application has its rulebook"
    effective_on = local_date(now)
    for act in _acts(row, grant, on=effective_on):
        write(
            [
                New(
                    technology=technology,
                    act=act,
                    effective_on=effective_on,
                    source=application_subject(row.id),
                    event=_event(row, act),
                )
                for technology in technologies
            ],
            actor=actor,
            now=now,
            rulebook_version=row.rulebook_version,
        )


def _acts(row: Application, grant: rules.Grant, *, on: date) -> list[acts.Empowerment | Licence]:
    """What a grant enters in the register, if it takes effect on that day."""
    if grant.form is Form.OWNERSHIP_SHARE:
        shares = tuple((party, share) for party, share in grant.beneficiaries if share is not None)
        return [acts.Empowerment(giver=row.applicant, shares=shares)]
    assert grant.years is not None, "checked by require_grant"
    held = claimed_by(row)
    owners = frozenset(held.ownership) if held else frozenset()
    scope = Scope(
        Territory.of([WORLD]),
        ALL_FIELDS,
        Term.of(on, rules.use_until(on, grant.years)),
    )
    return [
        Licence(
            licensor=row.applicant,
            licensee=party,
            mode=Mode.ORDINARY,
            scope=scope,
            joined=owners - {row.applicant},
            long_term=True,
        )
        for party in grant.parties()
    ]


def _event(
    row: Application, act: acts.Empowerment | Licence
) -> Callable[[dict[str, Any]], Empowered]:
    if isinstance(act, Licence):
        return lambda common: Empowered(
            **common,
            application=row.id,
            form=Form.LONG_TERM_USE,
            until=act.scope.term.ends_on,
            share=None,
            giver=row.applicant,
            beneficiaries={str(act.licensee): Form.LONG_TERM_USE.value},
        )
    given = sum((share for _, share in act.shares), Fraction(0))
    return lambda common: Empowered(
        **common,
        application=row.id,
        form=Form.OWNERSHIP_SHARE,
        until=None,
        share=given,
        giver=row.applicant,
        beneficiaries={str(party): str(share) for party, share in act.shares},
    )


def _held_alike(states: Sequence[tuple[str, TitleState]]) -> Holdings:
    first = states[0][1]
    if first.holdings is None:
        raise Refused(Refusal.NOT_REGISTERED)
    for title, state in states:
        if state.holdings != first.holdings:
            raise Refused(Refusal.HOLDINGS_DIFFER, title=title)
    return first.holdings


def _file(row: Application) -> File:
    file = file_of(row)
    assert file is not None, "an empowerment has its file"
    return file


def _save(row: Application, file: File, *, state_funded: bool) -> None:
    grant, diligence, plan = file.grant, file.diligence, file.plan
    saved = Empowerment.objects.create(
        application=row,
        form=grant.form.value,
        years=grant.years if grant.form is Form.LONG_TERM_USE else None,
        state_funded=state_funded,
        published_from=diligence.published_from,
        published_until=diligence.published_until,
        published_where=diligence.published_where,
        publicity_document=diligence.publicity_document,
        decided_by=diligence.decided_by,
        decided_on=diligence.decided_on,
        decision_document=diligence.decision_document,
        price_basis=diligence.price_basis.value,
        price_statement=diligence.price_statement,
        price_document=diligence.price_document,
        numerator=plan.share.numerator,
        denominator=plan.share.denominator,
    )
    Beneficiary.objects.bulk_create(
        Beneficiary(
            empowerment=saved,
            position=position,
            party=party,
            numerator=share.numerator if share else None,
            denominator=share.denominator if share else None,
        )
        for position, (party, share) in enumerate(grant.beneficiaries)
    )
    Contribution.objects.bulk_create(
        Contribution(
            empowerment=saved,
            position=position,
            party=one.party,
            numerator=one.part.numerator,
            denominator=one.part.denominator,
            reward=one.reward.value,
        )
        for position, one in enumerate(plan.contributions)
    )

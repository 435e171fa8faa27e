"""
Files of empowerment, as their parties, the officers and the public may read them (RR-9).
"""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.rights import rules
from hutong.rights.checklists import ApplicationKind
from hutong.rights.empowerment import Contribution, Diligence, File, Grant, Plan
from hutong.rights.models import Application, Empowerment
from hutong.rights.procedure_words import Form, PriceBasis, Reward


@dataclass(frozen=True, kw_only=True)
class PublicTerms:
    """What the public notice says of an empowerment: the grant and how diligence was done; not who
    gets which part of the income."""

    form: Form
    years: int | None
    beneficiaries: tuple[tuple[UUID, Fraction | None], ...]
    institution: UUID
    contributors_share: Fraction
    price_basis: PriceBasis


def file_of(row: Application) -> File | None:
    empowerment = getattr(row, "empowerment", None)
    return _file(empowerment) if empowerment else None


def public(row: Application) -> PublicTerms | None:
    file = file_of(row)
    if file is None:
        return None
    return PublicTerms(
        form=file.grant.form,
        years=file.grant.years,
        beneficiaries=file.grant.beneficiaries,
        institution=row.applicant,
        contributors_share=file.plan.share,
        price_basis=file.diligence.price_basis,
    )


def public_terms(row: Application) -> dict[str, Any]:
    """The same as plain data, for the blob beside the log; people only by id (LO-2)."""
    terms = public(row)
    if terms is None:
        return {}
    return {
        "empowerment": {
            "form": terms.form.value,
            "years": terms.years,
            "beneficiaries": [
                {"party": str(party), "share": str(share) if share else None}
                for party, share in terms.beneficiaries
            ],
            "contributors_share": str(terms.contributors_share),
            "price_basis": terms.price_basis.value,
        }
    }


def plans_in_force(technologies: Collection[UUID], *, institution: UUID) -> dict[UUID, Empowerment]:
    """Technology → the institution's newest registered plan for it."""
    rows = (
        Empowerment.objects.filter(
            application__status=rules.Status.REGISTERED.value,
            application__kind=ApplicationKind.EMPOWERMENT.value,
            application__applicant=institution,
            application__items__technology__in=list(technologies),
            application__items__excepted_because="",
        )
        .order_by("application__ended_at", "application_id")
        .distinct()
        .prefetch_related("beneficiaries", "contributions", "application__items")
    )
    wanted = set(technologies)
    found: dict[UUID, Empowerment] = {}
    for row in rows:
        for item in row.application.items.all():
            if item.technology in wanted and not item.excepted_because:
                found[item.technology] = row
    return found


def _file(row: Empowerment) -> File:
    return File(
        grant=Grant(
            form=Form(row.form),
            years=row.years,
            beneficiaries=tuple(
                (
                    one.party,
                    Fraction(one.numerator, one.denominator) if one.numerator else None,
                )
                for one in sorted(row.beneficiaries.all(), key=lambda one: one.position)
            ),
        ),
        diligence=Diligence(
            published_from=row.published_from,
            published_until=row.published_until,
            published_where=row.published_where,
            publicity_document=row.publicity_document,
            decided_by=row.decided_by,
            decided_on=row.decided_on,
            decision_document=row.decision_document,
            price_basis=PriceBasis(row.price_basis),
            price_statement=row.price_statement,
            price_document=row.price_document,
        ),
        plan=plan_of(row),
    )


def plan_of(row: Empowerment) -> Plan:
    return Plan(
        share=Fraction(row.numerator, row.denominator),
        contributions=tuple(
            Contribution(
                party=one.party,
                part=Fraction(one.numerator, one.denominator),
                reward=Reward(one.reward),
            )
            for one in sorted(row.contributions.all(), key=lambda one: one.position)
        ),
    )

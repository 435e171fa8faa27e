"""One application for a whole bundle: several sellers, single exceptions, one notice (TE-4, RR-7)."""

from fractions import Fraction
from typing import Any

import pytest

from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions, queries
from hutong.rights.checklists import all_yes
from hutong.rights.refusals import Refusal
from hutong.rights.rules import Decision, Status
from hutong.rights.testing import WHOLE, a_document, a_technology, registered_technology
from hutong.technologies import actions as technologies

pytestmark = pytest.mark.django_db


@pytest.fixture
def sellers(venue: Any) -> list[Any]:
    return [verified_party(name) for name in ("甲大学", "乙研究所")]


def bundle_of(parts: list[Any], lead: Any, now: Any) -> Any:
    return technologies.make_bundle(
        actor=officer("registrar", now=now),
        now=now,
        said={"title_zh": "首批联合挂牌成果包"},
        parts=[(part, Fraction(1, len(parts))) for part in parts],
        party=lead.id,
    ).id


def test_a_joint_bundle_is_one_file_with_single_exceptions(venue: Any, sellers: Any) -> None:
    first, second = sellers
    mine = [a_technology(first, now=venue.now).id for _ in range(2)]
    theirs = [a_technology(second, now=venue.now).id for _ in range(2)]
    there_already = registered_technology(first, now=venue.now).id
    now = venue.later(days=20)
    bundle = bundle_of([*mine, *theirs, there_already], first, now)
    lead = member_of(first)
    drafted = actions.apply_for_bundle(
        actor=lead, now=now, bundle=bundle, evidence=[a_document(lead, now=now)]
    )
    assert set(drafted.technologies) == {*mine, *theirs}  # what is registered is left out
    assert drafted.sellers == {first.id: 2, second.id: 2}
    with pytest.raises(Refused) as refused:
        actions.submit(actor=lead, now=now, application=drafted.id)
    assert refused.value.reason is Refusal.CONSENT_MISSING
    actions.consent(actor=member_of(second), now=now, application=drafted.id)
    actions.submit(actor=lead, now=now, application=drafted.id)

    registrar = officer("registrar", now=now)
    aside = actions.set_aside(
        actor=registrar,
        now=now,
        application=drafted.id,
        items={theirs[1]: "The assignment is missing.", mine[1]: "To be looked at."},
    )
    assert sum(bool(item.set_aside_because) for item in aside.items) == 2
    actions.set_aside(actor=registrar, now=now, application=drafted.id, items={mine[1]: ""})
    noticed = actions.examine(
        actor=registrar,
        now=now,
        application=drafted.id,
        decision=Decision.ACCEPT,
        findings="In order.",
        checks=all_yes(),
    )
    notice = queries.notice(drafted.id)
    assert set(notice.technologies) == {*mine, theirs[0]}
    assert notice.claimants == {first.id, second.id}
    done = actions.close_notice(actor=SYSTEM, now=noticed.ends_at, application=drafted.id)
    assert done.status is Status.REGISTERED
    assert queries.title(mine[0]).ownership == {first.id: WHOLE}
    assert queries.title(theirs[0]).ownership == {second.id: WHOLE}
    assert not queries.title(theirs[1]).registered
    assert list(queries.audit()) == []


def test_only_a_seller_of_the_bundle_applies_for_it(venue: Any, sellers: Any) -> None:
    first, second = sellers
    bundle = bundle_of([a_technology(first, now=venue.now).id for _ in range(2)], first, venue.now)
    with pytest.raises(Refused) as refused:
        actions.apply_for_bundle(actor=member_of(second), now=venue.now, bundle=bundle)
    assert refused.value.reason is CommonRefusal.NOT_FOUND


def test_acceptance_needs_every_check(venue: Any, sellers: Any) -> None:
    from hutong.rights.testing import submitted_application

    application = submitted_application(sellers[0], now=venue.now)
    given = {"application": application.id, "findings": "ok", "decision": Decision.ACCEPT}
    registrar = officer("registrar", now=venue.now)
    for checks, reason in (
        ({}, Refusal.CHECK_FAILED),
        ({**all_yes(), "ownership": False}, Refusal.CHECK_FAILED),
        ({**all_yes(), "invented": True}, Refusal.CHECK_UNKNOWN),
    ):
        with pytest.raises(Refused) as refused:
            actions.examine(actor=registrar, now=venue.now, checks=checks, **given)
        assert refused.value.reason is reason
    assert queries.application(application.id).status is Status.SUBMITTED

"""Mandates, offices and control (PA-2, PA-5, PA-7)."""

import threading
from datetime import date

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions, queries
from hutong.parties.membership import MandateRole, Refusal
from hutong.parties.models import Control, Mandate, Office
from hutong.parties.testing import (
    let_in,
    member_of,
    officer,
    person,
    signed_in,
    unverified_party,
    verified_party,
)

database = pytest.mark.django_db
TODAY = date(2022, 6, 20)


def refusal(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def second_owner(venue, party):
    new = person()
    mandate = let_in(party, new.id, MandateRole.OWNER)
    return signed_in(new, party=party.id), mandate


@database
def test_a_revoked_mandate_gives_nothing_at_once(venue):
    party = unverified_party()
    agent = member_of(party, "agent")
    mandate = next(m for m in queries.mandates_of_party(party.id) if m.role == "agent")
    actions.revoke_mandate(
        actor=member_of(party), now=venue.now, party=party.id, mandate=mandate.id
    )

    assert signed_in(agent.person, party=party.id).powers == {"member.self"}
    assert queries.people_of(party.id) == [member_of(party).person]
    assert list(queries.audit()) == []


@database
def test_the_last_owner_stays(venue):
    party = unverified_party()
    owner = member_of(party)
    (mandate,) = queries.mandates_of_party(party.id)
    revoke = {"actor": owner, "now": venue.now, "party": party.id, "mandate": mandate.id}

    assert refusal(lambda: actions.revoke_mandate(**revoke)) is Refusal.LAST_OWNER
    second_owner(venue, party)
    actions.revoke_mandate(**revoke)
    assert len(queries.mandates_of_party(party.id)) == 1


@database
def test_a_person_has_one_mandate_for_a_party(venue):
    party = unverified_party()
    agent = queries.person(member_of(party, "agent").person)

    assert (
        refusal(
            lambda: actions.invite(
                actor=member_of(party),
                now=venue.now,
                party=party.id,
                email=agent.email,
                role=MandateRole.OWNER,
            )
        )
        is Refusal.MANDATE_HELD
    )


@database
def test_who_acts_for_several_parties_names_one(venue):
    first, second = unverified_party(), unverified_party("上海另一大学")
    agent = member_of(first, "agent")
    let_in(second, agent.person, MandateRole.OWNER)

    assert signed_in(agent.person).party is None
    assert signed_in(agent.person, party=first.id).powers == {
        "member.self",
        "member.read",
        "member.act",
    }
    assert "member.own" in signed_in(agent.person, party=second.id).powers
    stranger = unverified_party("上海第三大学")
    assert signed_in(agent.person, party=stranger.id).party is None


def test_two_owners_who_revoke_each_other_leave_one(own_database, venue):
    party = verified_party()
    first = member_of(party)
    second, second_mandate = second_owner(venue, party)
    first_mandate = next(
        m.id for m in queries.mandates_of_party(party.id) if m.person.id == first.person
    )
    refused = race(
        lambda: actions.revoke_mandate(
            actor=first, now=venue.now, party=party.id, mandate=second_mandate
        ),
        lambda: actions.revoke_mandate(
            actor=second, now=venue.now, party=party.id, mandate=first_mandate
        ),
    )

    assert refused == [Refusal.LAST_OWNER]
    assert Mandate.objects.filter(party_id=party.id, revoked_at__isnull=True).count() == 1


def test_two_who_register_one_number_at_once_leave_one_party(own_database, venue):
    from hutong.parties.rules import Kind
    from hutong.parties.rules import Refusal as PartyRefusal
    from hutong.parties.testing import a_uscc

    number = a_uscc()

    def register(who):
        return lambda: actions.register_party(
            actor=who,
            now=venue.now,
            kind=Kind.ENTERPRISE,
            name_zh="上海某公司",
            identifiers=[("uscc", number)],
        )

    refused = race(register(signed_in(person())), register(signed_in(person())))

    assert refused == [PartyRefusal.IDENTIFIER_TAKEN]


def race(*acts):
    """Run acts at the same moment, each on its own connection; the reasons of those refused."""
    refused, start = [], threading.Barrier(len(acts))

    def run(act):
        try:
            start.wait(10)
            act()
        except Refused as error:
            refused.append(error.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return refused


# -- offices ----------------------------------------------------------------------------------------


@database
def test_the_first_administrator_is_appointed_once(venue):
    who, other = person(), person()
    actions.appoint_first_administrator(actor=SYSTEM, now=venue.now, person=who.id)

    assert "parties.appoint" in signed_in(who).powers
    assert (
        refusal(
            lambda: actions.appoint_first_administrator(
                actor=SYSTEM, now=venue.now, person=other.id
            )
        )
        is Refusal.ADMINISTRATOR_EXISTS
    )


@database
def test_nobody_appoints_or_dismisses_themselves(venue):
    administrator = officer("administrator")
    act = {"actor": administrator, "now": venue.now, "person": administrator.person}

    assert refusal(lambda: actions.appoint_officer(**act, role="registrar")) is Refusal.NOT_ONESELF
    assert (
        refusal(lambda: actions.dismiss_officer(**act, role="administrator")) is Refusal.NOT_ONESELF
    )
    assert "parties.verify" not in signed_in(administrator.person).powers


@database
def test_an_appointment_needs_the_power_a_known_role_and_a_confirmed_person(venue):
    who = person()
    administrator = officer("administrator")
    appoint = {"now": venue.now, "person": who.id}

    assert (
        refusal(
            lambda: actions.appoint_officer(
                actor=officer("registrar"), **appoint, role="settlement"
            )
        )
        is CommonRefusal.POWER_MISSING
    )
    assert (
        refusal(lambda: actions.appoint_officer(actor=administrator, **appoint, role="king"))
        is Refusal.ROLE_UNKNOWN
    )
    actions.appoint_officer(actor=administrator, **appoint, role="settlement")
    assert (
        refusal(lambda: actions.appoint_officer(actor=administrator, **appoint, role="settlement"))
        is Refusal.ROLE_HELD
    )
    assert queries.officers_with("settlement.settle") == [who.id]


@database
def test_a_dismissed_officer_has_no_powers_and_an_appointer_always_remains(venue):
    administrator = officer("administrator")
    second, registrar = officer("administrator"), officer("registrar")
    actions.dismiss_officer(
        actor=administrator, now=venue.now, person=registrar.person, role="registrar"
    )
    assert signed_in(registrar.person).powers == {"member.self"}

    actions.dismiss_officer(
        actor=administrator, now=venue.now, person=second.person, role="administrator"
    )
    stale = second  # signed in before, dismissed since: its actor still carries the power
    assert (
        refusal(
            lambda: actions.dismiss_officer(
                actor=stale, now=venue.now, person=administrator.person, role="administrator"
            )
        )
        is Refusal.LAST_ADMINISTRATOR
    )
    assert list(queries.audit()) == []


@database
def test_rows_of_mandates_and_offices_changed_by_hand_are_named(venue):
    party, trader = verified_party(), officer("trading")
    Mandate.objects.filter(party_id=party.id).update(role="viewer")
    Office.objects.filter(person_id=trader.person).update(role="administrator")

    places = sorted(d.place.split()[0] for d in queries.audit())
    assert places == ["parties.mandate", "parties.office"]


# -- control ----------------------------------------------------------------------------------------


def control(venue, registrar, controller, controlled, **more):
    return actions.record_control(
        actor=registrar,
        now=venue.now,
        controller=controller.id,
        controlled=controlled.id,
        since=more.pop("since", date(2020, 1, 1)),
        **more,
    )


@database
def test_affiliates_are_found_upward_downward_and_sideways(venue):
    registrar = officer("registrar")
    group, holding, firm, sister, stranger = (
        unverified_party(f"公司{n}", "enterprise") for n in range(5)
    )
    control(venue, registrar, group, holding, share_bp=6000)
    control(venue, registrar, holding, firm)
    control(venue, registrar, group, sister)

    for a, b in ((group, firm), (firm, group), (firm, sister), (sister, holding), (firm, firm)):
        assert queries.are_affiliated(a.id, b.id)
    assert not queries.are_affiliated(firm.id, stranger.id)
    assert queries.affiliates(firm.id) == {group.id, holding.id, firm.id, sister.id}
    assert queries.affiliates(stranger.id) == {stranger.id}


@database
def test_the_state_as_common_owner_does_not_affiliate(venue):
    registrar = officer("registrar")
    commission = unverified_party("国资委", "government")
    group, other = (
        unverified_party("甲集团", "enterprise"),
        unverified_party("乙集团", "enterprise"),
    )
    daughter = unverified_party("甲集团子公司", "enterprise")
    control(venue, registrar, commission, group)
    control(venue, registrar, commission, other)
    control(venue, registrar, group, daughter)

    assert not queries.are_affiliated(group.id, other.id)
    assert not queries.are_affiliated(daughter.id, other.id)
    assert queries.are_affiliated(commission.id, daughter.id)
    assert queries.are_affiliated(group.id, daughter.id)
    assert queries.affiliates(daughter.id) == {commission.id, group.id, daughter.id}


@database
def test_control_ends_and_its_history_stays(venue):
    registrar = officer("registrar")
    a, b = unverified_party("甲", "enterprise"), unverified_party("乙", "enterprise")
    record = control(venue, registrar, a, b, since=date(2021, 1, 1))
    assert refusal(lambda: control(venue, registrar, a, b)) is Refusal.CONTROL_KNOWN
    actions.end_control(actor=registrar, now=venue.now, control=record, until=date(2022, 1, 31))

    assert not queries.are_affiliated(a.id, b.id)
    assert queries.are_affiliated(a.id, b.id, on=date(2022, 1, 31))
    assert not queries.are_affiliated(a.id, b.id, on=date(2022, 2, 1))
    assert not queries.are_affiliated(a.id, b.id, on=date(2020, 12, 31))
    assert list(queries.audit()) == []
    Control.objects.update(until=None)
    assert [d.place for d in queries.audit()] == [f"parties.control {record}"]


@database
def test_only_officers_record_control(venue):
    a, b = unverified_party("甲", "enterprise"), unverified_party("乙", "enterprise")

    assert refusal(lambda: control(venue, member_of(a), a, b)) is CommonRefusal.POWER_MISSING
    assert refusal(lambda: control(venue, officer("registrar"), a, a)) is Refusal.CONTROL_OF_SELF


@database
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edges=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_affiliation_is_what_a_walk_over_the_records_finds(venue, edges):
    """For any web of control, crossed holdings included, against a plain search."""
    from django.db import transaction

    with transaction.atomic():
        nodes = web(venue, {(a, b) for a, b in edges if a != b})
        above = {n: {n} for n in range(6)}
        for _ in range(6):
            for a, b in edges:
                above[b] |= above[a]
        for a in range(6):
            expected = {nodes[b] for b in range(6) if above[a] & above[b]}
            assert queries.affiliates(nodes[a]) == expected
            for b in range(6):
                assert queries.are_affiliated(nodes[a], nodes[b]) == (nodes[b] in expected)
        transaction.set_rollback(True)


def web(venue, edges):
    from hutong.kit.ids import new_id
    from hutong.parties.models import Party

    rows = [
        Party(
            kind="enterprise",
            name_zh=f"公司{n}",
            jurisdiction="CN",
            entered_by=new_id(),
            registered_at=venue.now,
        )
        for n in range(6)
    ]
    Party.objects.bulk_create(rows)
    Control.objects.bulk_create(
        Control(controller=rows[a], controlled=rows[b], since=TODAY, recorded_at=venue.now)
        for a, b in edges
    )
    return [row.id for row in rows]

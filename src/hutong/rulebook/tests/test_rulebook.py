"""The rulebook: validated, versioned, adopted by two."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from hutong.kit.actor import Actor, PersonId
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rulebook import actions, queries
from hutong.rulebook.rules import NetworkRules, Refusal, Rulebook

VENUE = {"code": "SHTE-DEMO", "name_zh": "演示", "name_en": "Demo", "region": "CN-SH"}
POWERS = frozenset({"rulebook.propose", "rulebook.adopt"})


def officer():
    return Actor(person=PersonId(new_id()), powers=POWERS, second_factor=True)


def test_defaults_are_those_of_the_domain():
    rules = Rulebook.model_validate({"venue": VENUE})
    assert rules.rights.notice_days == 15
    assert rules.listings.period_working_days == 20
    assert rules.auctions.limited_seconds == 300


@pytest.mark.parametrize(
    ("part", "data", "named"),
    [
        ("venue", {**VENUE, "code": "lower"}, "venue.code"),
        ("rights", {"notice_days": 0}, "rights.notice_days"),
        ("listings", {"perod": 3}, "listings.perod"),
        ("settlement", {"fee_bands": [{"up_to_fen": 5, "bp": 1}]}, "fee bands"),
        ("calendar", {"makeup_workdays": ["2022-06-20"]}, "2022-06-20"),
    ],
)
def test_a_rulebook_that_does_not_hold_together_is_refused_by_place(venue, part, data, named):
    with pytest.raises(Refused) as refused:
        actions.propose(actor=officer(), now=venue.now, data={"venue": VENUE, part: data}, note="")
    assert refused.value.reason is Refusal.INVALID
    assert named in refused.value.facts["problem"]


def test_a_version_takes_effect_when_a_second_officer_adopted_it(venue):
    proposer = officer()
    number = actions.propose(
        actor=proposer,
        now=venue.now,
        data={"venue": VENUE, "rights": {"notice_days": 30}},
        note="longer notice",
    )
    with pytest.raises(Refused) as refused:
        actions.adopt(actor=proposer, now=venue.now, version=number, effective_from=venue.now)
    assert refused.value.reason is CommonRefusal.SAME_EYES
    tomorrow = venue.now + timedelta(days=1)
    actions.adopt(actor=officer(), now=venue.now, version=number, effective_from=tomorrow)
    assert queries.in_force(venue.now).rules.rights.notice_days == 15
    assert queries.in_force(tomorrow).rules.rights.notice_days == 30
    assert queries.version(venue.rulebook_version).rights.notice_days == 15


def test_a_version_cannot_be_adopted_twice_or_into_the_past(venue):
    number = actions.propose(actor=officer(), now=venue.now, data={"venue": VENUE}, note="")
    with pytest.raises(Refused) as refused:
        actions.adopt(
            actor=officer(),
            now=venue.now,
            version=number,
            effective_from=venue.now - timedelta(seconds=1),
        )
    assert refused.value.reason is Refusal.EFFECTIVE_IN_PAST
    actions.adopt(actor=officer(), now=venue.now, version=number, effective_from=venue.now)
    with pytest.raises(Refused) as refused:
        actions.adopt(actor=officer(), now=venue.now, version=number, effective_from=venue.now)
    assert refused.value.reason is Refusal.NOT_PROPOSED


def test_the_database_keeps_an_adopted_version_as_it_is(venue):
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        connection.cursor().execute("UPDATE rulebook_version SET data = '{}'")


def test_the_audit_agrees_with_an_honest_rulebook(venue):
    assert list(queries.audit()) == []


def limits(**network):
    return NetworkRules.model_validate(network, strict=False)


def test_each_currency_has_a_limit_of_its_own_and_none_where_none_is_named():
    """A hundred million yen are not a hundred million yuan (SE-5)."""
    network = limits(
        exposure_fen=1_000,
        currency_exposures=[{"currency": "USD", "exposure_fen": 20}],
        exposures=[
            {"venue": "SZTE", "exposure_fen": 7},
            {"venue": "SZTE", "currency": "JPY", "exposure_fen": 300},
            {"venue": "SDTE", "currency": "USD", "exposure_fen": 0},
        ],
    )
    found = {
        (venue, currency): network.limit_fen(venue, currency)
        for venue in ("SZTE", "SDTE")
        for currency in ("CNY", "USD", "JPY", "EUR")
    }
    assert found == {
        ("SZTE", "CNY"): 7,
        ("SZTE", "USD"): 20,
        ("SZTE", "JPY"): 300,
        ("SZTE", "EUR"): 0,
        ("SDTE", "CNY"): 1_000,
        ("SDTE", "USD"): 0,
        ("SDTE", "JPY"): 0,
        ("SDTE", "EUR"): 0,
    }


@pytest.mark.parametrize(
    "network",
    [
        {"exposures": [{"venue": "SZTE", "exposure_fen": 1}] * 2},
        {"currency_exposures": [{"currency": "USD", "exposure_fen": 1}] * 2},
        {"currency_exposures": [{"currency": "CNY", "exposure_fen": 1}]},
        {"currency_exposures": [{"currency": "XAU", "exposure_fen": 1}]},
        {"exposures": [{"venue": "SZTE", "currency": "usd", "exposure_fen": 1}]},
        {"currency_exposures": [{"currency": "USD", "exposure_fen": -1}]},
        {"exposures": [{"venue": "SZTE", "currency": "USD", "exposure_fen": 10**15 + 1}]},
    ],
)
def test_limits_that_contradict_or_are_of_no_currency_are_no_rulebook(network):
    with pytest.raises(ValueError):
        limits(**network)

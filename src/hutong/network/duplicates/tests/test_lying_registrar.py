"""A registrar that lies holds no title here by its word alone (NE-5)."""

from datetime import UTC, datetime

import pytest

from beginnings import beginning
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.kit.refusal import Refused
from hutong.network.claims.models import OwnClaim
from hutong.network.claims.rules import number_digest
from hutong.network.duplicates import actions, jobs
from hutong.network.duplicates.models import Duplicate
from hutong.network.duplicates.rules import Refusal
from hutong.network.messages.rules import Message
from hutong.parties.testing import verified_party
from hutong.rights import queries as rights
from hutong.rights.testing import registered_technology
from hutong.venues import queries as venues
from hutong.venues.testing import join, paper_venue

pytestmark = pytest.mark.django_db
REGISTRAR, NUMBER = "SZTE", "CN202110000001.6"


@beginning
def patent(venue):
    from hutong.node.keys import make_keyring

    make_keyring()
    patent = registered_technology(verified_party("某大学", "university")).id
    join(others=[paper_venue(REGISTRAR), paper_venue("SDTE")], now=venue.now, at=datetime.now(UTC))
    return patent


@pytest.fixture
def claim(venue, patent):
    return OwnClaim.objects.create(
        id=new_id(),
        text=NUMBER,
        number=number_digest(NUMBER),
        technology=patent,
        registrar=REGISTRAR,
        term=0,
        status="final",
        asked_at=venue.now,
    ).id


def found(claim, patent, **other):
    return {
        "claim": str(new_id()),
        "number": number_digest(NUMBER),
        "technology": str(new_id()),
        "venue": "SDTE",
        "claim_holding": str(claim),
        "technology_holding": str(patent),
        "venue_holding": venues.my_code(),
    } | other


def test_what_is_ours_by_claim_and_number_is_held(venue, patent, claim):
    told = found(claim, patent)

    actions.need_ours(told)
    actions.note(actor=SYSTEM, now=venue.now, registrar=REGISTRAR, found=told)

    assert rights.bar_of(patent) == ("disputed", "SDTE")


@pytest.mark.parametrize(
    "other",
    [
        {"claim_holding": str(new_id())},
        {"number": "sha256:" + "0" * 64},
        {"technology_holding": str(new_id())},
        {"venue": "us"},
    ],
)
def test_a_right_that_we_never_claimed_so_is_not_held(venue, patent, claim, other):
    told = found(claim, patent, **other)
    if told["venue"] == "us":
        told["venue"] = venues.my_code()

    with pytest.raises(Refused) as refused:
        actions.need_ours(told)

    assert refused.value.reason is Refusal.NOT_OURS


def test_who_is_no_registrar_finds_nothing(venue, patent, claim):
    message = Message(
        id=new_id(),
        sender="SDTE",
        recipient=venues.my_code(),
        subject="duplicate:1",
        sequence=0,
        kind="duplicates.found",
        version=1,
        sent_at=venue.now,
        body=found(claim, patent),
    )
    with pytest.raises(Refused) as refused:
        jobs.on_told(message, venue.now)
    assert refused.value.reason is Refusal.NOT_REGISTRAR
    assert not Duplicate.objects.exists()
    assert rights.bar_of(patent) == ("", "")

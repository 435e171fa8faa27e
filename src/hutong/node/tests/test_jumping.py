"""A demo's clock waits for what follows in the venue's time, and for no papers (TI-2)."""

from datetime import UTC, datetime

import pytest

from hutong.certificates import actions as certificates
from hutong.certificates.content import Stated
from hutong.certificates.kinds import Kind
from hutong.kit.actor import SYSTEM
from hutong.node.jumping import in_the_way
from hutong.node.keys import make_keyring
from hutong.node.log import sequence
from hutong.parties.testing import verified_party

pytestmark = pytest.mark.django_db
SAID = {
    "person": {"name": "学员"},
    "training": {
        "course": "技术经理人初级研修班",
        "hours": 48,
        "starts_on": "2022-06-01",
        "ends_on": "2022-06-15",
        "result": "passed",
    },
    "trainer": {
        "id": "0190a000-0000-7000-8000-000000000001",
        "name_zh": "某培训机构",
        "name_en": "A Training Institution",
        "identifiers": [["uscc", "91310000607311573J"]],
    },
}


@pytest.fixture
def quiet(venue, drain):
    make_keyring()
    drain()
    assert in_the_way() is None
    return venue


def test_the_clock_does_not_wait_for_the_files_of_a_certificate(quiet):
    issued = certificates.issue(
        actor=SYSTEM,
        now=quiet.now,
        source="test:1",
        matter=Stated(kind=Kind.TRAINING, said=SAID),
        technologies=[],
    )
    assert in_the_way() is None
    sequence()
    assert in_the_way() is None
    certificates.render(
        actor=SYSTEM, now=quiet.now, real_now=datetime.now(UTC), certificate=issued.id
    )
    assert in_the_way() is None
    sequence()
    assert in_the_way() is None


def test_the_clock_waits_for_what_follows_from_an_act(quiet, drain):
    verified_party(now=quiet.now)
    assert in_the_way() is not None
    sequence()
    assert in_the_way() is not None
    drain()
    assert in_the_way() is None

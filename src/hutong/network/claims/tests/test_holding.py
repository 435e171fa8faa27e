"""What is held of the registrar's log is said at once when something waits for it (NE-5)."""

import httpx
import pytest

from hutong.kit.ids import new_id
from hutong.network.claims import rules
from hutong.network.claims.jobs import Keeper
from hutong.network.claims.rules import Asked
from hutong.network.mirrors.testing import Log
from hutong.network.mirrors.tests.following import Follower

pytestmark = pytest.mark.django_db


class Registrar:
    """Takes what members say they hold; may be away."""

    def __init__(self):
        self.told, self.away = 0, False

    def __call__(self, request):
        if self.away:
            raise httpx.ConnectError("nobody answers")
        assert request.url.path == "/network/held"
        self.told += 1
        return httpx.Response(204)


@pytest.fixture
def story(joined):
    joined(registrar="SZTE")
    log, registrar = Log("SZTE"), Registrar()
    keeper = Keeper(httpx.Client(transport=httpx.MockTransport(registrar)))
    for event in rules.open_term(0, basis=None, claims=[]):
        log.write(event.kind, event.facts(), subject="term:0")
    log.sign()
    follow(log)
    return log, registrar, keeper


def follow(log):
    Follower(log).follow(log)


def grant(log, number):
    asked = Asked(
        id=new_id(),
        number=rules.number_digest(number),
        technology=new_id(),
        venue="SDTE",
        term=0,
    )
    (event,) = rules.claim(asked, of_id=None, of_number=None)
    log.write(event.kind, event.facts(), subject=f"claim:{asked.id}")
    log.sign()


def test_what_is_held_is_said_once(story):
    _, registrar, keeper = story
    keeper.step()
    keeper.step()
    assert registrar.told == 1


def test_a_claim_that_waits_to_be_held_is_said_held_at_once(story):
    log, registrar, keeper = story
    keeper.step()
    grant(log, "CN2021100000018")
    follow(log)
    keeper.step()
    assert registrar.told == 2


def test_entries_that_nothing_waits_for_are_said_held_later(story):
    log, registrar, keeper = story
    keeper.step()
    log.write("journal.Sealed", {"root": "00" * 32, "slots": 64})
    log.sign()
    follow(log)
    keeper.step()
    assert registrar.told == 1
    keeper._said_at -= 20
    keeper._looked_at -= 20
    keeper.step()
    assert registrar.told == 2


def test_a_registrar_that_was_away_is_told_when_it_is_looked_again(story):
    _, registrar, keeper = story
    registrar.away = True
    keeper.step()
    registrar.away = False
    keeper._looked_at -= 5
    keeper.step()
    assert registrar.told == 1

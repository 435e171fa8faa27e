"""What was refused is asked again by an officer; who verifies alone asks, and believes the anchor."""

import pytest

from hutong.certificates.report import Outcome, Report, StepName
from hutong.certificates.verification.countersigned import with_countersignatures
from hutong.journal import queries as journal
from hutong.kit.actor import SYSTEM
from hutong.kit.canonical import canonical, digest_of
from hutong.kit.ids import new_id, subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.check.testing import Given, served
from hutong.network.check.tests.paper import PaperExchange
from hutong.network.check.tests.telling import NUMBER
from hutong.network.countersigning import actions, queries, rules
from hutong.network.countersigning.asking import ask
from hutong.network.countersigning.models import CountersignatureRefused
from hutong.network.countersigning.rules import Refusal
from hutong.parties.testing import officer

PEER = "SZTE"


def refused(now, code="countersigning.log_differs", *, facts=None):
    actions.note_answer(
        actor=SYSTEM,
        now=now,
        number=NUMBER,
        venue=PEER,
        order=new_id(),
        given=False,
        refused=code,
        facts=facts or {"venue": PEER, "index": 7},
    )


@pytest.mark.django_db
def test_what_was_refused_is_an_entry_and_what_is_taken_later_settles_it(venue):
    refused(venue.now)

    (entry,) = journal.of_kinds([rules.CountersigningRefused.kind])
    assert (entry.subject, entry.facts["why"]) == (
        subject("countersignature", NUMBER),
        "countersigning.log_differs",
    )
    refused(venue.now, None)
    assert not CountersignatureRefused.objects.exists()


@pytest.mark.django_db
def test_nothing_is_asked_again_that_nobody_refused_or_whose_answer_is_on_its_way(venue):
    office = officer("administrator")
    with pytest.raises(Refused) as unknown:
        actions.ask_again(actor=office, now=venue.now, number=NUMBER)
    assert unknown.value.reason is CommonRefusal.NOT_FOUND

    refused(venue.now)
    CountersignatureRefused.objects.update(again_at=venue.now, again_by=new_id())
    with pytest.raises(Refused) as twice:
        actions.ask_again(actor=office, now=venue.now, number=NUMBER)
    assert twice.value.reason is Refusal.ASKED_AGAIN

    refused(venue.now, "countersigning.not_of_order", facts={"what": "price"})
    (again,) = queries.refused(office)
    assert again.again_at is None, "refused once more, it can be asked once more"
    assert again.why == {"what": "price", "code": "countersigning.not_of_order"}


@pytest.mark.django_db
def test_what_another_venue_writes_beside_its_refusal_breaks_no_page(venue):
    from hutong.doors.problems import sentence_of_code

    hostile = {"code": "x", "reason": "y", "self": 1, "amount_fen": 10**30, "venue": ["\u202e"]}
    refused(venue.now, facts=hostile)

    (one,) = queries.refused(officer("administrator"))

    assert one.why["code"] == "countersigning.log_differs"
    assert "…" in sentence_of_code(one.why)


# -- asked by whoever verifies --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exchange():
    return PaperExchange()


def telling(exchange):
    """It tells what it has; the paper's certificate is one that SHTE countersigned."""
    (file,) = exchange.countersignatures.values()

    def answer(asked):
        if asked.path == f"/api/v1/network/countersignatures/{NUMBER}":
            return Given(200, {}, canonical([{"file": file, "venue": "SHTE"}]))
        return exchange(asked)

    return answer


def steps(found, known):
    made = Report(form="json", steps=(), number=NUMBER, content={"number": NUMBER})
    return with_countersignatures(made, found, known).steps


def test_the_anchor_tells_the_keys_of_who_countersigned(exchange):
    anchor = exchange.story.told[0].digest
    with served(telling(exchange)) as url:
        found, known = ask(url, anchor, NUMBER)
        assert {one.venue.code for one in known} == set(exchange.story.roll.members)
        (step,) = steps(found, known)
    assert step.name is StepName.COUNTERSIGNATURE
    assert step.facts["code"] == "SHTE"
    assert step.outcome is Outcome.FAILED, "it is of another content than this one"


def test_without_an_anchor_nobody_can_tell(exchange):
    with served(telling(exchange)) as url:
        found, known = ask(url, None, NUMBER)
    (step,) = steps(found, known)
    assert (known, step.outcome) == ([], Outcome.UNKNOWN)


def test_an_exchange_of_another_network_is_not_believed(exchange):
    with (
        served(telling(exchange)) as url,
        pytest.raises(ValueError, match="do not begin with the anchor"),
    ):
        ask(url, digest_of("another"), NUMBER)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[1]", b"null"])
def test_an_answer_that_is_none_is_said_so(exchange, body):
    with served(lambda asked: Given(200, {}, body)) as url, pytest.raises(ValueError):
        ask(url, None, NUMBER)


def test_what_is_no_address_is_not_asked():
    with pytest.raises(ValueError, match="is not https"):
        ask("ftp://x", None, NUMBER)

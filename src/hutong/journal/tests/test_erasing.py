"""What may be erased is, by two officers; the log keeps its digest (LO-2, PA-5)."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from hutong.journal import actions, queries
from hutong.journal.models import Parked
from hutong.journal.rules import Erasable, ErasureStatus, Refusal
from hutong.kit.actor import Actor, PersonId
from hutong.kit.event import Content, Event, Private
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused

pytestmark = pytest.mark.django_db

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
ONE, OTHER = (
    Actor(person=PersonId(new_id()), powers=frozenset({"venue.operate"}), second_factor=True)
    for _ in range(2)
)


@dataclass(frozen=True, kw_only=True)
class Published(Event, kind="journal.TestPublished"):
    holder: Private[str]
    text: Content[str]


@actions.action(power="venue.operate")
def publish(*, actor: Actor, now: datetime) -> int:
    (entry,) = actions.record("thing:1", Published(holder="an inventor", text="words"))
    return entry


@pytest.fixture
def entry():
    id = publish(actor=ONE, now=NOW)
    actions.assign_positions(limit=10)
    return id


def digest_in(entry):
    return queries.entry(entry).facts["text"]


def asked(what, target, reason="The inventor asked for it."):
    return actions.ask_erasure(actor=ONE, now=NOW, what=what, target=target, reason=reason)


def refusal_of(act, **given):
    with pytest.raises(Refused) as refused:
        act(now=NOW, **given)
    return refused.value.reason


def test_a_second_officer_erases_what_the_first_asked_for(entry):
    for what, target in ((Erasable.PRIVATE, str(entry)), (Erasable.CONTENT, digest_in(entry))):
        actions.accept_erasure(actor=OTHER, now=NOW, erasure=asked(what, target))
    erased = queries.entry(entry)
    assert erased.private is None
    assert erased.content == {"text": None}
    assert queries.blob(digest_in(entry)) is None
    assert [e.status for e in queries.erasures()] == [ErasureStatus.DONE] * 2
    assert list(queries.audit()) == [], "erased is not wrong"


def test_nobody_erases_alone(entry):
    erasure = asked(Erasable.PRIVATE, str(entry))
    reason = refusal_of(actions.accept_erasure, actor=ONE, erasure=erasure)
    assert reason is CommonRefusal.SAME_EYES
    assert queries.entry(entry).private == {"holder": "an inventor"}


def test_a_wish_that_was_declined_erases_nothing(entry):
    erasure = asked(Erasable.PRIVATE, str(entry))
    actions.decline_erasure(actor=ONE, now=NOW, erasure=erasure)
    reason = refusal_of(actions.accept_erasure, actor=OTHER, erasure=erasure)
    assert reason is Refusal.ERASURE_DECIDED
    assert queries.entry(entry).private == {"holder": "an inventor"}


def test_what_cannot_be_asked(entry):
    asked(Erasable.PRIVATE, str(entry))
    actions.erase_content(actor=ONE, now=NOW, digest=digest_in(entry), reason="before")
    cases = [
        (Erasable.PRIVATE, str(entry), "why", Refusal.ERASURE_ASKED_ALREADY),
        (Erasable.CONTENT, digest_in(entry), "why", Refusal.ERASED_ALREADY),
        (Erasable.CONTENT, "sha256:" + "0" * 64, "why", CommonRefusal.NOT_FOUND),
        (Erasable.PRIVATE, "0", "why", CommonRefusal.NOT_FOUND),
        (Erasable.PRIVATE, "9" * 40, "why", CommonRefusal.NOT_FOUND),
        (Erasable.PRIVATE, "١", "why", CommonRefusal.NOT_FOUND),
    ]
    for what, target, why, reason in cases:
        given = {"actor": OTHER, "what": what, "target": target, "reason": why}
        assert refusal_of(actions.ask_erasure, **given) is reason
    other = publish(actor=ONE, now=NOW)
    given = {"actor": ONE, "what": Erasable.PRIVATE, "target": str(other), "reason": "  "}
    assert refusal_of(actions.ask_erasure, **given) is Refusal.ERASURE_WITHOUT_REASON


def test_what_still_has_to_be_read_is_not_erased(entry):
    waiting = publish(actor=ONE, now=NOW)
    parked = Parked.objects.create(
        reaction="test", position=queries.entry(entry).position, subject="thing:1"
    )
    for id in (waiting, entry):
        erasure = asked(Erasable.PRIVATE, str(id))
        reason = refusal_of(actions.accept_erasure, actor=OTHER, erasure=erasure)
        assert reason is Refusal.FOLLOW_UP_WAITS
    parked.delete()
    actions.accept_erasure(actor=OTHER, now=NOW, erasure=erasure)

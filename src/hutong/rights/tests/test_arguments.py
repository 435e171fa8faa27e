"""The exchange of arguments about an objection (RR-7)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.testing import NINE_IN_SHANGHAI, member_of, officer, verified_party
from hutong.rights import actions, exchange, jobs, queries
from hutong.rights.procedure_words import Side
from hutong.rights.refusals import Refusal
from hutong.rights.rules import Status
from hutong.rights.testing import noticed_application

NOW = NINE_IN_SHANGHAI
DAY = timedelta(days=1)


def state(*said: Side, open: bool = True) -> exchange.Exchange:
    return exchange.Exchange(
        objection=UUID(int=1),
        application=UUID(int=2),
        open=open,
        answer_by=NOW + 10 * DAY,
        said=said,
    )


def argue(of: exchange.Exchange, side: Side, *, at: Any = NOW, text: str = "No.") -> Any:
    [event] = exchange.argue(
        of,
        argument=UUID(int=3),
        side=side,
        text=text,
        documents=[],
        now=at,
        answer_days=10,
        rounds=2,
    )
    return event


A, B = Side.APPLICANT, Side.OBJECTOR


def test_the_applicant_answers_first_and_then_it_is_the_others_turn() -> None:
    said = argue(state(), A)
    assert (said.round, said.side) == (1, A)
    assert said.answer_by.isoformat() == "2022-06-30T09:00:00+00:00"  # ten days, 17:00
    assert argue(state(A), B).round == 1
    assert argue(state(A, B), A).round == 2


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda: argue(state(), B), Refusal.NOT_YOUR_TURN),
        (lambda: argue(state(A), A), Refusal.NOT_YOUR_TURN),
        (lambda: argue(state(A, B, A, B), A), Refusal.ARGUMENTS_OVER),
        (lambda: argue(state(), A, at=NOW + 11 * DAY), Refusal.ANSWER_TOO_LATE),
        (lambda: argue(state(), A, text=" "), Refusal.WORDS_MISSING),
        (lambda: argue(state(open=False), A), CommonRefusal.OUT_OF_STATE),
        (
            lambda: exchange.require_heard(state(), upheld=True, now=NOW),
            Refusal.NOT_HEARD,
        ),
    ],
)
def test_what_is_refused(act: Any, reason: Any) -> None:
    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.reason is reason


def test_nobody_waits_for_an_answer_that_does_not_come() -> None:
    exchange.require_heard(state(), upheld=True, now=NOW + 10 * DAY)
    exchange.require_heard(state(A), upheld=True, now=NOW)
    exchange.require_heard(state(), upheld=False, now=NOW)


@pytest.mark.django_db
def test_an_objection_taken_back_lets_the_notice_run_on(venue: Any) -> None:
    university = verified_party("上海某大学")
    firm = verified_party("某公司", kind="enterprise")
    noticed = noticed_application(university)
    objection = actions.object_to(
        actor=member_of(firm), now=venue.later(days=3), application=noticed.id, grounds="Ours."
    )
    next_day = venue.later(days=1)
    with pytest.raises(Refused) as refused:
        actions.withdraw_objection(
            actor=member_of(university), now=next_day, objection=objection.id
        )
    assert refused.value.reason is CommonRefusal.NOT_FOUND
    actions.withdraw_objection(actor=member_of(firm), now=next_day, objection=objection.id)
    running = queries.application(noticed.id)
    assert (running.status, running.stopped_at) == (Status.NOTICE, None)
    assert running.ends_at == noticed.ends_at + DAY
    assert queries.objection(objection.id).status == "withdrawn"


@pytest.mark.django_db
def test_both_sides_read_each_others_papers_and_nobody_else(venue: Any) -> None:
    from hutong.documents import actions as documents
    from hutong.documents.access import may_read
    from hutong.documents.queries import document
    from hutong.kit.ids import subject
    from hutong.rights.testing import PDF

    assert jobs.TOLD  # who reads the papers is registered with the area's jobs
    university = verified_party("上海某大学")
    firm = verified_party("某公司", kind="enterprise")
    noticed = noticed_application(university)
    paper = documents.store(
        actor=member_of(firm),
        now=venue.now,
        owner=subject("right_application", noticed.id),
        name="contract.pdf",
        media_type="application/pdf",
        data=PDF,
    ).id
    actions.object_to(
        actor=member_of(firm),
        now=venue.now,
        application=noticed.id,
        grounds="Ours.",
        evidence=[paper],
    )
    stranger = verified_party("无关公司", kind="enterprise")
    readers = {
        "applicant": member_of(university),
        "objector": member_of(firm),
        "registrar": officer("registrar"),
        "stranger": member_of(stranger),
    }
    read = {who for who, actor in readers.items() if may_read(actor, document(paper))}
    assert read == {"applicant", "objector", "registrar"}

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hutong.kit.moments import SHANGHAI
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights import rules, transfers
from hutong.rights.refusals import Refusal
from hutong.rights.rules import Application, Decision, Status
from hutong.rights.transfers import DisposalStatus, PendingTransfer

T1, T2 = UUID(int=1), UUID(int=2)
HOLDER, OTHER, STRANGER = UUID(int=11), UUID(int=12), UUID(int=13)
OBJECTION, SECOND = UUID(int=21), UUID(int=22)
NOW = datetime(2022, 6, 20, 1, tzinfo=UTC)
ENDS = datetime(2022, 7, 5, 9, tzinfo=UTC)  # 17:00 in Shanghai


def application(status=Status.DRAFT, **given):
    return Application(
        id=UUID(int=99),
        number="SHTE-DEMO-RA-2022-000001",
        status=status,
        remaining=given.pop("remaining", frozenset({T1, T2})),
        ends_at=given.pop("ends_at", ENDS if status is Status.NOTICE else None),
        **given,
    )


def technology(**given):
    facts = {
        "id": T1,
        "title": "一种方法",
        "kind": "patent",
        "status": "entered",
        "legal_status": "in_force",
    }
    return rules.Subject(**{**facts, "entered_by": HOLDER, **given})


def object_to(state, *, at=NOW, objector=STRANGER, technology=None, objection=OBJECTION):
    return rules.file_objection(
        state,
        objection=objection,
        objector=objector,
        applicants={HOLDER, OTHER},
        technology=technology,
        grounds="The right is ours.",
        now=at,
    )


def decide(state, *, at, upheld=False, technology=None, objection=OBJECTION, reasons="Proved."):
    return rules.decide_objection(
        state,
        objection=objection,
        technology=technology,
        upheld=upheld,
        reasons=reasons,
        now=at,
    )


def examine(state, decision=Decision.ACCEPT, findings="In order.", exceptions=None):
    return rules.examine(
        state,
        decision=decision,
        findings=findings,
        exceptions=exceptions or {},
        now=NOW,
        notice_days=15,
        notice={},
    )


@pytest.mark.parametrize(
    ("technologies", "refusal"),
    [
        ([], Refusal.NOTHING_NAMED),
        ([technology(), technology()], Refusal.TECHNOLOGY_TWICE),
        ([technology(entered_by=OTHER)], Refusal.NOT_YOUR_TECHNOLOGY),
        ([technology(kind="bundle")], Refusal.BUNDLE),
        ([technology(status="intended")], Refusal.NOT_ENTERED),
        ([technology(status="retired")], Refusal.NOT_ENTERED),
        ([technology(legal_status="lapsed")], Refusal.LAPSED),
        (
            [technology(id=UUID(int=n)) for n in range(rules.MAX_TECHNOLOGIES + 1)],
            Refusal.TOO_MANY_NAMED,
        ),
    ],
)
def test_what_cannot_be_registered_is_refused(technologies, refusal):
    with pytest.raises(Refused) as refused:
        rules.require_registrable(technologies, applicant=HOLDER)
    assert refused.value.reason is refusal


def test_know_how_and_pending_applications_can_be_registered():
    rules.require_registrable(
        [
            technology(kind="know_how", legal_status=None),
            technology(id=T2, kind="patent_application", legal_status="pending"),
        ],
        applicant=HOLDER,
    )


STOPPED = application(Status.NOTICE, stopped_at=NOW, open_objections=frozenset({OBJECTION}))


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (
            lambda: rules.submit(application(), applicant=HOLDER, evidence=0),
            Refusal.EVIDENCE_MISSING,
        ),
        (
            lambda: rules.submit(application(Status.NOTICE), applicant=HOLDER, evidence=1),
            CommonRefusal.OUT_OF_STATE,
        ),
        (lambda: examine(application()), CommonRefusal.OUT_OF_STATE),
        (lambda: examine(application(Status.SUBMITTED), findings=" "), Refusal.WORDS_MISSING),
        (
            lambda: examine(application(Status.SUBMITTED), exceptions={UUID(int=5): "No proof."}),
            Refusal.EXCEPTION_UNKNOWN,
        ),
        (
            lambda: examine(application(Status.SUBMITTED), exceptions={T1: ""}),
            Refusal.WORDS_MISSING,
        ),
        (lambda: object_to(application(Status.SUBMITTED)), CommonRefusal.OUT_OF_STATE),
        (lambda: object_to(application(Status.NOTICE), at=ENDS), Refusal.NOTICE_OVER),
        (lambda: object_to(application(Status.REGISTERED, ends_at=ENDS)), Refusal.NOTICE_OVER),
        (lambda: object_to(application(Status.NOTICE), objector=OTHER), Refusal.OWN_APPLICATION),
        (
            lambda: object_to(application(Status.NOTICE), technology=UUID(int=5)),
            Refusal.EXCEPTION_UNKNOWN,
        ),
        (lambda: decide(STOPPED, at=NOW, objection=SECOND), CommonRefusal.OUT_OF_STATE),
        (lambda: decide(STOPPED, at=NOW, reasons=""), Refusal.WORDS_MISSING),
        (lambda: decide(STOPPED, at=NOW, reasons="x" * 4001), CommonRefusal.TOO_LARGE),
        (
            lambda: rules.close_notice(
                application(Status.NOTICE), now=ENDS - timedelta(seconds=1), unverified={}, gone={}
            ),
            Refusal.NOTICE_RUNNING,
        ),
        (
            lambda: rules.close_notice(STOPPED, now=ENDS, unverified={}, gone={}),
            Refusal.NOTICE_STOPPED,
        ),
        (
            lambda: rules.close_notice(
                application(Status.HELD), now=ENDS, unverified={OTHER: "某公司"}, gone={}
            ),
            Refusal.HOLDER_NOT_VERIFIED,
        ),
        (
            lambda: rules.withdraw(application(Status.REGISTERED), reason="changed our mind"),
            CommonRefusal.OUT_OF_STATE,
        ),
    ],
)
def test_the_procedure_says_no(act, refusal):
    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.reason is refusal


def test_the_whole_way_of_an_application():
    state = application()
    state = rules.evolve(state, rules.submit(state, applicant=HOLDER, evidence=1))
    assert state.status is Status.SUBMITTED
    state = rules.evolve(state, examine(state))
    assert (state.status, state.ends_at) == (Status.NOTICE, ENDS)
    state = rules.evolve(state, rules.close_notice(state, now=ENDS, unverified={}, gone={}))
    assert state.status is Status.REGISTERED


def test_an_excepted_technology_leaves_the_file_and_the_rest_goes_on():
    state = application(Status.SUBMITTED)
    state = rules.evolve(state, examine(state, exceptions={T1: "No assignment by inventor."}))
    assert state.status is Status.NOTICE
    assert state.remaining == {T2}


def test_an_application_whose_every_item_is_excepted_is_rejected():
    state = application(Status.SUBMITTED)
    state = rules.evolve(state, examine(state, exceptions={T1: "No proof.", T2: "No proof."}))
    assert state.status is Status.REJECTED


def test_an_objection_stops_the_clock_and_its_dismissal_gives_the_rest_back():
    state = application(Status.NOTICE)
    filed = ENDS - timedelta(days=10)
    state = rules.evolve(state, object_to(state, at=filed))
    assert state.stopped_at == filed
    decided = filed + timedelta(days=7)
    state = rules.evolve(state, decide(state, at=decided))
    assert state.stopped_at is None
    assert state.ends_at == ENDS + timedelta(days=7)
    assert state.status is Status.NOTICE


def test_the_clock_stands_until_the_last_objection_is_decided():
    state = application(Status.NOTICE)
    state = rules.evolve(state, object_to(state, at=NOW))
    state = rules.evolve(state, object_to(state, at=NOW + timedelta(days=1), objection=SECOND))
    state = rules.evolve(state, decide(state, at=NOW + timedelta(days=2)))
    assert state.stopped_at == NOW
    state = rules.evolve(state, decide(state, at=NOW + timedelta(days=3), objection=SECOND))
    assert state.stopped_at is None
    assert state.ends_at >= ENDS + timedelta(days=3)


def test_an_upheld_objection_takes_its_technology_out():
    state = rules.evolve(application(Status.NOTICE), object_to(application(Status.NOTICE)))
    events = decide(state, at=NOW + timedelta(days=1), upheld=True, technology=T1)
    state = rules.evolve(state, events)
    assert state.status is Status.NOTICE
    assert state.remaining == {T2}


def test_an_objection_upheld_against_all_ends_the_application():
    state = rules.evolve(application(Status.NOTICE), object_to(application(Status.NOTICE)))
    state = rules.evolve(state, decide(state, at=NOW + timedelta(days=1), upheld=True))
    assert state.status is Status.REJECTED
    assert state.stopped_at is None


def test_registration_waits_while_a_holder_is_not_verified():
    state = application(Status.NOTICE)
    state = rules.evolve(
        state, rules.close_notice(state, now=ENDS, unverified={OTHER: "某公司"}, gone={})
    )
    assert state.status is Status.HELD
    state = rules.evolve(state, rules.close_notice(state, now=ENDS, unverified={}, gone={}))
    assert state.status is Status.REGISTERED


def test_a_technology_that_lapses_during_the_notice_is_left_out():
    state = application(Status.NOTICE)
    events = rules.close_notice(state, now=ENDS, unverified={}, gone={T1: "lapsed"})
    assert rules.evolve(state, events).remaining == {T2}
    assert events[0].entries == 1
    all_gone = rules.close_notice(
        state, now=ENDS, unverified={}, gone={T1: "lapsed", T2: "retired"}
    )
    assert rules.evolve(state, all_gone).status is Status.REJECTED


moments = st.timedeltas(timedelta(0), timedelta(days=400))


@given(left=st.timedeltas(timedelta(seconds=1), timedelta(days=15)), filed=moments, stop=moments)
def test_a_stopped_notice_is_never_shorter_and_ends_at_the_closing_hour(left, filed, stop):
    stopped_at = NOW + filed
    now = stopped_at + stop
    end = rules.resumed_end(ends_at=stopped_at + left, stopped_at=stopped_at, now=now)
    assert end - now >= left
    assert end - now < left + timedelta(days=1)
    assert end.astimezone(SHANGHAI).hour == 17


# -- disposals from a deal


def transfer(**given):
    return PendingTransfer(
        **{
            "id": UUID(int=50),
            "deal": UUID(int=51),
            "technology": T1,
            "giver": HOLDER,
            "taker": OTHER,
            "share": Fraction(1),
            "status": DisposalStatus.PREPARED,
            "outside_step_due": True,
            **given,
        }
    )


def step(state, **given):
    facts = {
        "filed_on": date(2022, 8, 1),
        "effective_on": date(2022, 8, 9),
        "office_number": "20220809-17",
        "evidence": [UUID(int=60)],
        "today": date(2022, 8, 10),
    }
    return transfers.record_outside_step(state, **{**facts, **given})


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (lambda: step(transfer(outside_step_due=False)), Refusal.OUTSIDE_STEP_NOT_DUE),
        (lambda: step(transfer(status=DisposalStatus.CANCELLED)), CommonRefusal.OUT_OF_STATE),
        (lambda: step(transfer(effective_on=date(2022, 8, 9))), CommonRefusal.OUT_OF_STATE),
        (lambda: step(transfer(), office_number=""), Refusal.WORDS_MISSING),
        (lambda: step(transfer(), evidence=[]), Refusal.EVIDENCE_MISSING),
        (lambda: step(transfer(), filed_on=date(2022, 8, 11)), Refusal.OUTSIDE_STEP_IN_FUTURE),
        (lambda: step(transfer(), effective_on=date(2022, 8, 11)), Refusal.OUTSIDE_STEP_IN_FUTURE),
        (lambda: step(transfer(), effective_on=date(2022, 7, 31)), Refusal.OUTSIDE_STEP_DISORDERLY),
        (lambda: transfers.require_effectable(transfer()), Refusal.OUTSIDE_STEP_MISSING),
        (
            lambda: transfers.require_effectable(transfer(status=DisposalStatus.EFFECTED)),
            CommonRefusal.OUT_OF_STATE,
        ),
        (lambda: transfers.cancel_transfer(transfer(), reason=""), Refusal.WORDS_MISSING),
    ],
)
def test_a_disposal_says_no(act, refusal):
    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.reason is refusal


def test_know_how_moves_without_an_office():
    transfers.require_effectable(transfer(outside_step_due=False))


def test_a_filed_step_may_take_effect_later():
    [filed] = step(transfer(), effective_on=None)
    assert filed.effective_on is None
    [effective] = step(transfer())
    assert effective.effective_on == date(2022, 8, 9)

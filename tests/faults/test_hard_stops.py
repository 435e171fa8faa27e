"""
kill -9 in the middle of what a member or officer does: it is done once, or not at all.

Whoever is to be caught is held up inside their transaction, so that no kill misses it.
"""

import os
import signal
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from hutong.node.demo import supply
from hutong.node.demo.client import wait_for
from hutong.node.demo.people import FIRMS
from hutong.node.demo.technologies import DemoTechnology, application_number, demo_technologies
from hutong.node.demo.workbook import fill
from hutong.node.processes import exists

pytestmark = pytest.mark.drill
ROWS = 3_000
TELLERS = 6
LINES = 48


def _workbook(case, first_serial: int) -> bytes:
    """3,000 technologies, numbered from `first_serial`."""
    one = demo_technologies()[0]
    common = {name: getattr(one, name) for name in one.__slots__}
    rows = [
        DemoTechnology(
            **{
                **common,
                "title_zh": f"{one.title_zh}（{serial}）",
                "number": application_number(one.filed_on.year, serial),
            }
        )
        for serial in range(first_serial, first_serial + ROWS)
    ]
    return fill(case.public.download("/api/v1/technologies/template.xlsx"), rows)


def _line(case, text: str) -> dict[str, object]:
    """A line of the bank's statement that nobody was asked to pay."""
    day = case.public.get("/api/v1/venue/clock")["now"][:10]
    return {"amount_fen": 100_00, "bank_reference": text, "value_date": day, "payer_name": "A bank"}


def _kill(venue, victim: str) -> None:
    if victim == "web workers":
        venue.kill_web_workers()
    else:
        venue.kill(victim)


# -- one act, caught in the middle ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("victim", "firm", "first_serial"), [("web workers", 0, 5_000_000), ("web", 1, 6_000_000)]
)
def test_an_import_killed_in_the_middle_enters_nothing_and_all_when_repeated(
    venue, case, request_of, victim, firm, first_serial
):
    party = case.parties[FIRMS[firm].key]
    upload = request_of(
        case.members[FIRMS[firm].key],
        "/api/v1/technologies/imports",
        files={"file": ("many.xlsx", _workbook(case, first_serial), supply.XLSX)},
        data={"format": "template", "party": party},
    )
    case.settle_down()
    before = venue.count("technologies_technology"), venue.entries()
    with ThreadPoolExecutor() as pool, venue.caught_at("technologies_technology") as caught:
        sent = pool.submit(upload.send)
        caught()
        _kill(venue, victim)
        assert sent.result() is None, "it was answered although it was killed"
    venue.wait_unlocked("technologies_technology")
    assert (venue.count("technologies_technology"), venue.entries()) == before
    answer = upload.until_answered()
    assert (answer.status_code, answer.json()["entered"]) == (201, ROWS)
    repeated = upload.until_answered()
    assert repeated.json() == answer.json()
    assert repeated.headers["Idempotent-Replay"] == "true"
    assert venue.count("technologies_technology") == before[0] + ROWS
    venue.wait_whole()


@pytest.mark.parametrize("victim", ["web workers", "web", "postgres"])
def test_a_receipt_killed_in_the_middle_is_recorded_once_when_repeated(
    venue, case, request_of, victim
):
    name = f"CAUGHT {victim}"
    receipt = request_of(case.officers["cashier"], "/api/v1/receipts", json=_line(case, name))
    with ThreadPoolExecutor() as pool, venue.caught_at("ledger_posting") as caught:
        sent = pool.submit(receipt.send)
        caught()
        _kill(venue, victim)
        assert sent.result() is None, "it was answered although it was killed"
    venue.wait_whole()
    venue.wait_unlocked("ledger_posting")
    assert not venue.sql("SELECT 1 FROM settlement_receipt WHERE bank_reference = %s", name)
    answers = [receipt.until_answered() for _ in range(3)]
    assert [a.status_code for a in answers] == [201, 201, 201]
    assert len({a.json()["id"] for a in answers}) == 1
    assert len(venue.sql("SELECT 1 FROM settlement_receipt WHERE bank_reference = %s", name)) == 1


# -- many acts, killed at random moments ------------------------------------------------------------


@pytest.mark.parametrize("victim", ["web workers", "web", "front", "postgres", "supervisor"])
def test_every_bank_line_is_recorded_once_while_processes_are_killed(
    venue, case, request_of, victim
):
    cashier = case.officers["cashier"]
    lines = [
        request_of(cashier, "/api/v1/receipts", json=_line(case, f"LINE {victim}: {number:03d}"))
        for number in range(LINES)
    ]
    kills = 3 if victim == "web workers" else 1
    with ThreadPoolExecutor(TELLERS) as pool:
        answers = [pool.submit(line.until_answered) for line in lines]
        try:
            for kill in range(kills):
                _wait_done(answers, LINES * (kill + 1) // (kills + 2))
                if victim == "supervisor":
                    _kill_supervisor(venue)
                else:
                    _kill(venue, victim)
                    venue.wait_whole()
        except BaseException:
            for line in lines:
                line.patience = 0
            raise
        ids = [answer.result().json()["id"] for answer in answers]
    assert any(line.told for line in lines), "nobody noticed the kill: it came too late"
    assert all(answer.result().status_code == 201 for answer in answers)
    recorded = venue.sql(
        "SELECT id::text FROM settlement_receipt WHERE bank_reference LIKE %s", f"LINE {victim}: %"
    )
    assert sorted(id for (id,) in recorded) == sorted(ids)
    assert set(cashier.get("/api/v1/totals")["sums_fen"].values()) == {0}
    venue.doctor()


def _wait_done(answers: list[Future], enough: int) -> None:
    wait_for(f"{enough} receipts", lambda: sum(a.done() for a in answers) >= enough, every=0.005)


def _kill_supervisor(venue) -> None:
    """kill -9 of `./hutong up` itself: its children go by themselves; up again on what is left."""
    family = venue.family()
    assert len(family) >= 6, family
    os.kill(venue.supervisor.pid, signal.SIGKILL)
    venue.supervisor.wait()
    wait_for("its children's end", lambda: not any(exists(pid) for pid in family), seconds=30)
    venue.up()


# -- the worker -------------------------------------------------------------------------------------


def test_certificates_are_given_once_and_without_gaps_while_the_worker_is_killed(
    venue, case, registered
):
    assert registered >= 3, "the worker was not killed while it worked"
    wait_for("every certificate to be rendered", lambda: _rendered(venue), seconds=120)
    certified = venue.sql(
        "SELECT sequence, source FROM certificates_certificate"
        " WHERE kind = 'rights_registration' ORDER BY sequence"
    )
    rights = len(case.titles)
    assert [sequence for sequence, _ in certified][:rights] == list(range(1, rights + 1))
    assert len({source for _, source in certified}) == len(certified)
    doubled = (
        "SELECT subject FROM journal_entry WHERE kind = %s GROUP BY subject HAVING count(*) > 1"
    )
    assert venue.sql(doubled, "certificates.Issued") == []
    positions = venue.sql(
        "SELECT count(*), max(position) + 1, max(log_index) + 1, count(log_index)"
        " FROM journal_position"
    )[0]
    assert positions[0] == positions[1], "positions are not dense"
    assert positions[2] == positions[3], "log indexes are not dense"
    assert not case.administrator.get("/api/v1/venue/parked")
    venue.doctor()


def _rendered(venue) -> bool:
    return not venue.sql("SELECT 1 FROM certificates_certificate WHERE status = 'issued' LIMIT 1")

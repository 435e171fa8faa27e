"""Races over one file, and rows changed behind the journal's back, on databases of their own."""

import json
import os
import signal
import subprocess
import sys
import threading

import psycopg
import pytest
from django.db import connection

from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import Refused
from hutong.parties.testing import member_of, verified_party
from hutong.technologies import actions, importing, queries
from hutong.technologies.models import Technology
from hutong.technologies.rules import Refusal
from hutong.technologies.testing import an_application_number


def feed(folder, *records, name="feed.jsonl"):
    path = folder / name
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in records))
    return path


FIRST = {"id": "CN117151122A", "title": "甲", "abstract": "摘要", "cpc": ["G06F16/33"]}
SECOND = {"id": "CN117151123A", "title": "乙"}


def test_two_imports_of_one_file_at_once_enter_it_once(own_database, venue, tmp_path):
    path = feed(tmp_path, *({**SECOND, "id": f"CN1171{n:05d}A"} for n in range(500)))
    barrier, outcomes = threading.Barrier(2), []

    def attempt():
        try:
            barrier.wait()
            report = importing.run(path=path, party=None, actor=SYSTEM, now=venue.now)
            outcomes.append(report.entered)
        except Refused as refused:
            outcomes.append(refused.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) in (
        sorted(map(str, (500, Refusal.NUMBER_TAKEN))),
        ["0", "500"],  # the second came when the first was done
    )
    assert Technology.objects.count() == 500
    assert list(queries.audit()) == []


def test_of_two_parties_entering_one_right_at_once_one_does(own_database, venue):
    sellers = [
        member_of(verified_party(name, now=venue.now)) for name in ("上海某大学", "江苏某大学")
    ]
    number = an_application_number()
    plain = {"kind": "patent", "title_zh": "一种装置", "application_number": number}
    barrier, outcomes = threading.Barrier(2), []

    def attempt(seller):
        try:
            barrier.wait()
            outcomes.append(actions.enter(actor=seller, now=venue.now, said=plain).party)
        except Refused as refused:
            outcomes.append(refused.reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[seller]) for seller in sellers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Refusal.NUMBER_TAKEN in outcomes
    assert Technology.objects.get().party in outcomes
    assert list(queries.audit()) == []


KILLED = """
import os, signal, sys, django
from datetime import UTC, datetime
from pathlib import Path
django.setup()
from hutong.kit.actor import SYSTEM
from hutong.technologies import importing

def progress(done, total, stage):
    if stage == "writing" and done >= 2000:
        os.kill(os.getpid(), signal.SIGKILL)

importing.run(path=Path(sys.argv[1]), party=None, actor=SYSTEM,
              now=datetime(2022, 6, 20, tzinfo=UTC), progress=progress)
"""


@pytest.mark.drill
def test_an_import_killed_in_the_middle_leaves_nothing_and_can_be_repeated(
    own_database, venue, tmp_path
):
    path = feed(tmp_path, *({**SECOND, "id": f"CN1171{n:05d}A"} for n in range(4500)))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)],
        env={
            **os.environ,
            "HUTONG_DATABASE_URL": own_database.app_url,
            "DJANGO_SETTINGS_MODULE": "hutong.node.settings",
        },
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert Technology.objects.count() == 0
    assert list(queries.audit()) == []
    assert importing.run(path=path, party=None, actor=SYSTEM, now=venue.now).entered == 4500


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE technologies_technology SET title_zh = 'x' WHERE id = '{id}'", "{id} record"),
        ("UPDATE technologies_technology SET status = 'retired' WHERE id = '{id}'", "{id} status"),
        ("UPDATE technologies_technology SET party = '{id}' WHERE id = '{id}'", "{id} party"),
        ("UPDATE technologies_technology SET numbers = '{{}}' WHERE id = '{id}'", "{id} keys"),
        ("DELETE FROM technologies_key WHERE technology_id = '{id}'", "{id} keys"),
        ("UPDATE technologies_batch SET entered = 7", "entered"),
        (
            "UPDATE technologies_batchrow SET digest = '\\x00' WHERE technology = '{id}'",
            "rows 1–256",
        ),
    ],
)
def test_a_row_changed_behind_the_journals_back_is_named(own_database, venue, tmp_path, sql, named):
    importing.run(path=feed(tmp_path, FIRST, SECOND), party=None, actor=SYSTEM, now=venue.now)
    id = Technology.objects.get(title_zh="甲").id
    assert list(queries.audit()) == []
    with psycopg.connect(own_database.superuser_url, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")  # past the triggers too
        superuser.execute(sql.format(id=id))
    places = [found.place for found in queries.audit()]
    assert any(named.format(id=id) in place for place in places), places


def test_the_application_cannot_change_what_an_import_wrote(own_database, venue, tmp_path):
    importing.run(path=feed(tmp_path, FIRST), party=None, actor=SYSTEM, now=venue.now)
    with psycopg.connect(own_database.app_url) as application, pytest.raises(psycopg.Error):
        application.execute("UPDATE technologies_batchrow SET position = 9")

"""Two venues, two databases: messages act once at each, whatever is lost and whoever dies (NE-2)."""

import random
import threading
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection, connections
from django.test import Client

from hutong.kit.actor import SYSTEM
from hutong.network.messages import actions, queries
from hutong.network.messages.kinds import Kind
from hutong.network.messages.models import Evidence, Incoming, Outgoing
from hutong.network.messages.rules import Direction, Status
from hutong.node.messaging import KINDS
from network.pair import Pair

NOW = datetime(2022, 6, 20, 1, tzinfo=UTC)


@pytest.fixture
def pair(own_database, other_database, working_at, tmp_path, settings):
    settings.ALLOWED_HOSTS = ["*"]
    return Pair((own_database, other_database), working_at, tmp_path, NOW)


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """Asked for a number, a venue notes it and answers; the answer is noted too."""

    def note(what, message):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO noted VALUES (%s, %s)", [what, message.body["n"]])

    def handle(message, now):
        note("asked", message)
        return {"n": message.body["n"] * 2}

    def on_answer(message, answer, now):
        assert answer.said == {"n": message.body["n"] * 2}
        note("answered", message)

    monkeypatch.setitem(KINDS, "tests.double", Kind(handle, on_answer))


def noted(what):
    with connection.cursor() as cursor:
        cursor.execute("SELECT n FROM noted WHERE what = %s ORDER BY n", [what])
        return [n for (n,) in cursor.fetchall()]


def prepare(pair):
    for database in pair.databases.values():
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            owner.execute("CREATE TABLE IF NOT EXISTS noted (what text, n int)")
            owner.execute("GRANT ALL ON noted TO hutong_app")


def ask(to, n, about):
    return actions.send(
        actor=SYSTEM, now=NOW, to=to, about=about, kind="tests.double", body={"n": n}
    )


def go_through(pair, seed, count):
    """Both tell each other `count` things on three lines, while much goes wrong."""
    prepare(pair)
    dice = random.Random(seed)
    for n in range(count):
        with pair.at("SZTE"):
            ask("SDTE", n, f"thing:{n % 3}")
        with pair.at("SDTE"):
            ask("SZTE", 100 + n, f"thing:{n % 3}")
    wrong = ["lost", "died", "answer lost", None]
    pair.wrong = [dice.choice(wrong) for _ in range(3 * count)]
    for _ in range(3 * count):
        if not pair.carry() and not pair.wrong:
            break
    first, second = range(count), range(100, 100 + count)
    for code, own, others in (("SZTE", first, second), ("SDTE", second, first)):
        with pair.at(code):
            assert Outgoing.objects.filter(status=Status.WAITING).count() == 0
            assert noted("answered") == list(own)
            assert noted("asked") == list(others)
            assert Evidence.objects.count() == 2 * count
            assert list(queries.audit()) == []


def test_each_message_acts_once_at_each_venue(pair):
    go_through(pair, 0, 4)


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(1, 16))
def test_each_of_many_messages_acts_once_at_each_venue(pair, seed):
    go_through(pair, seed, 12)


def test_both_sides_keep_the_same_words(pair):
    prepare(pair)
    with pair.at("SZTE"):
        id = ask("SDTE", 7, "thing:1")
    pair.wrong = ["answer lost"]
    pair.carry()
    with pair.at("SZTE"):
        ours = queries.told(Direction.OUT, "SDTE", id)
    with pair.at("SDTE"):
        theirs = queries.told(Direction.IN, "SZTE", id)
    assert (ours.body, ours.answer) == (theirs.body, theirs.answer)
    assert ours.request != theirs.request  # signed anew at each try


def test_a_message_that_comes_many_times_at_once_acts_once(pair):
    prepare(pair)
    with pair.at("SZTE"):
        from hutong.network.messages.testing import Paper

        paper = Paper(pair.story.known["SDTE"])
        message = paper.message("tests.double", {"n": 5})
        said = []

        def deliver():
            try:
                request = paper.request(message)
                headers = {k: v for k, v in request.headers.items() if k != "content-type"}
                said.append(
                    Client().post(
                        "/network/inbox",
                        data=request.body,
                        content_type="application/json",
                        headers=headers,
                    )
                )
            finally:
                connections.close_all()

        threads = [threading.Thread(target=deliver) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {(one.status_code, one.content) for one in said} == {(200, said[0].content)}
        assert noted("asked") == [5]
        assert Incoming.objects.count() == 1

"""`./hutong officer`: the first administrator, and sign-in links of a demo venue."""

import io
import json

import pytest
from django.test import Client

from hutong.node import cli

PASSWORD = "one long enough to keep"
EMAIL = "admin@exchange.example"


@pytest.fixture
def venue_here(own_database, venue):
    return venue


def run(*arguments, typed="", monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return cli.main(["officer", *arguments])


def appoint(monkeypatch, *more, typed=PASSWORD + "\n"):
    given = ("appoint", EMAIL, "--name", "系统管理员", "--password-stdin", "--json", *more)
    return run(*given, typed=typed, monkeypatch=monkeypatch)


def test_the_first_administrator_signs_in_with_what_was_printed(venue_here, monkeypatch, capsys):
    assert appoint(monkeypatch) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["email"] == EMAIL
    assert len(told["recovery_codes"]) == 10

    from hutong.parties import one_time, queries

    code = one_time.code_at(
        told["totp_secret"], one_time.counter_of(queries.real_now().timestamp())
    )
    made = Client().post(
        "/api/v1/tokens",
        {"label": "console"},
        content_type="application/json",
        headers={"Authorization": basic(EMAIL, PASSWORD), "X-One-Time-Code": code},
    )
    assert made.status_code == 201, made.content
    assert "parties.appoint" in made.json()["scopes"]


def basic(email, password):
    import base64

    return "Basic " + base64.b64encode(f"{email}:{password}".encode()).decode()


def test_a_second_first_administrator_is_refused_and_nothing_is_kept(
    venue_here, monkeypatch, capsys
):
    appoint(monkeypatch)
    other = ("appoint", "second@exchange.example", "--name", "另一位", "--password-stdin")
    assert run(*other, typed=PASSWORD + "\n", monkeypatch=monkeypatch) == 2
    assert "has an administrator" in capsys.readouterr().err

    from hutong.parties import queries

    assert queries.person_by_email("second@exchange.example") is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [("short\n", "Choose another password"), ("", "no password was given")],
)
def test_a_password_that_will_not_do_leaves_nothing(venue_here, monkeypatch, capsys, typed, says):
    assert appoint(monkeypatch, typed=typed) == 2
    assert says in capsys.readouterr().err

    from hutong.parties import queries

    assert queries.person_by_email(EMAIL) is None


def test_a_new_account_needs_a_name(venue_here, monkeypatch, capsys):
    assert run("appoint", EMAIL, monkeypatch=monkeypatch) == 2
    assert "give --name" in capsys.readouterr().err


def test_a_link_signs_in_once(venue_here, monkeypatch, capsys):
    appoint(monkeypatch)
    capsys.readouterr()
    assert run("link", EMAIL, "--second-factor", monkeypatch=monkeypatch) == 0
    path = "/" + capsys.readouterr().out.strip().split("/", 3)[3]
    assert path.startswith("/sign-in/")
    first = Client().get(path)
    assert (first.status_code, first.headers["Location"]) == (302, "/desk")
    assert Client().get(path).status_code == 404


def test_a_link_for_a_stranger_is_refused(venue_here, monkeypatch, capsys):
    assert run("link", "nobody@exchange.example", monkeypatch=monkeypatch) == 2
    assert "no account" in capsys.readouterr().err


def test_a_venue_not_founded_says_what_to_do(own_database, monkeypatch, capsys):
    assert run("link", EMAIL, monkeypatch=monkeypatch) == 2
    assert "run ./hutong up first" in capsys.readouterr().err

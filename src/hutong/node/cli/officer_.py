"""
`officer`: the first administrator of a venue, and one-time sign-in links of a demo venue.

    officer appoint EMAIL --name NAME      account, second factor, role; once, by whoever runs it
    officer link EMAIL… [--second-factor]  an address that signs each in, once (demo venues only)

The administrator appoints the other officers, in the venue.
"""

import argparse
import getpass
import json
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hutong.kit.actor import Door
from hutong.kit.refusal import Refused
from hutong.node.cli import CommandError

Told = tuple[dict[str, Any], str]  # for programs, and for people


def configure(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    appoint = steps.add_parser("appoint", help="appoint the first administrator")
    appoint.add_argument("email")
    appoint.add_argument("--name", help="name shown in the venue; needed for a new account")
    appoint.add_argument("--role", choices=["administrator"], default="administrator")
    appoint.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    link = steps.add_parser("link", help="print one-time sign-in links (demo venues)")
    link.add_argument("email", nargs="+")
    link.add_argument(
        "--second-factor", action="store_true", help="as if signed in with the second factor"
    )
    for step in (appoint, link):
        step.add_argument("--json", action="store_true", help="print one JSON line")


def run(options: argparse.Namespace) -> int:
    from hutong.node.venue import opened

    with opened():
        _need_founded()
        try:
            done, say = (_appoint if options.step == "appoint" else _link)(options)
        except Refused as refused:
            raise CommandError(refused.sentence()) from refused
    print(json.dumps(done, ensure_ascii=False) if options.json else say)
    return 0


def _need_founded() -> None:
    from django.db import ProgrammingError

    from hutong.rulebook import queries as rulebook

    try:
        founded = bool(rulebook.versions())
    except ProgrammingError:  # no tables yet
        founded = False
    if not founded:
        raise CommandError("this venue is not founded yet: run ./hutong up first")


def _appoint(options: argparse.Namespace) -> Told:
    """Account (when there is none), role and second factor: all of it or nothing."""
    from django.db import transaction

    from hutong.due import queries as due
    from hutong.kit.actor import SYSTEM
    from hutong.parties import queries
    from hutong.parties.actions import officers

    now = due.venue_now(datetime.now(UTC))
    person = queries.person_by_email(options.email)
    if person is None and not options.name:
        raise CommandError(f"{options.email} has no account yet; give --name to make one")
    password = _password(options) if person is None else ""
    with transaction.atomic():
        if person is None:
            person = officers.admit_person(
                actor=SYSTEM,
                now=now,
                email=options.email,
                password=password,
                display_name=options.name,
            )
        officers.appoint_first_administrator(actor=SYSTEM, now=now, person=person.id)
        factor = {} if queries.has_second_factor(person.id) else _enrol(person.id, now)
    done = {"person": str(person.id), "email": person.email, "role": options.role, **factor}
    return done, "\n".join(_words(person.display_name, person.email, factor))


def _words(name: str, email: str, factor: dict[str, Any]) -> list[str]:
    said = [f"{name} <{email}> is the administrator of this venue."]
    if factor:
        said += [
            "The second factor, shown this once; put it into an authenticator app:",
            f"    {factor['otpauth_url']}",
            f"    (secret {factor['totp_secret']})",
            "Recovery codes, each good once; keep them apart:",
            "    " + " ".join(factor["recovery_codes"]),
        ]
    return said


def _enrol(person: UUID, now: datetime) -> dict[str, Any]:
    """Make the second factor and confirm it, as an authenticator app would."""
    from hutong.parties import actions, one_time, queries

    actor = queries.actor_for_person(person, door=Door.CLI)
    begun = actions.begin_second_factor(actor=actor, now=now)
    # The period before this one, so that the code shown now is still good for signing in.
    period = one_time.counter_of(queries.real_now().timestamp()) - 1
    codes = actions.add_second_factor(
        actor=actor, now=now, code=one_time.code_at(begun.secret, period)
    )
    return {
        "totp_secret": begun.secret,
        "otpauth_url": begun.otpauth_url,
        "recovery_codes": codes,
    }


def _link(options: argparse.Namespace) -> Told:
    from django.conf import settings

    from hutong.node.presence import who_runs

    running = who_runs(settings.STATE)
    origin = running.address if running else settings.ORIGIN
    links = {
        email: f"{origin}/sign-in/{link_text(email, second_factor=options.second_factor)}"
        for email in options.email
    }
    if not options.second_factor and any(_decides(email) for email in options.email):
        print(
            "hutong officer: the desk asks an officer for the second factor, or to enrol one;"
            " with --second-factor a link signs in as if it had been shown",
            file=sys.stderr,
        )
    return links, "\n".join(links.values())


def _decides(email: str) -> bool:
    from hutong.parties import queries

    person = queries.person_by_email(email)
    return person is not None and bool(queries.roles_of(person.id))


def link_text(email: str, *, second_factor: bool) -> str:
    """The secret part of a one-time address that signs a person in. Raises CommandError."""
    from hutong.due import queries as due
    from hutong.kit.actor import SYSTEM
    from hutong.parties import actions, queries

    person = queries.person_by_email(email)
    if person is None:
        raise CommandError(f"{email} has no account with a confirmed address here")
    return actions.make_sign_in_link(
        actor=SYSTEM,
        now=due.venue_now(datetime.now(UTC)),
        person=person.id,
        second_factor=second_factor,
    )


def _password(options: argparse.Namespace) -> str:
    if options.password_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        try:
            given = getpass.getpass(f"Password for {options.email}: ")
            again = getpass.getpass("Once more: ")
        except EOFError:
            raise CommandError("nobody is here to type a password; use --password-stdin") from None
        if given != again:
            raise CommandError("the two passwords differ; nothing was done")
    if not given:
        raise CommandError("no password was given; nothing was done")
    return given

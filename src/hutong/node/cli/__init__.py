"""
`./hutong CMD`: every command of a venue, in one table.

Each command is a module here with `configure(parser)` and `run(options) -> exit code`, imported only
when it is asked for. Exit codes: 0 done, 1 found wanting (a fault, a failed check), 2 not usable.
"""

import argparse
import importlib
import os
import sys

from hutong import __version__
from hutong.node.paths import choose_state
from hutong.node.venue import NoVenue

COMMANDS = {
    "demo": "play a whole case at a demo venue, which then stays up to look around",
    "up": "run the venue: database, web, hot door and worker under one supervisor",
    "test": "run the tests (arguments go to pytest)",
    "check": "format, lint, types, import contracts, migrations, translations",
    "import": "bring in a file of records, whole or not at all",
    "export": "write records or the workbook template to a file",
    "verify": "check a certificate or bidding record, offline",
    "doctor": "re-derive ledger, register, log and lots from the journal and name what differs",
    "log": "check or rebuild the public log's static files; follow and verify any log",
    "bench": "measure against peer and physical limit",
    "screenshots": "picture every page of the running venue",
    "search": "build the search index anew",
    "backup": "write everything the venue must not lose to one file",
    "restore": "bring a venue back from a backup, into an empty state directory",
    "keys": "list, rotate or give up the venue's signing keys; hold them for another process",
    "network": "found a network or join one; let venues in; who is a member",
    "officer": "appoint the first administrator, or print a one-time sign-in link",
    "translate": "collect the words of code and templates into the catalogues",
    "manage": "Django's own management commands",
}
PASS_THROUGH = {"test", "manage"}
# These look at a venue that is there: the real one of this checkout, else the last demo's.
INSPECT = {
    "doctor",
    "log",
    "verify",
    "backup",
    "import",
    "export",
    "keys",
    "network",
    "officer",
    "search",
    "manage",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.node.settings")
    if arguments and arguments[0] in INSPECT:
        choose_state()
    if arguments and arguments[0] in PASS_THROUGH:
        return int(_module(arguments[0]).run(arguments[1:]) or 0)
    parser = argparse.ArgumentParser(
        prog="hutong", description="Run a technology exchange.", epilog="See docs/operating.md."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    asked = next((a for a in arguments if not a.startswith("-")), None)
    for name, words in COMMANDS.items():
        sub = commands.add_parser(name, help=words, description=words)
        if name == asked:
            _module(name).configure(sub)
    options = parser.parse_args(arguments)
    try:
        return int(_module(options.command).run(options) or 0)
    except KeyboardInterrupt:
        return 130
    except (CommandError, NoVenue) as error:
        print(f"hutong {options.command}: {error}", file=sys.stderr)
        return getattr(error, "code", 2)


class CommandError(Exception):
    """A command cannot go on; the message tells a person why and what to do."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code


def _module(name: str):
    return importlib.import_module(f"hutong.node.cli.{name}_")

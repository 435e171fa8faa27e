"""`demo`: a demo venue on this machine, and a whole case played through it."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from hutong.node import up
from hutong.node.cli import CommandError
from hutong.node.demo.network.venues import VENUES
from hutong.node.fleet import Fleet
from hutong.node.fleet import run as run_fleet
from hutong.node.paths import postgres_directory, state_directory
from hutong.node.postgres import PostgresError, discard
from hutong.node.presence import AlreadyRunning, present, who_runs
from hutong.node.supervisor import Child

LEAST_VENUES = 4  # those where the story's sellers are
MARK = ".demo"  # this state may be thrown away


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="stop at the end; exit 0 if all held")
    parser.add_argument(
        "--json", action="store_true", help="print the summary as one JSON line last"
    )
    parser.add_argument("--port", type=int, help="port (default: the first free one from 8000)")
    parser.add_argument(
        "--network", action="store_true", help="ten venues, joined and trading across"
    )
    parser.add_argument(
        "--venues",
        type=int,
        default=len(VENUES),
        choices=range(LEAST_VENUES, len(VENUES) + 1),
        metavar=f"{LEAST_VENUES}-{len(VENUES)}",
        help="with --network: how many of the ten (default: all)",
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="open the venue of the last demo again, without the story",
    )


def run(options: argparse.Namespace) -> int:
    return _network(options) if options.network else _venue(options)


def _venue(options: argparse.Namespace) -> int:
    state = _state("demo", keep=options.keep)
    try:
        port = up.free_port(options.port)
        summary = state / "demo.json"
        summary.unlink(missing_ok=True)
        code = up.run(
            host="127.0.0.1",
            port=port,
            demo=True,
            also=[] if options.keep else [_story(port, summary, stay=not options.once)],
            stay=not options.once,
            output=sys.stderr if options.json else sys.stdout,
        )
    except (AlreadyRunning, up.PortTaken, PostgresError) as error:
        raise CommandError(str(error)) from error
    if options.json and summary.is_file():
        print(summary.read_text(encoding="utf-8"), flush=True)
    return code


def _network(options: argparse.Namespace) -> int:
    """Ten venues, each with its own processes and database, and the story of their network."""
    if options.port or options.keep:
        raise CommandError("--network chooses its ports, and begins anew each time")
    home = _state("network", keep=False)
    fleet = Fleet(home, VENUES[: options.venues])
    summary = home / "demo.json"
    try:
        with present(home, address=fleet.url(VENUES[0].code)):
            code = run_fleet(
                fleet,
                also=[
                    _child(
                        *("hutong.node.demo.network", str(home), "--summary", str(summary)),
                        *(() if options.once else ("--stay",)),
                    )
                ],
                stay=not options.once,
                output=sys.stderr if options.json else sys.stdout,
            )
    except (AlreadyRunning, PostgresError) as error:
        raise CommandError(str(error)) from error
    if options.json and summary.is_file():
        print(summary.read_text(encoding="utf-8"), flush=True)
    return code


def _story(port: int, summary: Path, *, stay: bool) -> Child:
    return _child(
        *("hutong.node.demo", f"http://127.0.0.1:{port}"),
        *("--summary", str(summary)),
        *(["--stay"] if stay else []),
    )


def _child(*arguments: str) -> Child:
    return Child(
        name="story",
        argv=[sys.executable, "-m", *arguments],
        once=True,
        prefix=False,
        last_words=lambda: "the story says above where it failed",
    )


def _state(name: str, *, keep: bool) -> Path:
    """The demo's own state: fresh each time, unless the last one is to be kept."""
    if "HUTONG_STATE" not in os.environ:
        os.environ["HUTONG_STATE"] = str(state_directory(name))
    state = state_directory()
    running = who_runs(state)
    if running:
        raise CommandError(f"a demo is running already: {running.address} (process {running.pid})")
    if not keep and any(state.iterdir()):
        _discard(state)
        state = state_directory()
    (state / MARK).touch()
    return state


def _discard(state: Path) -> None:
    """Remove a demo's state, and nothing that is not a demo's."""
    if not (state / MARK).exists():
        raise CommandError(
            f"{state} holds something that is not a demo; choose another HUTONG_STATE"
        )
    discard(postgres_directory(state))
    shutil.rmtree(state, ignore_errors=True)

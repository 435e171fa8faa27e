"""
`./hutong network check URL`: the report, for people in their language or as one JSON line.

Exit codes: 0 nothing is broken, 1 something is, 2 not usable (no answer, no such keyring).
"""

import argparse
import gettext
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from hutong.kit.refusal import N_, Told
from hutong.network.check.items import Outcome, Run, Self
from hutong.network.check.running import Finding, Report, check
from hutong.network.check.wire import SECONDS_IN_ALL, AddressInvalid, Wire
from hutong.transparency.keyring_file import KeysUnusable
from hutong.transparency.keys import KEYRING, Keyring, find_passphrase

SOURCE: Final = Path(__file__).parents[2]
CATALOGUES: Final = ("network", "venues", "transparency")
LANGUAGES: Final = ("zh", "en")
MARKS: Final = {Outcome.KEPT: "✓", Outcome.BROKEN: "✗", Outcome.NOT_CHECKED: "–"}
SHOWN_REQUESTS: Final = 4

Say = Callable[[str], str]


class Unusable(Exception):
    """The check cannot begin. The message says why."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", help="the venue's address, https://host[:port]")
    parser.add_argument("--anchor", help="the network's anchor, as somebody you trust told it")
    parser.add_argument(
        "--as",
        dest="keys",
        type=Path,
        metavar="DIRECTORY",
        help="the keys of a member, with which it sends network.ping; both venues keep them",
    )
    parser.add_argument(
        "--contradict",
        action="store_true",
        help="also contradict ourselves: the other's log names us for it, for ever",
    )
    parser.add_argument(
        "--seconds", type=float, default=SECONDS_IN_ALL, help="how long the check may take in all"
    )
    parser.add_argument(
        "--pause", type=float, default=3.0, help="seconds between two looks at the checkpoint"
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="ITEM",
        help="items whose names begin so, e.g. log or inbox.method, and those they rest on",
    )
    parser.add_argument("--language", choices=LANGUAGES, default=None)


def run(options: argparse.Namespace) -> int:
    """Check and print. Raises Unusable."""
    say = words(options.language or ("zh" if _locale().startswith("zh") else "en"))
    try:
        wire = Wire(options.url, seconds_in_all=options.seconds)
    except AddressInvalid as error:
        raise Unusable(str(error)) from error
    me = _member(options.keys) if options.keys is not None else None
    try:
        report = check(
            Run(wire, options.anchor, me, contradict=options.contradict, pause=options.pause),
            tuple(options.only),
        )
    finally:
        wire.close()
    if options.json:
        sys.stdout.write(json.dumps(as_json(report, say), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(lines(report, say)) + "\n")
    return report.exit_code


def _locale() -> str:
    return next((os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), "")


def _member(directory: Path) -> Self:
    if (directory / "keys" / KEYRING).exists():
        directory = directory / "keys"  # a venue's state directory
    try:
        keyring = Keyring(directory, find_passphrase(directory))
    except (KeysUnusable, OSError) as error:
        raise Unusable(str(error)) from error
    return Self(keyring.venue.code, keyring.message_signer)


def words(language: str) -> Say:
    """Say marked words in a language: straight from the catalogues, for there may be no venue here."""
    if language == "en":
        return str
    found = [
        gettext.translation("django", str(SOURCE / area / "locale"), ["zh_Hans"], fallback=True)
        for area in CATALOGUES
    ]

    def say(text: str) -> str:
        if isinstance(text, Told):
            facts = {n: say(v) if isinstance(v, str) else v for n, v in text.facts.items()}
            return say(text.text).format_map(facts)
        said = (catalogue.gettext(text) for catalogue in found if text)
        return next((one for one in said if one != text), text)

    return say


def as_json(report: Report, say: Say) -> dict[str, Any]:
    told = report.as_json()
    for one in told["items"]:
        one["expected"] = say(one["expected"])
        one["found"] = say(one["found"]) if one["found"] is not None else None
    return told


def lines(report: Report, say: Say) -> list[str]:
    """The report for people: an item a line, and under what is not kept what was found."""
    told = [f"{report.url}  {report.code}".rstrip()]
    if not report.is_usable:
        return [
            *told,
            *_lines(report.findings[0], say),
            say(N_("Nothing answers at this address.")),
        ]
    for one in report.findings:
        told += _lines(one, say)
    counts = {outcome: len(report.of(outcome)) for outcome in Outcome}
    sums = say(N_("{kept} kept, {broken} broken, {left} not checked")).format(
        kept=counts[Outcome.KEPT],
        broken=counts[Outcome.BROKEN],
        left=counts[Outcome.NOT_CHECKED],
    )
    told.append(sums)
    if report.broken:
        told.append(say(N_("Broken: {items}")).format(items=", ".join(report.broken)))
    return told


def _lines(one: Finding, say: Say) -> list[str]:
    told = [f"{MARKS[one.outcome]} {one.item.id:22} {say(one.item.expects)}"]
    if one.found is not None:
        told.append(f"  {'':22} → {say(one.found)}")
    if one.outcome is Outcome.BROKEN:
        told.append(f"  {'':22}   docs/network.md: {one.item.at}")
        told += [f"  {'':22}   {request}" for request in one.did[-SHOWN_REQUESTS:]]
    return told

"""
`hutong log`: the public log as files anybody can read.

    check            compare the venue's static files with the journal, byte for byte
    rebuild          write them anew from the journal alone; `--to` another folder or s3://…
    follow PLACE     read a log (https://…/log or a folder) as a stranger, and verify all of it

Exit codes: 0 as it should be, 1 something differs and is named, 2 not usable.
"""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hutong.node.cli import CommandError

if TYPE_CHECKING:
    from hutong.transparency.note import VerifierKey


def configure(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("check", help="compare the static files with the journal")
    rebuild = acts.add_parser("rebuild", help="write the static files anew from the journal")
    rebuild.add_argument("--to", metavar="PLACE", help="a folder or s3://…; default: the venue's")
    follow = acts.add_parser("follow", help="verify a whole log without trusting it")
    follow.add_argument("place", help="https://…/log, or a folder of its files")
    known = follow.add_mutually_exclusive_group(required=True)
    known.add_argument("--key", help="the log's verifier key, <name>+<key id>+<base64>")
    known.add_argument("--keys", type=Path, help="the venue's key file (/log/keys.json)")


def run(options: argparse.Namespace) -> int:
    if options.act == "follow":
        return _follow(options)
    from hutong.node.venue import opened

    with opened():
        return _check() if options.act == "check" else _rebuild(options.to)


def _check() -> int:
    from hutong.node.log import log_shelf
    from hutong.transparency import publishing

    faults = 0
    for fault in publishing.check(log_shelf()):
        print(fault)
        faults += 1
    print(f"{faults} files differ" if faults else "the files are those of the journal")
    return 1 if faults else 0


def _rebuild(to: str | None) -> int:
    from django.conf import settings

    from hutong.node.log import log_shelf
    from hutong.transparency import publishing
    from hutong.transparency.shelf import ShelfAway, shelf

    try:
        count = publishing.rebuild(shelf(to, settings.STATE) if to else log_shelf())
    except (ShelfAway, ValueError) as error:
        raise CommandError(str(error), code=2) from error
    print(f"{count} files written from the journal")
    return 0


def _follow(options: argparse.Namespace) -> int:
    from hutong.transparency import mirror, note
    from hutong.transparency.merkle import CompactRange
    from hutong.transparency.reading import Unreachable, reader

    try:
        keys = _keys(options)
        log = reader(options.place)
        raw = log.fetch("checkpoint")
    except (LookupError, OSError, ValueError, Unreachable) as error:
        raise CommandError(f"{options.place}: {error}", code=2) from error
    try:
        checkpoint = note.open_checkpoint(raw, *keys)
        started = time.monotonic()
        new = mirror.grown(CompactRange(), checkpoint, log.fetch)
        count = sum(1 for _ in mirror.entries(new, log.fetch))
    except (mirror.LogInvalid, note.NoteInvalid) as error:
        print(f"✗ {error}")
        return 1
    except Unreachable as error:
        raise CommandError(str(error), code=2) from error
    took = time.monotonic() - started
    print(f"✓ {checkpoint.origin}: {count} entries, each under the signed root, in {took:.1f} s")
    print(f"  root {checkpoint.root.hex()}")
    return 0


def _keys(options: argparse.Namespace) -> "list[VerifierKey]":
    from hutong.transparency.note import VerifierKey
    from hutong.transparency.venue_keys import VenueKeys

    if options.key:
        return [VerifierKey.parse(options.key)]
    return list(VenueKeys.parse(options.keys.read_bytes()).every_log_key())

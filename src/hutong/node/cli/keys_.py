"""
`keys`: the venue's signing keys, and the signer process.

    keys list                                      what is in use, was used, is prepared
    keys export [FILE]                             the public keys, to give to anybody
    keys prepare PURPOSE [--signer ADDRESS]        the next key: made here, or held by a signer
    keys rotate PURPOSE --reason WHY               put the next key in use; an entry of the log
    keys compromise KEY --since WHEN --reason WHY  trust a key no more; an entry of the log
    keys make DIRECTORY --for FILE                 a keyring for a signer process of that venue
    keys serve --socket PATH                       hold the keys for another process to sign with

Whoever runs these has the machine and the passphrase; officers do the same in two at /desk/keys.
"""

import argparse
import json
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hutong.kit.moments import iso, parse_iso
from hutong.kit.refusal import Refused
from hutong.node.cli import CommandError
from hutong.transparency.keys import (
    KEYRING,
    Held,
    Keyring,
    KeysUnusable,
    Purpose,
    find_passphrase,
    open_or_create,
)
from hutong.transparency.venue_keys import KeyFileInvalid, VenueKeys

PURPOSES = [purpose.value for purpose in Purpose]


def configure(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    listed = steps.add_parser("list", help="what is in use, was used, is prepared")
    listed.add_argument("--json", action="store_true", help="print one JSON line")
    export = steps.add_parser("export", help="write the public keys")
    export.add_argument("file", nargs="?", type=Path, help="default: standard output")
    prepare = steps.add_parser("prepare", help="prepare the next key of a purpose")
    rotate = steps.add_parser("rotate", help="put the next key of a purpose in use")
    for step in (prepare, rotate):
        step.add_argument("purpose", choices=PURPOSES)
        step.add_argument(
            "--signer",
            metavar="ADDRESS",
            help="where the key is held: unix:/path.sock#PURPOSE or pkcs11:token=…;object=…",
        )
    compromise = steps.add_parser("compromise", help="trust a key no more")
    compromise.add_argument("key", help="the key as `keys list` names it")
    compromise.add_argument("--since", required=True, help="as of when, e.g. 2026-01-05T08:00Z")
    for step in (rotate, compromise):
        step.add_argument("--reason", required=True, help="why; the journal keeps it")
    make = steps.add_parser("make", help="make a keyring for a signer process")
    make.add_argument("directory", type=Path)
    make.add_argument(
        "--for",
        dest="venue",
        required=True,
        type=Path,
        metavar="FILE",
        help="the venue's public keys: the keyring is made under its name",
    )
    serve = steps.add_parser("serve", help="hold the keys for another process to sign with")
    serve.add_argument("--socket", required=True, type=Path)
    serve.add_argument("--keys", type=Path, help="the keyring's directory; default: this venue's")
    serve.add_argument("--mode", default="600", help="who may open the socket; default 600")


def run(options: argparse.Namespace) -> int:
    steps = {
        "list": _list,
        "export": _export,
        "prepare": _prepare,
        "rotate": _rotate,
        "compromise": _compromise,
        "make": _make,
        "serve": _serve,
    }
    try:
        steps[options.step](options)
    except KeysUnusable as error:
        raise CommandError(str(error)) from error
    except Refused as refused:
        raise CommandError(refused.sentence(), 1) from refused
    return 0


def _list(options: argparse.Namespace) -> None:
    keyring = Keyring(_directory(), find_passphrase(_directory()))
    told = [_told(held) for held in keyring.held]
    if options.json:
        print(json.dumps(told))
        return
    for key in told:
        print(f"{key['purpose']:<12} {key['state']:<12} {key['key']}")
        until = f" until {key['used_until'][:16]}Z" if key["used_until"] else ""
        where = f", held at {key['signer']}" if key["signer"] else ""
        since = key["compromised_from"]
        worse = f", compromised as of {since[:16]}Z" if since else ""
        print(f"{'':<12} {'':<12} from {key['used_from'][:16]}Z{until}{worse}{where}")


def _told(held: Held) -> dict[str, Any]:
    state = "in use" if held.used_until is None else "formerly used"
    if held.prepared:
        state = "prepared"
    elif held.compromised_from is not None:
        state = "compromised"
    return {**held.life.as_json(), "state": state, "signer": held.address}


def _export(options: argparse.Namespace) -> None:
    keyring = Keyring(_directory(), find_passphrase(_directory()))
    data = keyring.public().file()
    if options.file is None:
        sys.stdout.write(data.decode())
    else:
        options.file.write_bytes(data)


def _prepare(options: argparse.Namespace) -> None:
    from hutong.transparency import rotation

    directory = _directory()
    held = rotation.prepare(
        directory,
        find_passphrase(directory),
        Purpose(options.purpose),
        made_at=datetime.now(UTC),
        address=options.signer,
    )
    print(f"prepared: {held.text}")
    print("It is put in use by `hutong keys rotate`, or by two officers at /desk/keys.")


def _rotate(options: argparse.Namespace) -> None:
    from hutong.kit.actor import SYSTEM
    from hutong.node.venue import opened

    if options.signer:
        _prepare(options)
    with opened():
        from hutong.due import queries as due
        from hutong.transparency.keeping import actions

        real_now = datetime.now(UTC)
        key = actions.rotate(
            actor=SYSTEM,
            now=due.venue_now(real_now),
            real_now=real_now,
            purpose=Purpose(options.purpose),
            reason=options.reason,
        )
    print(f"in use: {key}")


def _compromise(options: argparse.Namespace) -> None:
    from hutong.kit.actor import SYSTEM
    from hutong.node.venue import opened

    try:
        since = parse_iso(options.since)
    except ValueError as error:
        raise CommandError(f"--since: {options.since!r} is not a moment with its zone") from error
    with opened():
        from hutong.due import queries as due
        from hutong.transparency.keeping import actions

        real_now = datetime.now(UTC)
        replaced = actions.compromise(
            actor=SYSTEM,
            now=due.venue_now(real_now),
            real_now=real_now,
            key=options.key,
            since=since,
            reason=options.reason,
        )
    print(f"compromised as of {iso(since)[:19]}Z: {options.key}")
    if replaced:
        print(f"in use now: {replaced}")


def _make(options: argparse.Namespace) -> None:
    try:
        venue = VenueKeys.parse(options.venue.read_bytes()).venue
    except (OSError, KeyFileInvalid) as error:
        raise CommandError(f"{options.venue}: {error}") from error
    if (options.directory / KEYRING).exists():
        raise CommandError(f"{options.directory / KEYRING} exists already; nothing was done")
    opened = open_or_create(options.directory, venue=venue, made_at=datetime.now(UTC))
    for path in opened.made:
        print(f"made {path}")
    print("Keep copies, keys and passphrase apart. Then: hutong keys serve --keys DIRECTORY")


def _serve(options: argparse.Namespace) -> None:
    from hutong.transparency.remote_signer import SignerServer

    directory = options.keys or _directory()
    try:
        mode = int(options.mode, 8)
    except ValueError as error:
        raise CommandError(f"--mode: {options.mode!r} is not a file mode such as 660") from error
    keyring = Keyring(directory, find_passphrase(directory))
    try:
        server = SignerServer(options.socket, keyring, mode)
    except OSError as error:
        raise CommandError(f"{options.socket}: {error.strerror}") from error
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"signer: ready at {options.socket}", flush=True)
    server.serve_forever()
    server.server_close()
    options.socket.unlink(missing_ok=True)


def _directory() -> Path:
    from hutong.node.paths import state_directory

    return state_directory() / "keys"

"""
`verify`: check a certificate, a bidding record or opened fields, offline, with the venue's public keys.
"""

import argparse
import json
from functools import partial
from pathlib import Path
from typing import Any

from hutong.auctions import record as record_format
from hutong.kit.canonical import digest_of
from hutong.kit.money import with_unit

MAX_RECORD_BYTES = 512 * 1024 * 1024


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, help="a certificate (PDF or JSON), a bidding record or an opening"
    )
    parser.add_argument(
        "--key",
        type=Path,
        help="the venue's public keys (keys/public.json; default: this venue's own)",
    )
    parser.add_argument(
        "--status",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="the venue's status lists, as fetched from the addresses in the certificate",
    )
    parser.add_argument(
        "--witness",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="key files of other venues that may have cosigned the log or countersigned",
    )
    parser.add_argument(
        "--countersignature",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="countersignatures of other venues, as the certificate's page offers them",
    )
    parser.add_argument(
        "--ask",
        metavar="URL",
        help="an exchange to be asked who countersigned it; believed by the lists from --anchor",
    )
    parser.add_argument(
        "--anchor", help="the network's anchor, as somebody you trust told it (with --ask)"
    )
    parser.add_argument(
        "--timestamps",
        type=Path,
        metavar="PEM",
        help="certificates of trusted timestamp authorities",
    )
    parser.add_argument("--json", action="store_true", help="print the report as one JSON line")


def run(options: argparse.Namespace) -> int:
    record = _bidding_record(options.file)
    if record is not None:
        return _replay(record, as_json=options.json)
    from hutong.certificates.command import verify_file
    from hutong.node.paths import state_directory
    from hutong.transparency.openings.command import read_opening, verify_opening

    key = options.key or state_directory() / "keys" / "public.json"
    if opening := read_opening(options.file):
        return verify_opening(opening, key, as_json=options.json)
    return verify_file(
        options.file,
        key,
        status_lists=options.status,
        witnesses=options.witness,
        timestamp_authorities=options.timestamps,
        countersignatures=options.countersignature,
        ask=_asking(options.ask, options.anchor),
        as_json=options.json,
    )


def _asking(url: str | None, anchor: str | None) -> Any:
    if url is None:
        return None
    from hutong.network.countersigning.asking import ask

    return partial(ask, url, anchor)


def _bidding_record(path: Path) -> dict[str, Any] | None:
    """The published record in `path` (`/api/v1/lots/<id>/record`), or None when it is none."""
    try:
        if path.stat().st_size > MAX_RECORD_BYTES:
            return None
        published = json.loads(path.read_bytes())
        is_record = published["record"]["format"] == record_format.FORMAT
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return None
    return dict(published) if is_record else None


def _replay(published: dict[str, Any], *, as_json: bool) -> int:
    """Run the auction again: same outcome, same chain as the log's entries, same digest (AU-9)."""
    record = published["record"]
    try:
        chains = {int(entry["last"]): str(entry["chain"]) for entry in published["log"]}
        lot = record_format.verify(record, chains)
        fault = "" if digest_of(record) == published["digest"] else "the digest is another's"
    except (record_format.Broken, ValueError, TypeError, LookupError, OverflowError) as error:
        fault = str(error)
    told = {"verified": not fault, "attempts": len(record.get("attempts", [])), "fault": fault}
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
    elif fault:
        print(f"✗ bidding record: {fault}")
    else:
        price = with_unit(lot.price_fen) if lot.price_fen else "no bid"
        print(f"✓ bidding record: {told['attempts']} attempts replay to the same outcome, {price}")
        print("  Compare its digest with the entry auctions.Closed in the venue's log:")
        print(f"  {published['digest']} at log index {published.get('closed_log_index')}")
    return 1 if fault else 0

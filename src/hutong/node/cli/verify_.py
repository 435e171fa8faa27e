"""`verify`: check a certificate, offline, with the venue's public keys."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a certificate: PDF or JSON")
    parser.add_argument(
        "--key",
        type=Path,
        help="the venue's public keys (keys/public.json; default: this venue's own)",
    )
    parser.add_argument("--json", action="store_true", help="print the report as one JSON line")


def run(options: argparse.Namespace) -> int:
    from hutong.certificates.command import verify_file
    from hutong.node.paths import state_directory

    key = options.key or state_directory() / "keys" / "public.json"
    return verify_file(options.file, key, as_json=options.json)

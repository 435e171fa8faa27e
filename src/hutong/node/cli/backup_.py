"""`backup`: everything the venue must not lose, in one file."""

import argparse
from pathlib import Path

from hutong.node import backup
from hutong.node.cli import CommandError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)


def run(options: argparse.Namespace) -> int:
    try:
        summary = backup.write(options.file)
    except backup.BackupUnusable as error:
        raise CommandError(str(error)) from error
    print(f"{options.file}: {summary.files} files, {summary.bytes:,} bytes")
    print("The passphrase is not in it: keep it apart.")
    return 0

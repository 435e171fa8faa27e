"""`restore`: a venue back from its backup; it signs nothing before it knows what was published."""

import argparse
import shutil
from pathlib import Path

from hutong.node import backup
from hutong.node.cli import CommandError
from hutong.node.paths import state_directory


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--last-checkpoint",
        type=Path,
        help="the last checkpoint this venue published (from a mirror, a witness or a reader)",
    )


def run(options: argparse.Namespace) -> int:
    try:
        summary = backup.restore(options.file)
    except backup.BackupUnusable as error:
        raise CommandError(str(error)) from error
    print(f"restored {summary.files} files from {options.file}")
    memory = state_directory() / "keys" / "log-signed"
    if options.last_checkpoint:
        shutil.copyfile(options.last_checkpoint, memory)
        memory.chmod(0o600)
        print("the signer will go on from that checkpoint, and refuse anything that contradicts it")
    else:
        print(
            f"The signer refuses to sign until {memory} holds the last checkpoint this venue"
            " published: take it from a mirror, a witness, or anyone who kept a certificate."
        )
    return 0

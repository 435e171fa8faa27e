"""`restore`: a venue back from its backup; it signs nothing before it knows what was published."""

import argparse
from pathlib import Path

from hutong.node import backup
from hutong.node.cli import CommandError
from hutong.node.paths import state_directory
from hutong.node.postgres import PostgresError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--last-checkpoint",
        type=Path,
        help="the last checkpoint this venue published (from a mirror, a witness or a reader)",
    )


def run(options: argparse.Namespace) -> int:
    try:
        done = backup.restore(options.file, options.last_checkpoint)
    except (backup.BackupUnusable, PostgresError) as error:
        raise CommandError(str(error)) from error
    print(f"restored {done.files} files from {options.file}; the log has {done.log_size} entries")
    memory = state_directory() / "keys" / "log-signed"
    if done.published is None:
        print(
            f"The signer refuses to sign until {memory} holds the last checkpoint this venue"
            " published: take it from a mirror, a witness, or anyone who kept a certificate."
        )
    elif done.published > done.log_size:
        print(
            f"The last published checkpoint has {done.published} entries:"
            f" {done.published - done.log_size} were lost with the database. The signer refuses to"
            " sign another history in their place; see docs/operating.md."
        )
    else:
        print("The signer goes on from that checkpoint, and refuses what contradicts it.")
    return 0

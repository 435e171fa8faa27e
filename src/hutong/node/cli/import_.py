"""`import`: bring in a file, checked as a whole, all or nothing (TE-5)."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from hutong.node.cli import CommandError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=["technologies"], help="what the file holds")
    parser.add_argument("file", type=Path)
    parser.add_argument("--format", default="auto", help="auto, template, cn-patents, cn-titles, …")
    parser.add_argument("--party", type=UUID, help="the party the records are entered for")
    parser.add_argument(
        "--skip-faulty", action="store_true", help="enter the sound records, report the others"
    )


def run(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    from hutong.node.venue import opened

    if not options.file.is_file():
        raise CommandError(f"{options.file}: no such file")
    with opened():
        from hutong.due import queries as due
        from hutong.kit.actor import SYSTEM
        from hutong.kit.refusal import Refused
        from hutong.technologies import importing

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        with bar:
            task = bar.add_task("…", total=None)

            def progress(done: int, total: int | None, stage: str) -> None:
                bar.update(task, completed=done, total=total or None, description=stage)

            try:
                report = importing.run(
                    kind=options.kind,
                    format=options.format,
                    path=options.file,
                    party=options.party,
                    actor=SYSTEM,
                    now=due.venue_now(datetime.now(UTC)),
                    skip_faulty=options.skip_faulty,
                    progress=progress,
                )
            except Refused as refused:
                raise CommandError(refused.sentence()) from refused
    print(report)
    return 1 if report.refused else 0

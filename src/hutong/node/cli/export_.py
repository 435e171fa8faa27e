"""`export`: write records, or the workbook template, to a file."""

import argparse
from pathlib import Path

KINDS = ("template", "technologies")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("file", type=Path)


def run(options: argparse.Namespace) -> int:
    from hutong.node.venue import opened

    with opened():
        from hutong.technologies import exporting

        if options.kind == "template":
            options.file.write_bytes(exporting.template())
            count = 1
        else:
            count = exporting.write_jsonl(options.file)
    print(f"{options.file}: {count} written")
    return 0

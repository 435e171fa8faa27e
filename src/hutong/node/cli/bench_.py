"""`bench`: run one of benchmarks/, each against a peer and a physical limit in the same run."""

import argparse
import runpy
import sys

from hutong.node.cli import CommandError
from hutong.node.paths import CHECKOUT

FILES = {"import": "imports"}  # a module cannot be called import
PARTS = {
    "__init__",
    "common",
    "generated",
    "joined",
    "many",
    "ten",
}  # of benches, none of themselves


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="bids, import, api, start …")
    parser.add_argument(
        "--json", action="store_true", help="one line of JSON per case, nothing else"
    )


def run(options: argparse.Namespace) -> int:
    folder = CHECKOUT / "benchmarks"
    file = folder / f"{FILES.get(options.name, options.name)}.py"
    if not file.is_file() or file.stem in PARTS:
        known = sorted(p.stem for p in folder.glob("*.py") if p.stem not in PARTS)
        raise CommandError(f"no bench {options.name!r}; there are: {', '.join(known)}")
    sys.path.insert(0, str(CHECKOUT))
    sys.argv = [str(file), *(["--json"] if options.json else [])]
    runpy.run_path(str(file), run_name="__main__")
    return 0

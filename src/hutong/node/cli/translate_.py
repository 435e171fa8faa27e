"""`translate`: collect words, so that a translator finds them."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prune", action="store_true", help="drop what code no longer says")


def run(options: argparse.Namespace) -> int:
    from hutong.ui import translations

    translations.collect(prune=options.prune)
    faults = translations.check()
    print("\n".join(faults) or "both languages are complete")
    return 0

"""`translate`: collect words, so that a translator finds them."""

import argparse

from hutong.node.cli import CommandError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("area", nargs="*", help="only these areas")
    parser.add_argument("--prune", action="store_true", help="drop what code no longer says")


def run(options: argparse.Namespace) -> int:
    from hutong.ui import translations

    if unknown := set(options.area) - set(translations.areas()):
        raise CommandError(f"no such area: {', '.join(sorted(unknown))}")
    try:
        translations.collect(*options.area, prune=options.prune)
    except translations.WordsFault as fault:
        raise CommandError(str(fault)) from fault
    faults = translations.check(*options.area)
    print("\n".join(faults) or "both languages are complete")
    return 0

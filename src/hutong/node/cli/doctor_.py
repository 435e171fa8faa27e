"""`doctor`: re-derive everything from the journal, and name each place that differs."""

import argparse
import time


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", help="audit one area")


def run(options: argparse.Namespace) -> int:
    from hutong.node.venue import opened

    with opened():
        from hutong.node.audit import at_one_moment, audits

        found = 0
        with at_one_moment():
            for area, audit in audits().items():
                if options.only not in (None, area):
                    continue
                started = time.monotonic()
                faults = list(audit())
                took = time.monotonic() - started
                print(f"{'✗' if faults else '✓'} {area}  ({took:.1f} s)", flush=True)
                for fault in faults:
                    print(f"    {fault}")
                found += len(faults)
    print(f"{found} places differ" if found else "all agrees with the journal")
    return 1 if found else 0

"""
`hutong search rebuild`: build the search index anew from what the areas have.

Beside a running venue its worker does it, because the index has one writer.
"""

import argparse
import time

from hutong.node.cli import CommandError

WAIT_SECONDS = 1800


def configure(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("rebuild", help="build the index anew")


def run(options: argparse.Namespace) -> int:
    from hutong.node.venue import opened

    with opened():
        return _rebuild()


def _rebuild() -> int:
    from hutong.node.searching import BESIDE, FEEDS, home
    from hutong.search import index
    from hutong.search.following import Follower, ask_for_rebuild

    before = index.current()
    ask_for_rebuild()
    follower = Follower(FEEDS, beside=BESIDE, home=home)
    try:
        done = follower.step()
    finally:
        follower.close()
    if done:
        print(f"search: {done} documents")
        return 0
    print("search: the running worker builds it …", flush=True)
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        now = index.current()
        if now is not None and (before is None or now.place != before.place):
            print("search: built")
            return 0
        time.sleep(0.5)
    raise CommandError("the worker has not built it; see its log", code=1)

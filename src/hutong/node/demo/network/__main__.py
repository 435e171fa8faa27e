"""
    python -m hutong.node.demo.network HOME [--stay] --summary FILE

Runs beside the venues of the fleet in HOME, which the supervisor has started.
"""

import argparse
import json
import sys
import traceback
from pathlib import Path

import httpx

from hutong.node.demo.client import StepFailed
from hutong.node.demo.narrator import Narrator
from hutong.node.demo.network.story import HOME, play
from hutong.node.demo.network.world import World
from hutong.node.demo.people import DOMAIN
from hutong.node.fleet import opened


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="hutong demo --network")
    parser.add_argument("home", type=Path)
    parser.add_argument("--stay", action="store_true")
    parser.add_argument("--summary", type=Path, required=True)
    options = parser.parse_args(arguments)
    fleet = opened(options.home, durable=True)
    narrator = Narrator(base=fleet.url(HOME))
    world, failure = World(fleet, narrator), ""
    try:
        with narrator.step("十家交易场所启动", "Ten venues come up"):
            fleet.wait_ready()
            for venue in fleet.venues:
                narrator.say(f"{venue.code} {venue.name_zh} {fleet.url(venue.code)}")
        play(world)
    except (StepFailed, TimeoutError) as error:
        failure = str(error)
    except (httpx.HTTPError, LookupError, ValueError) as error:
        failure = f"{type(error).__name__}: {error}"
        traceback.print_exc()
    ok = narrator.finish(failure)
    options.summary.write_text(json.dumps(narrator.summary, ensure_ascii=False), encoding="utf-8")
    if ok and options.stay:
        _say_goodbye(world)
    return 0 if ok else 1


def _say_goodbye(world: World) -> None:
    """Print a one-time sign-in link for everybody who acted, venue by venue."""
    say = world.narrator.console.print
    say("\n[bold]一次性登录链接 One-time sign-in links[/bold] (30 min)")
    for code, case in world.cases.items():
        names = ("administrator", *case.officers, *case.members)
        emails = [f"{name}@{DOMAIN}" for name in names]
        links = world.command(code, "officer", "link", *emails, "--second-factor", "--json")
        say(f"  {code} {world.fleet.url(code)}")
        for name, email in zip(names, emails, strict=True):
            say(f"      {name:14} [blue]{links[email]}[/blue]")
    say("\n按 Ctrl-C 结束 press Ctrl-C to stop")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

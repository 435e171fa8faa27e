"""
The venues of a fleet in one network: founded by the first, the others let in one after another.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from hutong.node.fleet import Fleet

PATIENCE = 120


def members(fleet: Fleet, code: str) -> dict[str, Any]:
    """What `./hutong network members` says at a venue."""
    told: dict[str, Any] = json.loads(fleet.run_command(code, "network", "members", "--json"))
    return told


def standing(fleet: Fleet, code: str) -> dict[str, str]:
    return {venue["code"]: venue["standing"] for venue in members(fleet, code).get("members", ())}


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Poll until it holds. Raises AssertionError that says what did not come about."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.3)


def join(fleet: Fleet) -> str:
    """Bring all venues into one network, where they are not yet. Returns its anchor."""
    fleet.wait_ready()
    first, *others = [venue.code for venue in fleet.venues]
    told = members(fleet, first)
    if told["network"] is None:
        fleet.run_command(first, "network", "found", "全国技术交易网络")
    anchor: str = json.loads(fleet.run_command(first, "network", "anchor", "--json"))["network"]
    inside = [first]
    for code in others:
        if standing(fleet, first).get(code) == "good":
            inside.append(code)
            continue
        url = fleet.url(first)
        fleet.run_command(code, "network", "apply", url, "--anchor", anchor)
        until(lambda code=code: _applied(fleet, first, code), f"{code} applies")
        for member in inside[:2]:
            until(lambda m=member, c=code: _approve(fleet, m, c), f"{member} approves {code}")
        until(lambda code=code: code in standing(fleet, code), f"{code} is let in")
        inside.append(code)
    for code in inside:
        until(lambda c=code: len(standing(fleet, c)) == len(inside), f"{code} knows all members")
    return anchor


def _applied(fleet: Fleet, at: str, code: str) -> bool:
    return code in [one["code"] for one in members(fleet, at)["applications"]]


def _approve(fleet: Fleet, at: str, code: str) -> bool:
    told = members(fleet, at)
    known = [one["code"] for one in told["applications"]]
    known += [one["venue"] for one in told["changes"] if one["status"] == "waiting"]
    if code not in known:
        return False  # it has not heard of it yet
    fleet.run_command(at, "network", "approve", code)
    return True

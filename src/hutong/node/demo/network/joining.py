"""
From ten venues that know nothing of each other to one network (NE-1).
"""

from concurrent.futures import ThreadPoolExecutor

from hutong.node.demo.client import StepFailed, wait_for
from hutong.node.demo.network.world import World

AT_ONCE = 3
PATIENCE = 120


def join_all(world: World) -> None:
    """Found, apply, approve by two members; then every venue has the same list of all."""
    first, second, *others = world.codes
    anchor = world.command(first, "network", "found", "全国技术交易网络（演示）", "--json")[
        "network"
    ]
    world.narrator.say(f"{first} 发起，锚 anchor {anchor[:23]}…", "/network")
    _apply(world, second, anchor)
    _approve(world, first, second)
    wait_for(f"{second} in the list", lambda: _listed(world, first, 2), seconds=PATIENCE)
    wait_for(f"{second} knows the list", lambda: _listed(world, second, 2), seconds=PATIENCE)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda code: _apply(world, code, anchor), others))
    for code in others:
        _approve(world, first, code)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda code: _approve(world, second, code), others))
    for code in world.codes:
        wait_for(
            f"the whole list at {code}",
            lambda code=code: _listed(world, code, len(world.codes)),  # type: ignore[misc]
            seconds=PATIENCE,
        )
    lists = {world.public(code).get("/api/v1/network")["list_digest"] for code in world.codes}
    world.narrator.check(
        f"{len(world.codes)} 家交易场所同一份成员名单 one list at all venues (NE-1)",
        len(lists) == 1,
    )
    world.narrator.note(venues=len(world.codes), anchor=anchor)


def _apply(world: World, code: str, anchor: str) -> None:
    member = world.fleet.url(world.codes[0])
    world.command(code, "network", "apply", member, "--anchor", anchor, "--json")


def _approve(world: World, member: str, applicant: str) -> None:
    """Once the application has come, or another member's change is known there."""

    last = ""

    def approved() -> bool:
        nonlocal last
        try:
            world.command(member, "network", "approve", applicant, "--json")
        except StepFailed as error:
            last = str(error)
            return False
        return True

    try:
        wait_for(f"{member} approves {applicant}", approved, seconds=PATIENCE, every=0.5)
    except StepFailed as error:
        raise StepFailed(f"{error}: {last}") from error
    world.narrator.say(f"{applicant} ← {member} 同意 approves")


def _listed(world: World, code: str, count: int) -> bool:
    try:
        network = world.public(code).get("/api/v1/network")
    except StepFailed:
        return False
    return sum(one["standing"] == "good" for one in network["members"]) >= count

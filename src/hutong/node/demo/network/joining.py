"""
From ten venues that know nothing of each other to one network (NE-1).

Who founds or joins says so by `./hutong network`; the members' officers approve by the API, two at
each of two members (PA-5).
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hutong.node.demo.client import Api, StepFailed, wait_for
from hutong.node.demo.network.world import World

AT_ONCE = 3
PATIENCE = 180


def open_offices(world: World, staff: Mapping[str, Sequence[str]]) -> None:
    """Officers of those venues where somebody acts, at all of them at once."""
    chosen = {code: posts for code, posts in staff.items() if code in world.codes}
    with ThreadPoolExecutor(len(chosen)) as pool:
        list(pool.map(lambda code: world.staff(code, *chosen[code]), chosen))
    for code, posts in chosen.items():
        world.narrator.say(f"{code} {len(posts) + 1} 名工作人员 officers")


def join_all(world: World) -> None:
    """Found, apply, approve by two members; then every venue has the same list of all."""
    first, second, *others = world.codes
    anchor = world.command(first, "network", "found", "全国技术交易网络（演示）", "--json")[
        "network"
    ]
    world.narrator.say(f"{first} 发起，锚 anchor {anchor[:23]}…", "/network")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        applied = [pool.submit(_apply, world, code, anchor) for code in (second, *others)]
        _approve(world, first, second)
        wait_for(f"{second} knows the list", lambda: _listed(world, second, 2), seconds=PATIENCE)
        with ThreadPoolExecutor(2) as members:
            proposing = members.submit(_for_each, _approve, world, first, others)
            seconding = members.submit(_for_each, _second, world, second, others)
            proposing.result()
            seconding.result()
        for one in applied:
            one.result()
    for code in world.codes:
        wait_for(
            f"the whole list at {code}",
            lambda code=code: _listed(world, code, len(world.codes)),  # type: ignore[misc]
            seconds=PATIENCE,
            every=0.3,
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


def _for_each(
    act: Callable[[World, str, str], None], world: World, member: str, applicants: Sequence[str]
) -> None:
    for applicant in applicants:
        act(world, member, applicant)


def _officers(world: World, member: str) -> tuple[Api, Api]:
    case = world.cases[member]
    return case.administrator, case.officers["compliance"]


def _approve(world: World, member: str, applicant: str) -> None:
    """One officer proposes to let it in, once its application has come; another approves."""
    one, two = _officers(world, member)
    application = wait_for(
        f"the application of {applicant} at {member}",
        lambda: _applied(one, applicant),
        seconds=PATIENCE,
        every=0.3,
    )
    change = one.post(
        "/api/v1/network/changes",
        {"kind": "admit", "venue": applicant, "application": application},
    )["change"]
    two.post(f"/api/v1/network/changes/{change}/approve")
    world.narrator.say(f"{applicant} ← {member} 同意 approves")


def _second(world: World, member: str, applicant: str) -> None:
    """Another member's officers take the change up and approve it, once they know of it."""
    one, two = _officers(world, member)
    change = wait_for(
        f"the change about {applicant} at {member}",
        lambda: _proposed(one, applicant),
        seconds=PATIENCE,
        every=0.3,
    )
    one.post(f"/api/v1/network/changes/{change}/take-up")
    two.post(f"/api/v1/network/changes/{change}/approve")
    world.narrator.say(f"{applicant} ← {member} 同意 approves")


def _applied(officer: Api, applicant: str) -> str | None:
    for one in officer.get("/api/v1/network/applications"):
        if one["code"] == applicant:
            return str(one["application"])
    return None


def _proposed(officer: Api, applicant: str) -> str | None:
    found: list[dict[str, Any]] = officer.get("/api/v1/network/changes")
    for one in found:
        if one["venue"] == applicant and one["kind"] == "admit":
            return str(one["digest"])
    return None


def _listed(world: World, code: str, count: int) -> bool:
    try:
        network = world.public(code).get("/api/v1/network")
    except StepFailed:
        return False
    return sum(one["standing"] == "good" for one in network["members"]) >= count

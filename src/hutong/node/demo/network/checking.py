"""
What holds at the end: mirrors equal to what they mirror, books that agree, doctors content.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from hutong.node.demo.client import StepFailed, wait_for
from hutong.node.demo.network.world import World

PATIENCE = 180


def mirrors_agree(world: World) -> None:
    """Every venue holds every other's log to its last entry, under the same root."""
    wait_for("every mirror to be current", lambda: _all_current(world), seconds=PATIENCE, every=1)
    pairs = len(world.codes) * (len(world.codes) - 1)
    world.narrator.check(
        f"{pairs} 份镜像与原日志一致 mirrors equal their logs (LO-3, LO-4)", _all_current(world)
    )
    world.narrator.note(mirrors=pairs)


def _all_current(world: World) -> bool:
    return are_current(world, world.codes)


def are_current(world: World, codes: Sequence[str]) -> bool:
    """Whether these venues hold all others' logs as they are there now."""
    try:
        own = {code: _own(world, code) for code in world.codes}
        return all(
            held == own[other] for code in codes for other, held in _seen(world, code).items()
        )
    except StepFailed:
        return False


def _own(world: World, code: str) -> tuple[int, str]:
    found = world.public(code).get("/api/v1/log/checkpoint")
    return found["size"], found["root"]


def _seen(world: World, code: str) -> dict[str, tuple[int, str]]:
    """What a venue holds of the others' logs, by the checkpoints under which it serves them on."""
    return {
        other: _noted(world.public(code).download(f"/network/mirror/{other}/checkpoint"))
        for other in world.codes
        if other != code
    }


def _noted(note: bytes) -> tuple[int, str]:
    """Size and root of a checkpoint (C2SP tlog-checkpoint)."""
    _, size, root, *_ = note.decode().split("\n")
    return int(size), root


def papers_made(world: World) -> None:
    """Where somebody acted, all follow-up work is done: the last certificate has its files."""
    for code, case in world.cases.items():
        case.settle_down()
        world.narrator.say(f"{code} 凭证全部制成 every certificate is made")


def doctors(world: World) -> None:
    """Each venue re-derives everything it stores from its journal, and its mirrors from the logs."""

    def doctor(code: str) -> str:
        try:
            world.fleet.run_command(code, "doctor")
        except RuntimeError as error:
            return str(error)[-400:]
        return ""

    with ThreadPoolExecutor(2) as pool:
        said = dict(zip(world.codes, pool.map(doctor, world.codes), strict=True))
    for code, why in said.items():
        if why:
            world.narrator.say(f"[red]{code}: {why}[/red]")
    world.narrator.check(
        "各家全面核对，与日志一致 every venue's doctor finds nothing", not any(said.values())
    )

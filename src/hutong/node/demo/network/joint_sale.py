"""
One of the seven joint projects is sold across venues: led at one, a part of it at home at another,
bought by a firm of a third through its own (NE-3, NE-4, DL-2).
"""

from typing import Any

from hutong.node.demo.case import record_outside_steps
from hutong.node.demo.client import Api, StepFailed, wait_for
from hutong.node.demo.network import trading
from hutong.node.demo.network.projects import SELLERS, Project
from hutong.node.demo.network.world import PATIENCE, World
from hutong.node.demo.people import FIRMS

BUYER = FIRMS[2]


def conclude(world: World, project: Project, abroad: str, order: str) -> None:
    """Each seller signs at home, the buyer at its venue; the price is paid once; each part moves at
    its home."""
    lead = world.cases[project.plan.lead]
    buyer = world.cases[abroad].members[BUYER.key]
    awarded = wait_for(
        "the award", lambda: trading.at_stage(buyer, order, "awarded"), seconds=PATIENCE
    )
    deal, digest = awarded["deal"], awarded["contract_digest"]
    _seller(world, project.plan.lead).post(f"/api/v1/deals/{deal}/acceptance", {"digest": digest})
    for code, part in _elsewhere(project):
        _sign_at_home(world, code, part, digest)
    buyer.post(f"/api/v1/orders/{order}/sign", {"text_digest": digest})
    trading.pay_price(world, abroad, BUYER, order)
    _record_outside_steps(world, project, deal)
    officer = lead.officers["cashier"]
    paid = wait_for(
        "every other venue to be ready", lambda: _ready(officer, deal), seconds=PATIENCE
    )
    world.narrator.say(f"{paid['number']} 价款到位，各部分就绪 paid, every part ready")
    officer.post(f"/api/v1/deals/{deal}/settlement")
    done = wait_for("every part to move", lambda: _moved(officer, deal), seconds=PATIENCE)
    wait_for(
        "the end, told to the buyer's venue",
        lambda: trading.at_stage(buyer, order, "settled"),
        seconds=PATIENCE,
    )
    _moved_at_home(world, project, deal)
    world.narrator.note(
        joint_price_fen=done["price_fen"], joint_sold_technologies=project.plan.count
    )


def sold_everywhere(world: World, project: Project) -> None:
    """Every venue of the network shows that it is sold."""

    def shown(code: str) -> bool:
        where = f"/api/v1/network/projects/{project.plan.lead}/{project.id}"
        return bool(world.public(code).get(where)["ending"] == "sold")

    for code in world.codes:
        wait_for(f"{code} shows it sold", lambda code=code: shown(code), every=0.3)  # type: ignore[misc]
    world.narrator.check(
        "联合项目在各家显示已成交 sold, as every venue shows (NE-3)",
        all(shown(code) for code in world.codes),
    )


def _seller(world: World, code: str) -> Api:
    return world.cases[code].members[SELLERS[code].key]


def _elsewhere(project: Project) -> list[tuple[str, str]]:
    return [(code, part) for code, part in project.parts.items() if code != project.plan.lead]


def _sign_at_home(world: World, code: str, part: str, digest: str) -> None:
    """The seller of a part accepts the contract at its own venue, once it is there."""
    seller, where = _seller(world, code), f"/api/v1/project-parts/{part}"

    def awarded() -> bool:
        try:
            return bool(seller.get(f"{where}/sale"))
        except StepFailed as error:
            if " 404 " in str(error):
                return False
            raise

    wait_for(f"the contract at {code}", awarded, seconds=PATIENCE)
    seller.post(f"{where}/acceptance", {"digest": digest})
    world.narrator.say(f"{code} {SELLERS[code].name_zh} 在本所签署 signs at home")


def _record_outside_steps(world: World, project: Project, deal: str) -> None:
    """Patents move at the patent office first; each home's registrar records that it did (RR-11)."""
    lead = world.cases[project.plan.lead]
    entries = lead.officers["cashier"].get(f"/api/v1/deals/{deal}")["transfer_entries"]
    record_outside_steps(lead, entries)
    for code, part in _elsewhere(project):
        entries = _seller(world, code).get(f"/api/v1/project-parts/{part}/sale")["entries"]
        record_outside_steps(world.cases[code], entries)


def _ready(officer: Api, deal: str) -> dict[str, Any] | None:
    """The deal, once every part at another venue can move; the lead's own moves by the decision."""
    found = _read(officer, deal)
    left = [part for part in found["parts"] if not part["lead"] and part["status"] != "ready"]
    return None if left else found


def _moved(officer: Api, deal: str) -> dict[str, Any] | None:
    found = _read(officer, deal)
    return found if all(part["status"] == "moved" for part in found["parts"]) else None


def _read(officer: Api, deal: str) -> dict[str, Any]:
    found = officer.get(f"/api/v1/deals/{deal}")
    for part in found["parts"]:
        if part["why"]:
            raise StepFailed(f"{part['venue']} refused its part: {part['why']}")
    return dict(found)


def _moved_at_home(world: World, project: Project, deal: str) -> None:
    """At each home the register names the buyer as holder of every technology of the part."""
    buyers = {
        project.plan.lead: _seller(world, project.plan.lead).get(f"/api/v1/deals/{deal}")["buyer"]
    }
    for code, part in _elsewhere(project):
        buyers[code] = _seller(world, code).get(f"/api/v1/project-parts/{part}/sale")["buyer"]
    names = {
        code: world.public(code).get(f"/api/v1/parties/{buyer}")["name_zh"]
        for code, buyer in buyers.items()
    }
    world.narrator.check(
        f"{len(names)} 家登记簿上权利人都是{BUYER.name_zh} each home's register names the buyer (DL-2)",
        set(names.values()) == {BUYER.name_zh}
        and all(_holds_all(world, code, project, buyer) for code, buyer in buyers.items()),
    )


def _holds_all(world: World, code: str, project: Project, buyer: str) -> bool:
    public = world.public(code)
    bundle = public.get(f"/api/v1/technologies/{project.bundles[code]}")
    titles = [public.get(f"/api/v1/rights/titles/{one['technology']}") for one in bundle["parts"]]
    return all([holder["party"] for holder in title["ownership"]] == [buyer] for title in titles)

"""
One venue publishes how a procedure goes; another compares it, adopts it, and its log says whose it is.
"""

from hutong.node.demo.client import wait_for
from hutong.node.demo.network.world import RULES, World

DAYS = 2  # in which a buyer's qualification is decided; three before


def publish_and_adopt(world: World, home: str, abroad: str) -> None:
    """Two officers publish at one venue, two others adopt at another (PA-5)."""
    here, there = world.cases[home], world.cases[abroad]
    one, two = here.administrator, here.officers[RULES]
    data = one.get("/api/v1/rulebook")[0]["data"]
    data["desk"]["intent_days"] = DAYS
    version = one.post("/api/v1/rulebook", {"data": data, "note": "意向资格审查两日办结"})[
        "version"
    ]
    two.post(f"/api/v1/rulebook/{version}/adopt", {})
    made = one.post(
        "/api/v1/procedures",
        {"parts": ["desk"], "name_zh": "办理时限", "name_en": "Time an officer has"},
    )
    two.post(f"/api/v1/procedures/{made['id']}/publish")
    world.narrator.say(
        f"{home} 发布流程模板 publishes", f"/network/procedures/{home}/{made['template']}"
    )
    where = f"/api/v1/network/procedures/{home}/{made['template']}"
    seen = wait_for(
        f"the template at {abroad}",
        lambda: there.public.fetch(where).status_code == 200 and there.public.get(where),
        every=0.3,
    )
    one, two = there.administrator, there.officers[RULES]
    proposed = one.post(f"{where}/adoption", {"version": seen["version"]})["rulebook_version"]
    two.post(f"/api/v1/rulebook/{proposed}/adopt", {})
    adopted = wait_for(
        "the adoption in the log",
        lambda: there.public.get(where)["adopted"],
        every=0.3,
    )
    book = there.public.get("/api/v1/rulebook")[0]
    world.narrator.check(
        f"{abroad} 比对后采纳，规则载明来源与摘要 adopts it, naming its source and digest",
        adopted == seen["version"]
        and book["data"]["desk"]["intent_days"] == DAYS
        and seen["digest"] in book["note"],
    )

"""
An order across venues: a firm of Shenzhen buys at Shanghai through Shenzhen (NE-4).
"""

import time
import uuid
from typing import Any

from hutong.node.demo import supply
from hutong.node.demo.case import Case, accept_listing, pay, record_outside_steps, upload
from hutong.node.demo.client import StepFailed, wait_for
from hutong.node.demo.network.world import PATIENCE, World
from hutong.node.demo.people import FIRMS, UNIVERSITIES, Institution
from hutong.node.demo.technologies import demo_technologies
from hutong.node.demo.workbook import fill

SELLER, LOCAL, ABROAD = UNIVERSITIES[0], FIRMS[0], FIRMS[1]
PRICE_FEN = 2_000_000_00
STEP_FEN = 20_000_00
TECHNOLOGIES = 20


def verify(case: Case, *institutions: Institution) -> None:
    """Institutions sign up at one venue and are verified there (PA-3)."""
    for institution in institutions:
        supply.sign_up(case, institution)
    supply.verify_waiting(case)


def apply_at_home_for_registration(world: World, home: str) -> None:
    """A university enters its technologies at the home venue and applies for their registration."""
    case = world.cases[home]
    member, party = case.members[SELLER.key], case.parties[SELLER.key]
    template = case.public.download("/api/v1/technologies/template.xlsx")
    member.post(
        "/api/v1/technologies/imports",
        files={"file": ("a.xlsx", fill(template, demo_technologies()[:TECHNOLOGIES]), supply.XLSX)},
        data={"format": "template", "party": party},
    )
    found = member.all("/api/v1/technologies", party=party)
    case.technologies[SELLER.key] = [one["id"] for one in found]
    evidence = upload(member, "grounds.txt", "专利登记簿副本与内部决策文件（演示）")
    application = member.post(
        "/api/v1/rights/applications",
        {
            "technologies": case.technologies[SELLER.key],
            "holders": [{"party": party, "share": "1"}],
            "evidence": [evidence],
        },
    )["id"]
    member.post(f"/api/v1/rights/applications/{application}/submit")
    case.waiting.append(application)


def list_at_home(world: World, home: str) -> str:
    """The university lists one of its registered technologies; returns the listing."""
    case = world.cases[home]
    member = case.members[SELLER.key]
    title = member.get(f"/api/v1/technologies/{case.technologies[SELLER.key][0]}")
    listing = member.post(
        "/api/v1/listings",
        {
            "title_zh": f"{title['title_zh']}整体转让",
            "title_en": "Transfer of the whole right",
            "technologies": [title["id"]],
            "offer_kind": "transfer",
            "share": "1",
            "price_mode": "floor",
            "price_fen": PRICE_FEN,
            "deposit_fen": PRICE_FEN // 10,
            "increment_fen": STEP_FEN,
            "payment": "lump_sum",
            "conditions": "受让方为依法设立的企业法人，具备实施条件。",
            "scope": "network",
        },
    )["id"]
    member.post(f"/api/v1/listings/{listing}/submit")
    accept_listing(case.officers["listing"], listing)
    world.narrator.say(f"挂牌 listed ¥{PRICE_FEN / 100:,.2f}", f"/listings/{listing}")
    return str(listing)


def seen_everywhere(world: World, home: str, listing: str) -> float:
    """Wait until every other venue shows the listing, its home named; returns the seconds."""
    started = time.monotonic()
    for code in world.codes:
        if code != home:
            wait_for(
                f"{code} shows the listing",
                lambda code=code: _shows(world, code, home, listing),  # type: ignore[misc]
                seconds=60,
            )
    return time.monotonic() - started


def _shows(world: World, code: str, home: str, listing: str) -> bool:
    page = world.public(code).fetch(f"/network/venues/{home}/listings/{listing}")
    return page.status_code == 200 and home in page.text


def apply_abroad(
    world: World, home: str, abroad: str, buyer: Institution, listing: str
) -> dict[str, Any]:
    """Through its own venue a firm applies, is qualified, and has its deposit guaranteed."""
    there, here = world.cases[abroad], world.cases[home]
    firm = there.members[buyer.key]
    order = wait_for("the credential", lambda: _open(firm, home, listing))["id"]
    applied = wait_for("the intent", lambda: at_stage(firm, order, "applied"))
    world.narrator.say(f"{buyer.name_zh} 经 {abroad} 申请 applied", f"/listings/{listing}")
    for intent in here.officers["listing"].get(f"/api/v1/listings/{listing}/intents"):
        if intent["status"] == "applied":
            here.officers["listing"].post(
                f"/api/v1/intents/{intent['id']}/qualify",
                {"decision": "qualify", "findings": "凭归属场所凭证与材料核对，符合条件"},
            )
    wait_for("the qualification", lambda: at_stage(firm, order, "qualified"))
    payable = wait_for(
        "the deposit's reference",
        lambda: firm.get("/api/v1/payables", subject=f"order:{order}")["items"],
    )[0]
    pay(there, payable, buyer.name_zh)
    guaranteed = wait_for("the guarantee", lambda: _holds(firm, order, "deposit", "guaranteed"))
    world.narrator.check(
        "保证金由投标人所在场所担保 the deposit is guaranteed by the bidder's venue (NE-4)",
        guaranteed["deposit"] == "guaranteed" and applied["stage"] == "applied",
    )
    return dict(guaranteed)


def _open(firm: Any, venue: str, listing: str) -> dict[str, Any] | None:
    try:
        return dict(
            firm.post(
                "/api/v1/orders",
                {"venue": venue, "listing": listing, "accepts_conditions": True},
            )
        )
    except StepFailed as error:
        if "no_credential" in str(error):
            return None
        raise


def apply_at_home(world: World, home: str, listing: str) -> None:
    """A firm of the home venue bids against it."""
    case = world.cases[home]
    member = case.members[LOCAL.key]
    intent = member.post(f"/api/v1/listings/{listing}/intents", {"accepts_conditions": True})
    case.officers["listing"].post(
        f"/api/v1/intents/{intent['id']}/qualify",
        {"decision": "qualify", "findings": "符合受让条件"},
    )
    payable = wait_for(
        "the deposit's reference",
        lambda: member.get("/api/v1/payables", subject=f"intent:{intent['id']}")["items"],
    )[0]
    pay(case, payable, LOCAL.name_zh)


def bid(world: World, home: str, abroad: str, listing: str, order: str) -> None:
    """The auction: one bids at the door, the other through its own venue; the other wins."""
    case = world.cases[home]
    case.jump_patiently_until(
        "the cut-off",
        lambda: case.public.get(f"/api/v1/listings/{listing}")["outcome"] is not None,
        seconds=PATIENCE,
    )
    firm = world.cases[abroad].members[ABROAD.key]
    lot = wait_for(
        "the lot, told to the other venue", lambda: firm.get(f"/api/v1/orders/{order}")["lot"]
    )
    local = case.members[LOCAL.key]
    seat = local.post(f"/api/v1/lots/{lot}/paddle-token")
    door = case.public.as_(seat["token"], "paddle")
    wait_for("the opening", lambda: case.public.get(f"/api/v1/lots/{lot}")["status"] == "free")
    price, relayed = PRICE_FEN, []
    for _ in range(3):
        door.post(f"/live/lots/{lot}/bids", {"bid_id": str(uuid.uuid4()), "amount_fen": price})
        price += STEP_FEN
        name = str(uuid.uuid4())
        receipt = firm.post(f"/api/v1/orders/{order}/bids", {"bid_id": name, "amount_fen": price})
        again = firm.get(f"/api/v1/orders/{order}/bids/{name}")
        relayed.append((receipt, again))
        price += STEP_FEN
    world.narrator.say(f"转发报价 {len(relayed)} 次 relayed bids", f"/lots/{lot}")
    world.narrator.check(
        "转发的报价得到归属场所的回执，重问不变 receipts are the home venue's, the same again (AU-4)",
        all(one["accepted"] and one == again for one, again in relayed),
    )
    sold = wait_for(
        "the hammer",
        lambda: case.public.get(f"/api/v1/lots/{lot}")["status"] in {"sold", "unsold"},
        seconds=120,
    )
    assert sold
    world.narrator.note(relayed_bids=len(relayed), hammer_price_fen=price - STEP_FEN)


def conclude(world: World, home: str, abroad: str, order: str) -> dict[str, Any]:
    """Contract, price, right against money, certificates."""
    here, there = world.cases[home], world.cases[abroad]
    firm, seller = there.members[ABROAD.key], here.members[SELLER.key]
    awarded = wait_for("the award", lambda: at_stage(firm, order, "awarded"))
    text = firm.download(f"/api/v1/orders/{order}/contract")
    seller.post(
        f"/api/v1/deals/{awarded['deal']}/acceptance", {"digest": awarded["contract_digest"]}
    )
    firm.post(f"/api/v1/orders/{order}/sign", {"text_digest": awarded["contract_digest"]})
    world.narrator.say(f"双方签署 {len(text):,} 字节 signed by both")
    pay_price(world, abroad, ABROAD, order)
    deal = seller.get(f"/api/v1/deals/{awarded['deal']}")
    record_outside_steps(here, deal["transfer_entries"])
    settled = here.officers["cashier"].post(f"/api/v1/deals/{deal['id']}/settlement")
    done = wait_for(
        "the settlement, told to the other venue", lambda: at_stage(firm, order, "settled")
    )
    world.narrator.check(
        "权益与价款已交割 right and money have moved (DL-2)",
        settled["settled_at"] is not None and bool(done["certificates"]),
    )
    title = here.public.get(f"/api/v1/rights/titles/{deal['technologies'][0]}")
    world.narrator.check(
        "登记簿上权利人是他所会员 the register names the other venue's member",
        [one["party"] for one in title["ownership"]] == [deal["buyer"]],
    )
    return dict(done)


def pay_price(world: World, abroad: str, buyer: Institution, order: str) -> None:
    """Once all have signed, the buyer pays at its venue, which passes the price on."""
    firm = world.cases[abroad].members[buyer.key]
    wait_for("the signatures", lambda: at_stage(firm, order, "signed"))
    payable = wait_for(
        "the price's reference",
        lambda: firm.get("/api/v1/payables", subject=f"order_price:{order}")["items"],
    )[0]
    pay(world.cases[abroad], payable, buyer.name_zh)
    wait_for("the price at the home venue", lambda: _holds(firm, order, "price", "paid"))


def books_agree(world: World, home: str, abroad: str) -> int:
    """What one venue says the other owes it is what that one says it owes; returns it in fen."""
    claims = _owed(world, home, abroad)
    owes = _owed(world, abroad, home)
    world.narrator.say(f"{abroad} 应付 {home} owes ¥{owes / 100:,.2f}")
    world.narrator.check(
        "两家账目相互一致 both books say the same (SE-5)", owes > 0 and claims == -owes
    )
    return owes


def _owed(world: World, code: str, other: str) -> int:
    """What `code` owes `other` by its own books; below zero what it is owed."""
    told = world.cases[code].officers["cashier"].get("/api/v1/network/accounts")
    return sum(one["owed_fen"] for one in told if one["venue"] == other)


def at_stage(firm: Any, order: str, stage: str) -> dict[str, Any] | None:
    return _holds(firm, order, "stage", stage)


def _holds(firm: Any, order: str, field: str, value: str) -> dict[str, Any] | None:
    found = firm.get(f"/api/v1/orders/{order}")
    if found["stage"] in {"declined", "ended"} and value not in {"declined", "ended"}:
        raise StepFailed(f"the order is {found['stage']}: {found['why']}")
    return dict(found) if found[field] == value else None

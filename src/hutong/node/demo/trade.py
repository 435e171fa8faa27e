"""
The second half of the story: from a listing to certificates.
"""

from datetime import date
from typing import Any

from hutong.node.demo.bidding import bid_live
from hutong.node.demo.case import Case, accept_listing, pay, record_outside_steps
from hutong.node.demo.client import StepFailed, wait_for
from hutong.node.demo.people import FIRMS, UNIVERSITIES, Institution
from hutong.node.demo.technologies import demo_technologies
from hutong.node.demo.verifying import verify_all

OPENING_FEN = 2_000_000_00
SINGLE_FEN = 600_000_00
FLOOR_FEN = 900_000_00


def open_listings(case: Case) -> None:
    first, second = (u.key for u in UNIVERSITIES)
    offers = {
        "auction": (first, "固态电池用硫化物电解质", OPENING_FEN, 20_000_00),
        "single": (second, "工业缺陷小样本视觉检测", SINGLE_FEN, 10_000_00),
        "unsought": (second, "语音增强的轻量化网络", FLOOR_FEN, 10_000_00),
    }
    english = {row.title_zh: row.title_en for row in demo_technologies()}
    by_title = {title: id for id, title in case.titles.items()}
    for key, (seller, title, price, increment) in offers.items():
        technology = by_title[title]
        member = case.members[seller]
        listing = member.post(
            "/api/v1/listings",
            {
                "title_zh": f"{case.titles[technology]}整体转让",
                "title_en": f"Transfer: {english[title]}",
                "technologies": [technology],
                "offer_kind": "transfer",
                "share": "1",
                "price_mode": "floor",
                "price_fen": price,
                "deposit_fen": price // 10,
                "increment_fen": increment,
                "payment": "lump_sum",
                "conditions": "受让方为依法设立的企业法人，具备实施条件。",
                "scope": "network",
            },
        )["id"]
        member.post(f"/api/v1/listings/{listing}/submit")
        listed = accept_listing(case.officers["listing"], listing)
        case.listings[key] = listing
        case.narrator.say(
            f"{listed['number']} {listed['title_zh']} ¥{price / 100:,.2f} 至 {listed['ends_at'][:10]}",
            f"/listings/{listing}",
        )
    board = case.public.all("/api/v1/board", status="listed")
    case.narrator.check("三个标的均已上牌 three listings on the board", len(board) >= len(offers))
    case.narrator.note(listings=len(offers))


def apply_and_deposit(case: Case) -> None:
    wanted = {"auction": FIRMS[:3], "single": FIRMS[3:4]}
    deposits = 0
    for key, firms in wanted.items():
        for firm in firms:
            _deposit(case, firm, case.listings[key])
            deposits += 1
    seen = case.public.get(f"/api/v1/listings/{case.listings['auction']}")
    case.narrator.check(
        "期满前人数对外保密 the number of buyers stays hidden (LI-4)", seen.get("count") is None
    )
    case.narrator.note(deposits=deposits)


def _deposit(case: Case, firm: Institution, listing: str) -> None:
    member = case.members[firm.key]
    intent = member.post(f"/api/v1/listings/{listing}/intents", {"accepts_conditions": True})
    case.officers["listing"].post(
        f"/api/v1/intents/{intent['id']}/qualify",
        {"decision": "qualify", "findings": "符合受让条件"},
    )
    subject = f"intent:{intent['id']}"
    payable = wait_for(
        "the payment reference", lambda: member.get("/api/v1/payables", subject=subject)["items"]
    )[0]
    pay(case, payable, firm.name_zh)
    held = member.get(f"/api/v1/intents/{intent['id']}")["status"]
    case.narrator.say(f"{firm.name_zh} 保证金 ¥{payable['amount_fen'] / 100:,.2f}：{held}")
    if held != "deposited":
        raise StepFailed(f"the intent of {firm.name_en} is {held}, not deposited")


def reach_cut_off(case: Case) -> str:
    def decided() -> bool:
        return all(_outcome(case, listing) for listing in case.listings.values())

    case.jump_until("the cut-off", decided)
    outcomes = {key: _outcome(case, listing) for key, listing in case.listings.items()}
    for key, outcome in outcomes.items():
        case.narrator.say(f"{key} → {outcome}", f"/listings/{case.listings[key]}")
    case.narrator.check(
        "0 → 延期，1 → 成交，3 → 竞价 none extends, one deals, three bid",
        outcomes == {"auction": "auction", "single": "deal", "unsought": "extended"},
    )
    lots = wait_for(
        "the lot",
        lambda: [
            lot
            for lot in case.public.all("/api/v1/lots")
            if lot["listing"] == case.listings["auction"]
        ],
    )
    return str(lots[0]["id"])


def _outcome(case: Case, listing: str) -> str | None:
    """What the cut-off decided; an extension leaves the listing open."""
    seen = case.public.get(f"/api/v1/listings/{listing}")
    return seen["outcome"] or ("extended" if seen["extensions_used"] else None)


def hold_auction(case: Case, lot: str) -> None:
    bidders = [(firm.name_zh, case.members[firm.key]) for firm in FIRMS[:3]]
    result = bid_live(case.public, lot, bidders, case.narrator)
    case.narrator.say("竞价记录 the bidding record", f"/lots/{lot}/record")
    case.narrator.check(
        "末段报价使结束时间顺延 late bids moved the end (AU-1)", result.end_moved >= 2
    )
    case.narrator.check("竞价记录重演结果一致 the record replays (AU-9)", result.replays)
    case.narrator.note(bids=result.attempts, hammer_price_fen=result.price_fen)
    case.settle_down()


def sign_contract(case: Case) -> dict[str, Any]:
    seller = case.members[UNIVERSITIES[0].key]
    listing = case.listings["auction"]
    deal = wait_for("the deal", lambda: seller.get("/api/v1/deals", listing=listing)["items"])[0]
    buyer = next(firm for firm in FIRMS if case.parties[firm.key] == deal["buyer"])
    for member in (seller, case.members[buyer.key]):
        text = member.download(f"/api/v1/deals/{deal['id']}/contract")
        accepted = member.post(
            f"/api/v1/deals/{deal['id']}/acceptance", {"digest": deal["contract_digest"]}
        )
        case.narrator.say(
            f"{member.who} 确认合同文本 {len(text):,} 字节 {deal['contract_digest'][:23]}…"
        )
    case.narrator.check(
        "双方已确认同一文本 both accepted the same bytes", accepted["status"] == "signed"
    )
    case.narrator.say(
        f"{deal['number']} ¥{deal['price_fen'] / 100:,.2f}", f"/my/deals/{deal['id']}"
    )
    case.narrator.note(deal=deal["number"], deal_price_fen=deal["price_fen"])
    return {**accepted, "buyer_key": buyer.key, "buyer_zh": buyer.name_zh}


def settle(case: Case, deal: dict[str, Any]) -> None:
    buyer = case.members[deal["buyer_key"]]
    subject = f"deal:{deal['id']}"
    payable = wait_for(
        "the price's reference", lambda: buyer.get("/api/v1/payables", subject=subject)["items"]
    )[0]
    case.narrator.say(
        f"应付 ¥{payable['amount_fen'] / 100:,.2f}，保证金抵 ¥{payable['covered_fen'] / 100:,.2f}"
    )
    pay(case, payable, deal["buyer_zh"])
    cashier = case.officers["cashier"]
    paid = buyer.get(f"/api/v1/deals/{deal['id']}")
    case.narrator.check("价款已全部到账 price in escrow", paid["status"] == "paid")
    try:
        cashier.post(f"/api/v1/deals/{deal['id']}/settlement")
        refused = False
    except StepFailed:
        refused = True
    case.narrator.check("专利局登记之前不得交割 no settlement before the office's entry", refused)
    record_outside_steps(case, paid["transfer_entries"])
    settled = cashier.post(f"/api/v1/deals/{deal['id']}/settlement")
    case.narrator.say(
        f"卖方入账 to the seller ¥{settled['to_seller_fen'] / 100:,.2f}，"
        f"服务费 fee ¥{settled['seller_fee_fen'] / 100:,.2f}"
    )
    title = case.public.get(f"/api/v1/rights/titles/{deal['technologies'][0]}")
    holders = [(h["party"], h["share"]) for h in title["ownership"]]
    case.narrator.check(
        "登记簿上权利人已是受让方 the register names the buyer",
        [p for p, _ in holders] == [deal["buyer"]],
    )
    case.settle_down()


def pay_out(case: Case) -> None:
    seller = case.members[UNIVERSITIES[0].key]
    available = seller.get("/api/v1/account")["balance"]["available_fen"]
    payout = seller.post(
        "/api/v1/payouts",
        {
            "amount_fen": available,
            "account": {
                "holder": UNIVERSITIES[0].name_zh,
                "bank": "演示银行上海分行",
                "number": "6222000012345678",
            },
        },
    )["id"]
    cashier, controller = case.officers["cashier"], case.officers["controller"]
    controller.post(f"/api/v1/payouts/{payout}/approval")
    done = cashier.post(
        f"/api/v1/payouts/{payout}/confirmation", {"bank_reference": case.bank_line()}
    )
    case.narrator.say(f"出款 ¥{available / 100:,.2f}：{done['status']}", "/my/money")
    totals = cashier.get("/api/v1/totals")
    sums = set(totals["sums_fen"].values())
    case.narrator.check("账目合计为零 the ledger sums to zero (SE-1)", sums == {0})
    case.narrator.note(paid_out_fen=available, ledger_sum=sum(totals["sums_fen"].values()))


def verify_certificates(case: Case, deal: dict[str, Any]) -> None:
    # A registration each, the new holder's, the transaction's, the licence's; and every party's
    # credential (PA-4).
    expected = len(case.titles) + 2 + len(case.parties) + case.licences

    def rendered() -> bool:
        found = case.public.all("/api/v1/certificates")
        return len(found) >= expected and all(c["status"] != "issued" for c in found)

    wait_for("all certificates to be rendered", rendered, seconds=120)
    closed = case.members[deal["buyer_key"]].get(f"/api/v1/deals/{deal['id']}")
    certificates = case.public.all("/api/v1/certificates")
    failed = verify_all(case.officers["certificates"], certificates)
    for number in failed[:5]:
        case.narrator.say(f"[red]{number}[/red]")
    case.narrator.check(
        f"{len(certificates)} 份凭证逐一离线核验通过 certificates verified offline, PDF and JSON",
        not failed and len(certificates) == expected,
    )
    case.narrator.check(
        "成交已出证结案 the deal is certified and closed", closed["status"] == "closed"
    )
    case.narrator.say(closed["certificate"], f"/certificates/{closed['certificate']}")
    checkpoint = case.public.get("/api/v1/log/checkpoint")
    case.narrator.note(
        certificates=len(certificates),
        certificate_numbers=sorted(c["number"] for c in certificates),
        transaction_certificate=closed["certificate"],
        log_size=checkpoint["size"],
        log_root=checkpoint["root"],
        played_on=date.fromisoformat(
            case.public.get("/api/v1/venue/clock")["now"][:10]
        ).isoformat(),
    )

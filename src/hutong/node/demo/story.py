"""
The case the demo plays: from sign-up to certificates, through the public API.

    parties ─► technologies ─► rights (notice) ─► listings ─► intents, deposits ─► auction
            ─► contract ─► payment ─► right against money ─► payout ─► certificates ─► doctor
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hutong.node.demo import people
from hutong.node.demo.bidding import bid_live
from hutong.node.demo.client import Api, StepFailed, wait_for
from hutong.node.demo.narrator import Narrator
from hutong.node.demo.people import FIRMS, OFFICERS, UNIVERSITIES, Institution, Registration
from hutong.node.demo.technologies import demo_technologies
from hutong.node.demo.verifying import verify_all
from hutong.node.demo.workbook import fill

FIRST_UNIVERSITY_COUNT = 20
OPENING_FEN = 2_000_000_00
SINGLE_FEN = 600_000_00
FLOOR_FEN = 900_000_00
MOST_JUMPS = 40


@dataclass
class Case:
    """What the story knows as it goes on."""

    narrator: Narrator
    public: Api
    registration: Registration
    administrator: Api
    officers: dict[str, Api] = field(default_factory=dict)
    members: dict[str, Api] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    technologies: dict[str, list[str]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    listings: dict[str, str] = field(default_factory=dict)
    bank_lines: int = 0

    def work(self) -> dict[str, Any]:
        return dict(self.administrator.get("/api/v1/venue/work"))

    def settle_down(self) -> None:
        """Wait until all follow-up work is done; a parked entry ends the story."""

        def quiet() -> bool:
            work = self.work()
            if work["parked"]:
                told = self.administrator.get("/api/v1/venue/parked")
                if told and told[0]["attempts"] > 3:
                    raise StepFailed(f"parked: {told[0]['reaction']}: {told[0]['error']}")
            return bool(work["quiet"]) and not work["parked"]

        wait_for("the venue's follow-up work", quiet)

    def jump_until(self, what: str, reached: Any) -> None:
        """Let the demo clock jump from due moment to due moment until `reached()`."""
        for _ in range(MOST_JUMPS):
            self.settle_down()
            if reached():
                return
            now = self.administrator.post("/api/v1/venue/clock/jump")["now"]
            self.narrator.say(f"时钟跳至 clock jumps to {now[:16]}Z")
        raise StepFailed(f"{what} was not reached in {MOST_JUMPS} jumps")

    def bank_line(self) -> str:
        self.bank_lines += 1
        return f"DEMO{self.bank_lines:06d}"


def play(case: Case) -> None:
    """Play the whole case. Raises StepFailed where the venue does not do its part."""
    tell = case.narrator
    with tell.step("工作人员到岗", "Officers take up their posts"):
        _officers(case)
    with tell.step("机构注册与核验", "Institutions sign up and are verified (PA-1, PA-3)"):
        _institutions(case)
    with tell.step("35 项技术成果以工作簿进场", "35 technologies enter by workbook (TE-5)"):
        _technologies(case)
    with tell.step("权益登记：申请、审查、公示", "Rights: application, notice, register (RR-7)"):
        _rights(case)
    with tell.step("挂牌", "Listings open (LI-1, LI-2)"):
        _listings(case)
    with tell.step("受让意向与保证金", "Intents and deposits (LI-4, SE-3)"):
        _intents(case)
    with tell.step("挂牌期满，机械判定", "The cut-off decides (LI-5)"):
        lot = _cut_off(case)
    with tell.step("网络竞价", "The auction, live (AU-1, AU-4)"):
        _auction(case, lot)
    with tell.step("成交：合同确认", "The deal: contract accepted by both (DL-1)"):
        deal = _contract(case)
    with tell.step("付款，权益与价款同时交割", "Payment; right against money (DL-2, RR-11)"):
        _settle(case, deal)
    with tell.step("出款，四眼复核", "Payout with four eyes (PA-5, SE-3)"):
        _payout(case)
    with tell.step("凭证出具与核验", "Certificates, each verified (CE-1, CE-2)"):
        _certificates(case, deal)


# -- people -----------------------------------------------------------------------------------------


def _officers(case: Case) -> None:
    for key, (roles, zh, en) in OFFICERS.items():
        email = f"{key}@{people.DOMAIN}"
        case.registration.account(email, f"{zh} {en}")
        plain = case.registration.token(email, en)
        secret = case.registration.second_factor(plain)
        for role in roles:
            case.administrator.post("/api/v1/officers", {"email": email, "role": role})
        case.officers[key] = case.registration.token(email, en, secret=secret)
    case.narrator.say(f"{len(OFFICERS)} 名工作人员，各带第二验证因素", "/desk")
    case.narrator.note(officers=len(OFFICERS))


def _institutions(case: Case) -> None:
    for institution in (*UNIVERSITIES, *FIRMS):
        _institution(case, institution)
    compliance = case.officers["compliance"]
    for item in compliance.all("/api/v1/verification-queue"):
        party = item["party"]["id"]
        decided = compliance.post(
            f"/api/v1/parties/{party}/decision",
            {"decision": "verify", "why": "统一社会信用代码与证照一致"},
        )
        case.narrator.say(f"{decided['name_zh']} {decided['status']}", "/desk")
    verified = [
        case.public.get(f"/api/v1/parties/{party}")["status"] == "verified"
        for party in case.parties.values()
    ]
    case.narrator.check(f"{len(verified)} 家机构已核验 parties verified", all(verified))
    case.narrator.note(parties=len(verified))


def _institution(case: Case, institution: Institution) -> None:
    case.registration.account(institution.email, f"{institution.role_zh} {institution.role_en}")
    api = case.registration.token(institution.email, institution.role_en)
    party = api.post(
        "/api/v1/parties",
        {
            "kind": institution.kind,
            "name_zh": institution.name_zh,
            "name_en": institution.name_en,
            "jurisdiction": "CN",
            "identifiers": [{"scheme": "uscc", "value": institution.uscc}],
            "state_owned": institution.kind == "university",
        },
    )["id"]
    member = case.registration.token(institution.email, institution.role_en, party=party)
    document = upload(
        member, "registration.txt", f"{institution.name_zh} {institution.uscc} 登记证明（演示）"
    )
    member.post(
        f"/api/v1/parties/{party}/evidence", {"document": document, "proves": "法人登记证明"}
    )
    member.post(f"/api/v1/parties/{party}/submit")
    case.members[institution.key] = member
    case.parties[institution.key] = party


def upload(api: Api, name: str, text: str, access: str = "secret") -> str:
    """Store a small text document; returns its id."""
    stored = api.post(
        "/api/v1/documents",
        files={"file": (name, text.encode(), "text/plain")},
        data={"access": access},
    )
    return str(stored["id"])


# -- technologies and rights ------------------------------------------------------------------------


def _technologies(case: Case) -> None:
    template = case.public.download("/api/v1/technologies/template.xlsx")
    rows = demo_technologies()
    halves = (rows[:FIRST_UNIVERSITY_COUNT], rows[FIRST_UNIVERSITY_COUNT:])
    entered = 0
    for university, part in zip(UNIVERSITIES, halves, strict=True):
        member, party = case.members[university.key], case.parties[university.key]
        imported = member.post(
            "/api/v1/technologies/imports",
            files={"file": (f"{university.key}.xlsx", fill(template, part), XLSX)},
            data={"format": "template", "party": party},
        )
        entered += imported["entered"]
        found = member.all("/api/v1/technologies", party=party)
        case.technologies[university.key] = [t["id"] for t in found]
        case.titles.update({t["id"]: t["title_zh"] for t in found})
        case.narrator.say(f"{university.name_zh}：{imported['entered']} 项进场", "/technologies")
    case.narrator.check("35 项进场，无一遗漏 all 35 entered", entered == len(rows))
    case.narrator.note(technologies=entered)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _rights(case: Case) -> None:
    registrar = case.officers["registrar"]
    applications = []
    for university in UNIVERSITIES:
        member, party = case.members[university.key], case.parties[university.key]
        evidence = upload(member, "grounds.txt", "专利登记簿副本与内部决策文件（演示）")
        application = member.post(
            "/api/v1/rights/applications",
            {
                "technologies": case.technologies[university.key],
                "holders": [{"party": party, "share": "1"}],
                "evidence": [evidence],
            },
        )["id"]
        member.post(f"/api/v1/rights/applications/{application}/submit")
        examined = registrar.post(
            f"/api/v1/rights/applications/{application}/examine",
            {"decision": "accept", "findings": "权属清晰，材料齐全"},
        )
        case.narrator.say(
            f"{examined['number']} 公示至 in public notice until {examined['ends_at'][:16]}Z",
            f"/public-notices/{application}",
        )
        applications.append(application)

    def registered() -> bool:
        return all(
            member_get(case, f"/api/v1/rights/applications/{a}")["status"] == "registered"
            for a in applications
        )

    case.jump_until("registration", registered)
    holdings = sum(len(case.members[u.key].all("/api/v1/rights/holdings")) for u in UNIVERSITIES)
    case.narrator.check("35 项权益已登记 rights registered", holdings == len(case.titles))
    case.narrator.note(rights_registered=holdings)


def member_get(case: Case, path: str) -> Any:
    return case.officers["registrar"].get(path)


# -- listings ---------------------------------------------------------------------------------------


def _listings(case: Case) -> None:
    first, second = (u.key for u in UNIVERSITIES)
    offers = {
        "auction": (first, "固态电池用硫化物电解质", OPENING_FEN, 20_000_00),
        "single": (second, "工业缺陷小样本视觉检测", SINGLE_FEN, 10_000_00),
        "unsought": (second, "语音增强的轻量化网络", FLOOR_FEN, 10_000_00),
    }
    by_title = {title: id for id, title in case.titles.items()}
    for key, (seller, title, price, increment) in offers.items():
        technology = by_title[title]
        member = case.members[seller]
        listing = member.post(
            "/api/v1/listings",
            {
                "title_zh": f"{case.titles[technology]}整体转让",
                "title_en": "Transfer of the whole right",
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
        listed = case.officers["listing"].post(
            f"/api/v1/listings/{listing}/examine",
            {
                "decision": "accept",
                "checklist": {"title": True, "completeness": True, "pre_emption": True},
                "export_class": "free",
                "findings": "权属、材料、优先购买权均已核对",
            },
        )
        case.listings[key] = listing
        case.narrator.say(
            f"{listed['number']} {listed['title_zh']} ¥{price / 100:,.2f} 至 {listed['ends_at'][:10]}",
            f"/listings/{listing}",
        )
    board = case.public.all("/api/v1/board", status="listed")
    case.narrator.check("三个标的均已上牌 three listings on the board", len(board) >= len(offers))
    case.narrator.note(listings=len(offers))


def _intents(case: Case) -> None:
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


def pay(case: Case, payable: dict[str, Any], payer: str) -> None:
    """The bank tells of money; the settlement officer records it."""
    now = case.public.get("/api/v1/venue/clock")["now"]
    case.officers["cashier"].post(
        "/api/v1/receipts",
        {
            "reference": payable["reference"],
            "amount_fen": payable["missing_fen"],
            "bank_reference": case.bank_line(),
            "value_date": now[:10],
            "payer_name": payer,
        },
    )


def _cut_off(case: Case) -> str:
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


# -- auction to certificates ------------------------------------------------------------------------


def _auction(case: Case, lot: str) -> None:
    bidders = [(firm.name_zh, case.members[firm.key]) for firm in FIRMS[:3]]
    result = bid_live(case.public, lot, bidders, case.narrator)
    case.narrator.say("竞价记录 the bidding record", f"/lots/{lot}/record")
    case.narrator.check(
        "末段报价使结束时间顺延 late bids moved the end (AU-1)", result.end_moved >= 2
    )
    case.narrator.check("竞价记录重演结果一致 the record replays (AU-9)", result.replays)
    case.narrator.note(bids=result.attempts, hammer_price_fen=result.price_fen)
    case.settle_down()


def _contract(case: Case) -> dict[str, Any]:
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


def _settle(case: Case, deal: dict[str, Any]) -> None:
    buyer = case.members[deal["buyer_key"]]
    subject = f"deal:{deal['id']}"
    payable = wait_for(
        "the price's reference", lambda: buyer.get("/api/v1/payables", subject=subject)["items"]
    )[0]
    case.narrator.say(
        f"应付 ¥{payable['amount_fen'] / 100:,.2f}，保证金抵 ¥{payable['covered_fen'] / 100:,.2f}"
    )
    pay(case, payable, deal["buyer_zh"])
    registrar, cashier = case.officers["registrar"], case.officers["cashier"]
    paid = buyer.get(f"/api/v1/deals/{deal['id']}")
    case.narrator.check("价款已全部到账 price in escrow", paid["status"] == "paid")
    try:
        cashier.post(f"/api/v1/deals/{deal['id']}/settlement")
        refused = False
    except StepFailed:
        refused = True
    case.narrator.check("专利局登记之前不得交割 no settlement before the office's entry", refused)
    now = case.public.get("/api/v1/venue/clock")["now"][:10]
    for entry in paid["transfer_entries"]:
        evidence = upload(registrar, "office.txt", "国家知识产权局手续合格通知书（演示）")
        registrar.post(
            f"/api/v1/rights/disposals/{entry}/outside-step",
            {
                "filed_on": now,
                "effective_on": now,
                "office_number": "2022070800123450",
                "evidence": [evidence],
            },
        )
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


def _payout(case: Case) -> None:
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


def _certificates(case: Case, deal: dict[str, Any]) -> None:
    expected = len(case.titles) + 2  # a registration each, the new holder's, the transaction's

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

"""
Seven projects of 1,152 technologies from four sellers at four venues, on every board (NE-3, TE-4).

The size of the network's first joint listing; titles, numbers and sellers are made up.
"""

from dataclasses import dataclass
from datetime import date

from hutong.node.demo import supply
from hutong.node.demo.case import Case, upload
from hutong.node.demo.client import wait_for
from hutong.node.demo.network import trading
from hutong.node.demo.network.venues import CHENGDU, SHANDONG, SHANGHAI, SHENZHEN
from hutong.node.demo.network.world import World
from hutong.node.demo.people import Institution
from hutong.node.demo.technologies import DemoTechnology, application_number
from hutong.node.demo.workbook import fill
from hutong.rights.checklists import all_yes

FIELDS = (
    ("新材料", "New materials", "C08J5/18"),
    ("智能制造", "Smart manufacturing", "G05B19/418"),
    ("信息技术", "Information technology", "G06F16/36"),
    ("水电智能运维", "Intelligent operation of hydropower", "F03B15/00"),
    ("新能源", "New energy", "H01M10/0525"),
    ("生物医药", "Biomedicine", "A61K31/00"),
    ("轨道交通", "Rail transport", "B61L27/00"),
)
PRICE_FEN = 8_000_000_00


@dataclass(frozen=True, slots=True)
class Supply:
    """One seller, at its venue, with as many technologies in each of its projects."""

    venue: str
    seller: Institution
    projects: tuple[int, ...]


def _seller(key: str, zh: str, en: str, serial: str) -> Institution:
    return Institution(
        key, f"{zh}（演示）", f"{en} (demo)", "enterprise", serial, "经办人", "Agent"
    )


SUPPLIES = (
    Supply(
        SHANGHAI.code,
        _seller("hulian", "沪联科技集团", "Hulian Technology Group", "MA1FL1A0X"),
        (200, 180),
    ),
    Supply(
        SHENZHEN.code,
        _seller("pengcheng", "鹏程创新公司", "Pengcheng Innovation", "MA5EL2B0X"),
        (160, 150),
    ),
    Supply(
        SHANDONG.code,
        _seller("qilu", "齐鲁装备集团", "Qilu Equipment Group", "MA3DL3C0X"),
        (164, 148),
    ),
    Supply(
        CHENGDU.code,
        _seller("tianfu", "天府能源公司", "Tianfu Energy", "MA6CL4D0X"),
        (150,),
    ),
)
TECHNOLOGIES = sum(sum(one.projects) for one in SUPPLIES)
PROJECTS = sum(len(one.projects) for one in SUPPLIES)


def list_jointly(world: World) -> None:
    """Enter, register, bundle and list at four venues; every venue then shows all seven."""
    listings: list[tuple[str, str]] = []
    number = 0
    for one in SUPPLIES:
        case = world.cases[one.venue]
        trading.verify(case, one.seller)
        for count in one.projects:
            listings.append((one.venue, _project(world, case, one, number, count)))
            number += 1
        world.narrator.say(
            f"{one.venue} {one.seller.name_zh}：{len(one.projects)} 个项目 projects，"
            f"{sum(one.projects)} 项 technologies"
        )
    seconds = max(trading.seen_everywhere(world, venue, listing) for venue, listing in listings)
    world.narrator.check(
        f"{PROJECTS} 个项目、{TECHNOLOGIES} 项成果在各家均可见 all projects seen everywhere (NE-3)",
        seconds < 30,
    )
    world.narrator.note(joint_projects=PROJECTS, joint_technologies=TECHNOLOGIES)


def _project(world: World, case: Case, one: Supply, number: int, count: int) -> str:
    """One bundle: entered by workbook, registered as one file, listed as one project."""
    field_zh, field_en, ipc = FIELDS[number]
    member, party = case.members[one.seller.key], case.parties[one.seller.key]
    template = case.public.download("/api/v1/technologies/template.xlsx")
    rows = [_technology(number, place, field_zh, field_en, ipc) for place in range(count)]
    imported = member.post(
        "/api/v1/technologies/imports",
        files={"file": (f"{number}.xlsx", fill(template, rows), supply.XLSX)},
        data={"format": "template", "party": party},
    )
    found = member.all("/api/v1/technologies", party=party)
    parts = [t["id"] for t in found if t["title_zh"].startswith(f"{field_zh}成果")]
    assert len(parts) == imported["entered"] == count
    title = f"{field_zh}成果包"
    bundle = member.post(
        "/api/v1/technologies/bundles",
        {
            "title_zh": title,
            "title_en": f"Bundle: {field_en}",
            "parts": [{"technology": id, "share": f"1/{count}"} for id in parts],
            "carve_out": True,
        },
    )["id"]
    evidence = upload(member, "grounds.txt", "专利登记簿副本（演示）")
    application = member.post(
        "/api/v1/rights/bundle-applications", {"bundle": bundle, "evidence": [evidence]}
    )["id"]
    member.post(f"/api/v1/rights/applications/{application}/submit")
    registrar = case.officers["registrar"]
    where = f"/api/v1/rights/applications/{application}"
    wait_for(
        "the network claims", lambda: registrar.get(where)["status"] != "claiming", seconds=120
    )
    registrar.post(
        f"{where}/examine",
        {"decision": "accept", "findings": "权属清晰，材料齐全", "checks": all_yes()},
    )
    case.jump_until("registration", lambda: registrar.get(where)["status"] == "registered")
    listing = member.post(
        "/api/v1/listings",
        {
            "title_zh": f"{title}整体转让",
            "title_en": f"Transfer of the bundle: {field_en}",
            "technologies": [bundle],
            "offer_kind": "transfer",
            "share": "1",
            "price_mode": "floor",
            "price_fen": PRICE_FEN,
            "deposit_fen": PRICE_FEN // 10,
            "increment_fen": PRICE_FEN // 100,
            "payment": "lump_sum",
            "conditions": "受让方为依法设立的企业法人。",
            "scope": "network",
        },
    )["id"]
    member.post(f"/api/v1/listings/{listing}/submit")
    case.officers["listing"].post(
        f"/api/v1/listings/{listing}/examine",
        {
            "decision": "accept",
            "checklist": {"title": True, "completeness": True, "pre_emption": True},
            "export_class": "free",
            "findings": "权属、材料、优先购买权均已核对",
        },
    )
    world.narrator.say(f"{title} {count} 项 {len(parts)} technologies", f"/listings/{listing}")
    return str(listing)


def _technology(number: int, place: int, zh: str, en: str, ipc: str) -> DemoTechnology:
    filed = date(2016 + number % 4, 1 + place % 12, 10)
    return DemoTechnology(
        title_zh=f"{zh}成果第{place + 1}号",
        title_en=f"{en}, technology {place + 1}",
        field=zh,
        ipc=ipc,
        number=application_number(filed.year, 3_000_000 + number * 10_000 + place * 7),
        trl=4 + place % 5,
        filed_on=filed,
        expires_on=filed.replace(year=filed.year + 20),
    )

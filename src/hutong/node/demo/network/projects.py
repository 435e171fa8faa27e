"""
One joint project of seven bundles, 1,152 technologies, from four sellers at four venues, led by one
of them and seen at all (NE-3, TE-4).

The size of the network's first joint listing; titles, numbers and sellers are made up.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hutong.node.demo import supply
from hutong.node.demo.case import Case, upload
from hutong.node.demo.client import Api, StepFailed, wait_for
from hutong.node.demo.network import trading
from hutong.node.demo.network.venues import CHENGDU, SHANDONG, SHANGHAI, SHENZHEN
from hutong.node.demo.network.world import SECOND, World
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
ASKED_FEN = 40_000_00  # for each technology
PATIENCE = 240
SOON = 30  # seconds in which all of it is seen everywhere


@dataclass(frozen=True, slots=True)
class Supply:
    """One seller at its venue, with its bundles: field and number of technologies."""

    venue: str
    seller: Institution
    bundles: tuple[tuple[int, int], ...]

    @property
    def technologies(self) -> int:
        return sum(count for _, count in self.bundles)


def _seller(key: str, zh: str, en: str, serial: str) -> Institution:
    return Institution(
        key, f"{zh}（演示）", f"{en} (demo)", "enterprise", serial, "经办人", "Agent"
    )


SUPPLIES = (
    Supply(
        SHANGHAI.code,
        _seller("hulian", "沪联科技集团", "Hulian Technology Group", "MA1FL1A0X"),
        ((0, 200), (1, 180)),
    ),
    Supply(
        SHENZHEN.code,
        _seller("pengcheng", "鹏程创新公司", "Pengcheng Innovation", "MA5EL2B0X"),
        ((2, 160), (3, 150)),
    ),
    Supply(
        SHANDONG.code,
        _seller("qilu", "齐鲁装备集团", "Qilu Equipment Group", "MA3DL3C0X"),
        ((4, 164), (5, 148)),
    ),
    Supply(
        CHENGDU.code,
        _seller("tianfu", "天府能源公司", "Tianfu Energy", "MA6CL4D0X"),
        ((6, 150),),
    ),
)
LEAD = SUPPLIES[0]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that stands registered at its seller's venue."""

    of: Supply
    id: str
    count: int


def supplies(world: World) -> list[Supply]:
    return [one for one in SUPPLIES if one.venue in world.codes]


def at_each(world: World, act: Callable[[Supply], Any]) -> list[Any]:
    """Let all sellers' venues do it at once. Raises what the first of them raises."""
    chosen = supplies(world)
    with ThreadPoolExecutor(len(chosen)) as pool:
        return list(pool.map(act, chosen))


# -- registered at home -----------------------------------------------------------------------------


def register(world: World) -> list[Bundle]:
    """Each seller enters its technologies by workbook, bundles and registers them at its venue."""
    started = time.monotonic()
    found = [
        bundle for some in at_each(world, lambda one: _register(world, one)) for bundle in some
    ]
    count = sum(bundle.count for bundle in found)
    world.narrator.note(
        joint_technologies=count, registered_in_seconds=round(time.monotonic() - started, 1)
    )
    return found


def _register(world: World, one: Supply) -> list[Bundle]:
    case = world.cases[one.venue]
    trading.verify(case, one.seller)
    member = case.members[one.seller.key]
    bundles = [_bundled(case, member, one, field, count) for field, count in one.bundles]
    evidence = upload(member, "grounds.txt", "专利登记簿副本（演示）")
    applications = list(case.waiting)
    for bundle in bundles:
        body = {"bundle": bundle.id, "evidence": [evidence]}
        application = member.post("/api/v1/rights/bundle-applications", body)["id"]
        member.post(f"/api/v1/rights/applications/{application}/submit")
        applications.append(application)
    for application in applications:
        accept(case, application)
    _jump_until_registered(case, applications)
    world.narrator.say(
        f"{one.venue} {one.seller.name_zh}：{len(bundles)} 个成果包 bundles，"
        f"{one.technologies} 项已登记 registered"
    )
    return bundles


def accept(case: Case, application: str) -> None:
    """The registrar accepts it once the numbers are this venue's in the whole network (NE-5)."""
    registrar, where = case.officers["registrar"], f"/api/v1/rights/applications/{application}"
    wait_for(
        "the network's claims",
        lambda: registrar.get(where)["status"] != "claiming",
        seconds=PATIENCE,
        every=0.5,
    )
    registrar.post(
        f"{where}/examine",
        {"decision": "accept", "findings": "权属清晰，材料齐全", "checks": all_yes()},
    )


def _jump_until_registered(case: Case, applications: Sequence[str]) -> None:
    """Sit out the public notice. The clock jumps when nothing is under way any more."""
    registrar = case.officers["registrar"]

    def all_registered() -> bool:
        return all(
            registrar.get(f"/api/v1/rights/applications/{application}")["status"] == "registered"
            for application in applications
        )

    case.jump_patiently_until("registration", all_registered, seconds=PATIENCE)
    case.waiting.clear()


def _bundled(case: Case, member: Api, one: Supply, number: int, count: int) -> Bundle:
    """Enter a workbook of technologies, and make them one bundle."""
    field_zh, field_en, ipc = FIELDS[number]
    party = case.parties[one.seller.key]
    template = case.public.download("/api/v1/technologies/template.xlsx")
    rows = [_technology(number, place, field_zh, field_en, ipc) for place in range(count)]
    member.post(
        "/api/v1/technologies/imports",
        files={"file": (f"{number}.xlsx", fill(template, rows), supply.XLSX)},
        data={"format": "template", "party": party},
    )
    found = member.all("/api/v1/technologies", party=party)
    parts = [t["id"] for t in found if t["title_zh"].startswith(f"{field_zh}成果")]
    if len(parts) != count:
        raise StepFailed(f"{len(parts)} of {count} technologies were entered")
    bundle = member.post(
        "/api/v1/technologies/bundles",
        {
            "title_zh": f"{field_zh}成果包",
            "title_en": f"Bundle: {field_en}",
            "parts": [{"technology": id, "share": f"1/{count}"} for id in parts],
            "carve_out": True,
        },
    )["id"]
    return Bundle(one, bundle, count)


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


# -- offered as one ---------------------------------------------------------------------------------


def offer_together(world: World, bundles: Sequence[Bundle]) -> None:
    """One venue leads: announced, joined by the others, parts added at their homes, listed as one."""
    lead = world.cases[LEAD.venue]
    one, two = lead.officers["listing"], lead.officers[SECOND]
    others = [s.venue for s in supplies(world) if s.venue != LEAD.venue]
    now = datetime.fromisoformat(lead.public.get("/api/v1/venue/clock")["now"])
    project = one.post(
        "/api/v1/projects",
        {
            "title_zh": f"{len(bundles)} 个成果包 {_count(bundles):,} 项成果联合转让",
            "title_en": f"{_count(bundles):,} technologies in {len(bundles)} bundles, together",
            "summary": "四家卖方在各自交易场所登记，牵头场所一并挂牌。",
            "conditions": "受让方为依法设立的企业法人。",
            "venues": others,
            "parts_by": (now + timedelta(days=90)).isoformat(),
        },
    )
    where = f"/api/v1/projects/{project['id']}"
    two.post(f"{where}/announce")
    world.narrator.say(
        f"{project['number']} 公告 announced", f"/network/projects/{LEAD.venue}/{project['id']}"
    )
    at_each(world, lambda s: _contribute(world, s, project["id"], bundles))
    taken = wait_for(
        "every part in the project",
        lambda: _all_taken(one, where, len(bundles)),
        seconds=PATIENCE,
        every=0.3,
    )
    world.narrator.check(
        f"{len(taken)} 个部分按各家日志核对后入项 parts taken as their logs say (LO-4)",
        {p["venue"] for p in taken} == {s.venue for s in supplies(world)},
    )
    first = next(p["id"] for p in taken if p["venue"] == LEAD.venue)
    composed = one.post(f"{where}/compose", {"lead_part": first})
    listing = lead.members[LEAD.seller.key].post(
        f"{where}/listing", {"price_fen": composed["asked_fen"]}
    )["id"]
    started = time.monotonic()
    two.post(
        f"/api/v1/listings/{listing}/examine",
        {
            "decision": "accept",
            "checklist": {"title": True, "completeness": True, "pre_emption": True},
            "export_class": "free",
            "findings": "各部分权属由其登记场所核对，分配比例已定",
        },
    )
    for code in world.codes:
        wait_for(
            f"{code} shows the whole",
            lambda code=code: _shows(  # type: ignore[misc]
                world, code, project["id"], listing, bundles
            ),
            seconds=PATIENCE,
            every=0.3,
        )
    seconds = time.monotonic() - started
    world.narrator.say(
        f"挂牌 listed ¥{composed['asked_fen'] / 100:,.0f}，{len(bundles)} 个部分 parts",
        f"/listings/{listing}",
    )
    world.narrator.check(
        f"{seconds:.1f} 秒内 {_count(bundles):,} 项成果作为一个联合项目在各家可见"
        f" seen as one project at all {len(world.codes)} (NE-3)",
        seconds < SOON,
    )
    world.narrator.note(
        joint_projects=1, joint_parts=len(bundles), joint_everywhere_seconds=round(seconds, 1)
    )


def _contribute(world: World, one: Supply, project: str, bundles: Sequence[Bundle]) -> None:
    """At one venue: two officers join, the seller gives its mandates, its bundles are added."""
    case = world.cases[one.venue]
    first, second = case.officers["listing"], case.officers[SECOND]
    invitation = f"/api/v1/project-invitations/{project}"
    if one.venue != LEAD.venue:
        wait_for(
            f"the invitation at {one.venue}",
            lambda: any(i["id"] == project for i in first.get("/api/v1/project-invitations")),
            seconds=PATIENCE,
            every=0.3,
        )
        first.post(f"{invitation}/accept")
        second.post(f"{invitation}/confirm")
    member = case.members[one.seller.key]
    for bundle in bundles:
        if bundle.of.venue != one.venue:
            continue
        part = member.post(
            f"{invitation}/parts", {"bundle": bundle.id, "asked_fen": ASKED_FEN * bundle.count}
        )["id"]
        second.post(f"/api/v1/project-parts/{part}/add", {"findings": "权属清晰，委托书齐备"})


def _all_taken(officer: Api, where: str, count: int) -> list[dict[str, Any]] | None:
    parts = [p for p in officer.get(where)["parts"] if p["status"] == "taken"]
    return parts if len(parts) == count else None


def _count(bundles: Sequence[Bundle]) -> int:
    return sum(bundle.count for bundle in bundles)


def _shows(world: World, code: str, project: str, listing: str, bundles: Sequence[Bundle]) -> bool:
    """Whether a venue shows the project, its listing, every bundle and every technology in them."""
    public = world.public(code)
    if code != LEAD.venue:
        page = public.fetch(f"/network/venues/{LEAD.venue}/listings/{listing}")
        if page.status_code != 200:
            return False
    try:
        seen = public.get(f"/api/v1/network/projects/{LEAD.venue}/{project}")
        found = public.get("/api/v1/search", type="technology", limit=1)["facets"]["venue"]
    except StepFailed:
        return False
    if seen["status"] != "listed" or seen["technologies"] != _count(bundles):
        return False
    counts = {one["value"]: one["count"] for one in found}
    return all(counts.get(one.venue, 0) >= one.technologies for one in supplies(world))

"""
Seven joint projects of 1,152 technologies from four sellers at four venues, each led by one of its
venues and seen at all (NE-3, TE-4).

The size of the network's first joint listing; titles, numbers and sellers are made up.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from hutong.node.demo import supply
from hutong.node.demo.case import Case, accept_listing, upload
from hutong.node.demo.client import Api, StepFailed, wait_for
from hutong.node.demo.network import trading
from hutong.node.demo.network.venues import CHENGDU, SHANDONG, SHANGHAI, SHENZHEN
from hutong.node.demo.network.world import SECOND, World
from hutong.node.demo.people import Institution
from hutong.node.demo.technologies import DemoTechnology, application_number
from hutong.node.demo.workbook import fill
from hutong.rights.checklists import all_yes

T = TypeVar("T")
R = TypeVar("R")

ASKED_FEN = 40_000_00  # for each technology
PATIENCE = 240
SH, SZ, SD, CD = (venue.code for venue in (SHANGHAI, SHENZHEN, SHANDONG, CHENGDU))


def _seller(key: str, zh: str, en: str, serial: str) -> Institution:
    return Institution(
        key, f"{zh}（演示）", f"{en} (demo)", "enterprise", serial, "经办人", "Agent"
    )


SELLERS = {
    SH: _seller("hulian", "沪联科技集团", "Hulian Technology Group", "MA1FL1A0X"),
    SZ: _seller("pengcheng", "鹏程创新公司", "Pengcheng Innovation", "MA5EL2B0X"),
    SD: _seller("qilu", "齐鲁装备集团", "Qilu Equipment Group", "MA3DL3C0X"),
    CD: _seller("tianfu", "天府能源公司", "Tianfu Energy", "MA6CL4D0X"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A project of one field: at each venue so many technologies in a bundle; the first leads."""

    zh: str
    en: str
    ipc: str
    parts: tuple[tuple[str, int], ...]

    @property
    def lead(self) -> str:
        return self.parts[0][0]

    @property
    def count(self) -> int:
        return sum(count for _, count in self.parts)


SEVEN = (
    Plan("新材料", "New materials", "C08J5/18", ((SH, 110), (SZ, 90))),
    Plan("智能制造", "Smart manufacturing", "G05B19/418", ((SH, 100), (SD, 96))),
    Plan("信息技术", "Information technology", "G06F16/36", ((SZ, 100), (CD, 92))),
    Plan("水电智能运维", "Operation of hydropower", "F03B15/00", ((SD, 100), (CD, 88))),
    Plan("新能源", "New energy", "H01M10/0525", ((SD, 98), (SH, 90))),
    Plan("生物医药", "Biomedicine", "A61K31/00", ((SZ, 92), (CD, 84))),
    Plan("轨道交通", "Rail transport", "B61L27/00", ((SH, 6), (SZ, 6))),
)
SOLD = SEVEN[-1]  # small enough to record each transfer at the patent office by hand


@dataclass(frozen=True, slots=True)
class Bundle:
    """What one seller brings to a project, registered at its venue."""

    plan: Plan
    venue: str
    id: str
    count: int


@dataclass(frozen=True, slots=True)
class Project:
    """One that is listed: its id and its listing's at the lead venue, parts and bundles by venue."""

    plan: Plan
    id: str
    listing: str
    parts: dict[str, str]
    bundles: dict[str, str]


def _homes(plans: Iterable[Plan]) -> list[str]:
    return sorted({code for plan in plans for code, _ in plan.parts})


def _numbered(plans: Iterable[Plan]) -> Iterator[tuple[Plan, str, range]]:
    """Every part's venue, and the numbers of its technologies counted through all plans."""
    first = 1
    for plan in plans:
        for code, count in plan.parts:
            yield plan, code, range(first, first + count)
            first += count


def _at_once(act: Callable[[T], R], ones: Sequence[T]) -> list[R]:
    """Do it for all at once. Raises what the first of them raises."""
    with ThreadPoolExecutor(len(ones)) as pool:
        return list(pool.map(act, ones))


# -- registered at home -----------------------------------------------------------------------------


def register(world: World, plans: Sequence[Plan]) -> list[Bundle]:
    """Each seller enters its technologies by workbook, bundles and registers them at its venue."""
    started = time.monotonic()
    made = _at_once(lambda code: _register(world, code, plans), _homes(plans))
    found = [bundle for some in made for bundle in some]
    world.narrator.note(
        joint_technologies=sum(bundle.count for bundle in found),
        registered_in_seconds=round(time.monotonic() - started, 1),
    )
    return found


def _register(world: World, code: str, plans: Sequence[Plan]) -> list[Bundle]:
    case, seller = world.cases[code], SELLERS[code]
    trading.verify(case, seller)
    member = case.members[seller.key]
    bundles = [
        Bundle(plan, code, _bundled(case, seller, plan, numbers), len(numbers))
        for plan, home, numbers in _numbered(plans)
        if home == code
    ]
    evidence = upload(member, "grounds.txt", "专利登记簿副本（演示）")
    applications = list(case.waiting)
    for bundle in bundles:
        body = {"bundle": bundle.id, "evidence": [evidence]}
        application = member.post("/api/v1/rights/bundle-applications", body)["id"]
        member.post(f"/api/v1/rights/applications/{application}/submit")
        applications.append(application)
    for application in applications:
        accept(case, application)
    jump_until_registered(case, applications)
    world.narrator.say(
        f"{code} {seller.name_zh}：{len(bundles)} 个成果包 bundles，"
        f"{sum(bundle.count for bundle in bundles)} 项已登记 registered"
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


def jump_until_registered(case: Case, applications: Sequence[str]) -> None:
    """Sit out the public notice. The clock jumps when nothing is under way any more."""
    registrar = case.officers["registrar"]

    def all_registered() -> bool:
        return all(
            registrar.get(f"/api/v1/rights/applications/{application}")["status"] == "registered"
            for application in applications
        )

    case.jump_patiently_until("registration", all_registered, seconds=PATIENCE)
    case.waiting.clear()


def _bundled(case: Case, seller: Institution, plan: Plan, numbers: range) -> str:
    """Enter a workbook of technologies, and make them one bundle; returns its id."""
    rows = [_technology(plan, number) for number in numbers]
    member, party = case.members[seller.key], case.parties[seller.key]
    template = case.public.download("/api/v1/technologies/template.xlsx")
    member.post(
        "/api/v1/technologies/imports",
        files={"file": ("technologies.xlsx", fill(template, rows), supply.XLSX)},
        data={"format": "template", "party": party},
    )
    found = {t["title_zh"]: t["id"] for t in member.all("/api/v1/technologies", party=party)}
    bundle = member.post(
        "/api/v1/technologies/bundles",
        {
            "title_zh": f"{plan.zh}成果包",
            "title_en": f"Bundle: {plan.en}",
            "parts": [
                {"technology": found[row.title_zh], "share": f"1/{len(rows)}"} for row in rows
            ],
            "carve_out": True,
        },
    )["id"]
    return str(bundle)


def _technology(plan: Plan, number: int) -> DemoTechnology:
    filed = date(2016 + number % 4, 1 + number % 12, 10)
    return DemoTechnology(
        title_zh=f"{plan.zh}成果第{number}号",
        title_en=f"{plan.en}, technology {number}",
        field=plan.zh,
        ipc=plan.ipc,
        number=application_number(filed.year, 3_000_000 + number),
        trl=4 + number % 5,
        filed_on=filed,
        expires_on=filed.replace(year=filed.year + 20),
    )


# -- offered as one ---------------------------------------------------------------------------------


def offer_together(world: World, plans: Sequence[Plan], bundles: Sequence[Bundle]) -> list[Project]:
    """One venue leads each: announced, joined by the others, parts added at their homes, listed."""
    announced = {plan: _announce(world, plan) for plan in plans}
    _at_once(lambda code: _contribute(world, code, announced, bundles), _homes(plans))
    projects = _at_once(lambda plan: _compose(world, plan, announced[plan]), plans)
    started = time.monotonic()
    for project in projects:
        _list(world, project)
    for code in world.codes:
        wait_for(
            f"{code} shows the whole",
            lambda code=code: _shows(world, code, projects),  # type: ignore[misc]
            seconds=PATIENCE,
            every=0.3,
        )
    seconds = time.monotonic() - started
    count = sum(plan.count for plan in plans)
    world.narrator.check(
        f"{seconds:.1f} 秒内 {len(projects)} 个联合项目、{count:,} 项成果在各家可见"
        f" seen at all {len(world.codes)} (NE-3)",
        all(_shows(world, code, projects) for code in world.codes),
    )
    world.narrator.note(
        joint_projects=len(projects),
        joint_parts=len(bundles),
        joint_sellers=len({bundle.venue for bundle in bundles}),
        joint_everywhere_seconds=round(seconds, 1),
    )
    return projects


def _announce(world: World, plan: Plan) -> str:
    lead = world.cases[plan.lead]
    now = datetime.fromisoformat(lead.public.get("/api/v1/venue/clock")["now"])
    project = lead.officers["listing"].post(
        "/api/v1/projects",
        {
            "title_zh": f"{plan.zh} {plan.count:,} 项成果联合转让",
            "title_en": f"{plan.en}: {plan.count:,} technologies, together",
            "summary": "各卖方在各自交易场所登记，牵头场所一并挂牌。",
            "conditions": "受让方为依法设立的企业法人。",
            "venues": [code for code in _homes([plan]) if code != plan.lead],
            "parts_by": (now + timedelta(days=90)).isoformat(),
        },
    )
    lead.officers[SECOND].post(f"/api/v1/projects/{project['id']}/announce")
    world.narrator.say(
        f"{project['number']} 公告 announced", f"/network/projects/{plan.lead}/{project['id']}"
    )
    return str(project["id"])


def _contribute(
    world: World, code: str, announced: dict[Plan, str], bundles: Sequence[Bundle]
) -> None:
    """At one venue: two officers join, the seller gives its mandates, its bundles are added."""
    case = world.cases[code]
    one, two = case.officers["listing"], case.officers[SECOND]
    invited = {id for plan, id in announced.items() if code in _homes([plan]) and code != plan.lead}
    wait_for(
        f"the invitations at {code}",
        lambda: invited <= {i["id"] for i in one.get("/api/v1/project-invitations")},
        seconds=PATIENCE,
        every=0.3,
    )
    for project in invited:
        one.post(f"/api/v1/project-invitations/{project}/accept")
        two.post(f"/api/v1/project-invitations/{project}/confirm")
    member = case.members[SELLERS[code].key]
    for bundle in bundles:
        if bundle.venue != code:
            continue
        part = member.post(
            f"/api/v1/project-invitations/{announced[bundle.plan]}/parts",
            {"bundle": bundle.id, "asked_fen": ASKED_FEN * bundle.count},
        )["id"]
        two.post(f"/api/v1/project-parts/{part}/add", {"findings": "权属清晰，委托书齐备"})


def _compose(world: World, plan: Plan, id: str) -> Project:
    """Once every part is in the project as its home's log says, they are one listing to examine."""
    lead = world.cases[plan.lead]
    officer, where = lead.officers["listing"], f"/api/v1/projects/{id}"
    taken = wait_for(
        f"every part in {plan.en}",
        lambda: _all_taken(officer, where, len(plan.parts)),
        seconds=PATIENCE,
        every=0.3,
    )
    world.narrator.check(
        f"{plan.zh}：{len(taken)} 个部分按各家日志核对后入项 parts taken as their logs say (LO-4)",
        {p["venue"] for p in taken} == set(_homes([plan])),
    )
    first = next(p["id"] for p in taken if p["venue"] == plan.lead)
    composed = officer.post(f"{where}/compose", {"lead_part": first})
    listing = lead.members[SELLERS[plan.lead].key].post(
        f"{where}/listing", {"price_fen": composed["asked_fen"]}
    )["id"]
    parts = {p["venue"]: p["id"] for p in taken}
    return Project(plan, id, listing, parts, {p["venue"]: p["bundle"] for p in taken})


def _all_taken(officer: Api, where: str, count: int) -> list[dict[str, Any]] | None:
    parts = [p for p in officer.get(where)["parts"] if p["status"] == "taken"]
    return parts if len(parts) == count else None


def _list(world: World, project: Project) -> None:
    officer = world.cases[project.plan.lead].officers[SECOND]
    accept_listing(officer, project.listing, "各部分权属由其登记场所核对，分配比例已定")


def _shows(world: World, code: str, projects: Sequence[Project]) -> bool:
    """Whether a venue shows the projects, their listings, and every technology in them."""
    public = world.public(code)
    for project in projects:
        if code != project.plan.lead:
            where = f"/network/venues/{project.plan.lead}/listings/{project.listing}"
            if public.fetch(where).status_code != 200:
                return False
    try:
        seen = {one["id"]: one for one in public.get("/api/v1/network/projects")}
        found = public.get("/api/v1/search", type="technology", limit=1)["facets"]["venue"]
    except StepFailed:
        return False
    counts = {one["value"]: one["count"] for one in found}
    needed = {code: 0 for project in projects for code in project.parts}
    for project in projects:
        one = seen.get(project.id)
        if not one or one["status"] != "listed" or one["technologies"] != project.plan.count:
            return False
        for home, count in project.plan.parts:
            needed[home] += count
    return all(counts.get(home, 0) >= count for home, count in needed.items())

"""
The first half of the story: people and institutions, technologies, rights.
"""

from typing import Any

from hutong.node.demo import people
from hutong.node.demo.case import Case, upload
from hutong.node.demo.client import wait_for
from hutong.node.demo.people import FIRMS, OFFICERS, UNIVERSITIES, Institution
from hutong.node.demo.technologies import demo_technologies
from hutong.node.demo.workbook import fill
from hutong.rights.checklists import all_yes

FIRST_UNIVERSITY_COUNT = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def take_posts(case: Case) -> None:
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


def verify_institutions(case: Case) -> None:
    for institution in (*UNIVERSITIES, *FIRMS):
        sign_up(case, institution)
    for decided in verify_waiting(case):
        case.narrator.say(f"{decided['name_zh']} {decided['status']}", "/desk")
    verified = [
        case.public.get(f"/api/v1/parties/{party}")["status"] == "verified"
        for party in case.parties.values()
    ]
    case.narrator.check(f"{len(verified)} 家机构已核验 parties verified", all(verified))
    case.narrator.note(parties=len(verified))


def verify_waiting(case: Case) -> list[dict[str, Any]]:
    """The compliance officer verifies every party that waits; returns them (PA-3)."""
    officer = case.officers["compliance"]
    return [
        officer.post(
            f"/api/v1/parties/{item['party']['id']}/decision",
            {"decision": "verify", "why": "统一社会信用代码与证照一致"},
        )
        for item in officer.all("/api/v1/verification-queue")
    ]


def sign_up(case: Case, institution: Institution) -> None:
    """An institution's agent signs up, enters it, and submits it for verification."""
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


def enter_technologies(case: Case) -> None:
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


def register_rights(case: Case) -> None:
    register(case, *(university.key for university in UNIVERSITIES))
    holdings = sum(len(case.members[u.key].all("/api/v1/rights/holdings")) for u in UNIVERSITIES)
    case.narrator.check("35 项权益已登记 rights registered", holdings == len(case.titles))
    case.narrator.note(rights_registered=holdings)


def register(case: Case, *sellers: str) -> None:
    """Each seller applies for all it entered; the registrar accepts; the notice runs its course."""
    registrar = case.officers["registrar"]
    applications = []
    for key in sellers:
        member, party = case.members[key], case.parties[key]
        evidence = upload(member, "grounds.txt", "专利登记簿副本与内部决策文件（演示）")
        application = member.post(
            "/api/v1/rights/applications",
            {
                "technologies": case.technologies[key],
                "holders": [{"party": party, "share": "1"}],
                "evidence": [evidence],
            },
        )["id"]
        member.post(f"/api/v1/rights/applications/{application}/submit")
        wait_for(  # in a network: until the number is ours (NE-5)
            "the network claim",
            lambda application=application: (  # type: ignore[misc]
                registrar.get(f"/api/v1/rights/applications/{application}")["status"] != "claiming"
            ),
            seconds=120,
        )
        examined = registrar.post(
            f"/api/v1/rights/applications/{application}/examine",
            {"decision": "accept", "findings": "权属清晰，材料齐全", "checks": all_yes()},
        )
        case.narrator.say(
            f"{examined['number']} 公示至 in public notice until {examined['ends_at'][:16]}Z",
            f"/public-notices/{application}",
        )
        applications.append(application)

    def registered() -> bool:
        return all(
            registrar.get(f"/api/v1/rights/applications/{a}")["status"] == "registered"
            for a in applications
        )

    case.jump_until("registration", registered)

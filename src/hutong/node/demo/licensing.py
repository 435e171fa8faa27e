"""
Between registering and listing: a licence comes into the register, and shuts another one out (RR-4).
"""

from datetime import date

from hutong.node.demo.case import Case, upload
from hutong.node.demo.client import wait_for
from hutong.node.demo.people import FIRMS, UNIVERSITIES

LICENSED = "一种石墨烯导热复合薄膜"


def register_licence(case: Case) -> None:
    """An ordinary licence: filed by the owner, agreed to by the licensee, entered at once."""
    owner, licensee = UNIVERSITIES[0], FIRMS[3]
    member, firm = case.members[owner.key], case.members[licensee.key]
    technology = next(id for id, title in case.titles.items() if title == LICENSED)
    today = date.fromisoformat(case.public.get("/api/v1/venue/clock")["now"][:10])
    scope = {
        "territory": ["310000", "320000", "330000"],
        "starts_on": today.isoformat(),
        "ends_on": today.replace(year=today.year + 3).isoformat(),
    }
    contract = upload(member, "licence.txt", "普通实施许可合同（演示）")
    filing = member.post(
        "/api/v1/rights/licences",
        {
            "technology": technology,
            "licensee": case.parties[licensee.key],
            "mode": "ordinary",
            **scope,
            "evidence": [contract],
        },
    )
    entered = firm.post(f"/api/v1/rights/filings/{filing['id']}/agree")
    case.licences += len(entered["entries"])
    case.narrator.say(
        f"{entered['number']} {licensee.name_zh} 普通许可 ordinary licence: {entered['status']}",
        f"/technologies/{technology}/title",
    )
    could = member.post(
        f"/api/v1/rights/titles/{technology}/proposed-licence",
        {
            "licensor": case.parties[owner.key],
            "licensee": case.parties[FIRMS[0].key],
            "mode": "exclusive",
            **scope,
            "territory": ["CN"],
        },
    )
    case.narrator.check(
        "其上不能再设独占许可 the register says why an exclusive one is not possible (RR-4)",
        could["possible"] is False and could["why"]["code"] == "rights.licence_stands",
    )
    held = wait_for(
        "the licence in the title report",
        lambda: case.public.get(f"/api/v1/rights/titles/{technology}/grants")["items"],
    )
    case.narrator.check("权属报告已载明该许可 the title report shows it (RR-10)", len(held) == 1)
    case.narrator.note(licences=case.licences)

"""
The title report on paper, in both languages: what the signed PDF says, as data for its template.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, override

from hutong.certificates.words import ENTRY_KINDS, technology_kind
from hutong.kit.moments import SHANGHAI
from hutong.kit.money import with_unit
from hutong.kit.regions import region_name
from hutong.parties import queries as parties
from hutong.rights import queries
from hutong.rulebook.rules import VenueRules
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.templatetags.ui import share, write_day

MOST = 200  # licences on the paper; the others are counted

Pair = dict[str, str]


def paper_of(id: UUID, *, on: date, now: datetime, venue: VenueRules) -> dict[str, Any]:
    """The report on the title to a technology as it stands at `now`."""
    t = technologies.technology(id)
    title = queries.title(id)
    used = queries.grants_of(id, on, live=True, limit=MOST)
    grants = used["items"] if title.registered else ()
    restrictions = queries.restrictions_on(id) if title.registered else ()
    named = {p for power in (title.ownership, title.disposal, title.income) for p in power}
    named |= {g.licensee for g in grants} | {r.party for r in restrictions if r.party}
    named |= {p for e in title.chain if e.holdings for p in e.holdings.parties()}
    names = parties.parties(named)

    def party(id: UUID | None) -> Pair:
        view = names.get(id) if id else None
        return pair(view.name_zh or view.name_en, view.name_en or "") if view else same("—")

    holders = [
        [
            party(p),
            same(share(title.ownership.get(p))),
            same(share(title.disposal.get(p))),
            same(share(title.income.get(p))),
        ]
        for p in {**title.ownership, **title.disposal, **title.income}
    ]
    kind = technology_kind(t.kind.value)
    at = f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return {
        "title": pair("技术权属报告", "Title report"),
        "about": pair(t.title_zh or t.title_en, t.title_en if t.title_zh else ""),
        "venue": pair(venue.name_zh, venue.name_en),
        "demo": venue.demo,
        "lines": [
            line("技术成果类型", "Kind", pair(kind.zh, kind.en)),
            *(line("编号", "Number", same(n)) for n in t.numbers.values() if n),
            line("登记状态", "Registration", _standing(title.registered)),
            line("截至", "As at", same(at)),
        ],
        "tables": [
            table(
                pair("权利人", "Holders"),
                [said("Holder"), said("Ownership"), said("Disposal"), said("Income")],
                holders,
                pair("未登记", "Not registered"),
            ),
            table(
                pair("权利限制", "Restrictions"),
                [said("Entry"), said("Kind"), said("For"), said("Facts")],
                [
                    [same(r.number), _kind(r.kind.value), party(r.party), same(_facts(r))]
                    for r in restrictions
                ],
                pair("无", "None"),
            ),
            table(
                pair("有效许可", "Licences in force"),
                [said("Licensee"), said("Mode"), said("Territory"), said("Term")],
                [
                    [
                        party(g.licensee),
                        said(words.LICENCE_MODES[g.mode.value]),
                        _territory(g),
                        same(f"{g.starts_on} – {g.ends_on}"),
                    ]
                    for g in grants
                ],
                pair("无", "None"),
            ),
            table(
                pair("权属沿革", "Chain of title"),
                [said("Entry"), said("Kind"), said("In effect"), said("Holders")],
                [
                    [
                        same(e.number),
                        _kind(e.kind.value),
                        days(e.effective_on),
                        _held(e, names),
                    ]
                    for e in title.chain
                ],
                pair("无", "None"),
            ),
        ],
        "notes": [
            pair(
                "法定权利以国家主管机关的登记为准，本报告不替代该登记。",
                "For statutory rights the competent office's register decides; this report does"
                " not replace it.",
            ),
            *(
                [
                    pair(
                        f"有效许可共{used['count']}项，本报告列出最早登记的{len(grants)}项。",
                        f"{used['count']} licences are in force; the first {len(grants)} of them"
                        " are listed.",
                    )
                ]
                if used["next"]
                else []
            ),
            *(
                [
                    pair(
                        f"另有{title.omitted}项较早的许可登记未列入权属沿革。",
                        f"The chain of title leaves out {title.omitted} earlier entries about"
                        " licences.",
                    )
                ]
                if title.omitted
                else []
            ),
            *(
                [
                    pair(
                        "另有处分事项正在办理。",
                        "A disposal of this right is under way.",
                    )
                ]
                if title.pending
                else []
            ),
        ],
    }


def _standing(registered: bool) -> Pair:
    return pair("已登记", "Registered") if registered else pair("未登记", "Not registered")


def _kind(code: str) -> Pair:
    found = ENTRY_KINDS.get(code)
    return pair(found.zh, found.en) if found else said(words.ENTRY_KINDS.get(code, code))


def _facts(r: Any) -> str:
    parts = [r.authority, r.paper, r.words]
    if r.secured_fen:
        parts.append(with_unit(r.secured_fen, r.currency))
    if r.rank:
        parts.append(f"#{r.rank}")
    return ", ".join(part for part in parts if part)


def _held(entry: Any, names: dict[UUID, Any]) -> Pair:
    if entry.holdings is None:
        return same("—")
    held = sorted(entry.holdings.ownership.items())
    zh = "；".join(f"{names[p].name_zh or names[p].name_en} {share(s)}" for p, s in held)
    en = "; ".join(f"{names[p].name_en or names[p].name_zh} {share(s)}" for p, s in held)
    return pair(zh, en if en != zh else "")


def days(day: date) -> Pair:
    with override("zh-hans"):
        zh = write_day(day)
    with override("en"):
        return pair(zh, write_day(day))


def said(msgid: str) -> Pair:
    """A word in both languages."""
    with override("zh-hans"):
        zh = gettext(msgid)
    return pair(zh, msgid)


def pair(zh: str, en: str) -> Pair:
    return {"zh": zh, "en": en}


def _territory(grant: queries.GrantView) -> Pair:
    """Where a licence holds, by the names of the places."""
    named = [region_name(code) for code in grant.territory]
    without = [region_name(code) for code in grant.without]
    zh, en = "、".join(n.zh for n in named), ", ".join(n.en for n in named)
    if without:
        zh += f"（不含{'、'.join(n.zh for n in without)}）"
        en += f" without {', '.join(n.en for n in without)}"
    return pair(zh, en)


def same(text: str) -> Pair:
    return pair(text, "")


def line(zh: str, en: str, value: Pair) -> dict[str, Pair]:
    return {"label": pair(zh, en), "value": value}


def table(title: Pair, columns: list[Pair], rows: list[list[Pair]], empty: Pair) -> dict[str, Any]:
    return {"title": title, "columns": columns, "rows": rows, "empty": empty}

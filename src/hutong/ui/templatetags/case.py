"""
Components of cases: `{% load case %}`. Shown living on `/style` and `/style/case`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import gettext

from hutong.kit.refusal import N_
from hutong.ui.case import Check, Decision, Hand, Paper, Step
from hutong.ui.lifecycles import LIFECYCLES
from hutong.ui.templatetags.ui import _of, _state, in_chinese, text_of
from hutong.ui.words import PARTY_KINDS

register = template.Library()

ACCESS_WORDS = {
    "public": (N_("Open to everybody"), "good"),
    "qualified": (N_("For qualified buyers"), "waiting"),
    "secret": (N_("Confidential"), "quiet"),
}


@register.inclusion_tag("ui/parts/checklist.html")
def checklist(checks: Sequence[Check], form: str = "decision") -> dict[str, Any]:
    """The checklist of a case; lines with a name are ticked as fields of the form `form`."""
    return {"checks": checks, "form": form, "open": sum(1 for c in checks if c.ok is None)}


@register.inclusion_tag("ui/parts/papers.html")
def papers(papers: Sequence[Paper | Any]) -> dict[str, Any]:
    """Documents with their access: `Paper`s, or views of documents that the reader may open."""
    given = [p if isinstance(p, Paper) else Paper(file=p) for p in papers]
    lines = []
    for paper in given:
        word, tone = ACCESS_WORDS.get(text_of(getattr(paper.file, "access", "")), ("", "quiet"))
        lines.append({"paper": paper, "access": gettext(word) if word else "", "tone": tone})
    return {"lines": lines}


@register.inclusion_tag("ui/parts/party_card.html")
def party_card(view: Any, did: str = "") -> dict[str, Any]:
    """Who a party is and whether the venue has verified it. `did`: its part here, such as Seller."""
    status = text_of(_of(view, "status"))
    return {
        "view": view,
        "did": did,
        "status": status,
        "kind": gettext(PARTY_KINDS.get(text_of(_of(view, "kind")), "")) or "",
        "other_name": _other_name(view),
        "individual": bool(_of(view, "is_individual")),
    }


def _other_name(view: Any) -> str:
    zh, en = _of(view, "name_zh"), _of(view, "name_en")
    return str(en if in_chinese() else zh) if zh and en else ""


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(steps: Sequence[Step]) -> dict[str, Any]:
    """What happened, newest last; with the entry of the public log where there is one."""
    return {"steps": steps}


@register.inclusion_tag("ui/parts/decisions.html", takes_context=True)
def decisions(
    context: Any, decisions: Sequence[Decision], barred: str = "", nothing: str = ""
) -> dict[str, Any]:
    """The decisions allowed now, each with its consequences."""
    return {
        "decisions": decisions,
        "barred": barred,
        "nothing": nothing,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("ui/parts/hands.html")
def hands(hands: Sequence[Hand], barred: str = "") -> dict[str, Any]:
    """Whose hands the case went through, and whether these eyes may decide (PA-5)."""
    return {"hands": hands, "barred": barred}


@register.inclusion_tag("ui/parts/lifecycle.html")
def lifecycle(name: str, code: Any) -> dict[str, Any]:
    """A state badge that opens to its whole lifecycle, with the ways out of it."""
    code = text_of(code)
    cycle = LIFECYCLES.get(name)
    now = _state(name, code)
    known = [s.code for s in cycle.course] if cycle else []
    reached = known.index(code) if code in known else -1
    return {
        "now": {"label": gettext(now.label), "tone": now.tone, "code": now.code},
        "course": [
            {
                "label": gettext(s.label),
                "tone": s.tone,
                "current": s.code == code,
                "done": i < reached,
            }
            for i, s in enumerate(cycle.course if cycle else ())
        ],
        "exits": [
            {"label": gettext(s.label), "tone": s.tone, "current": s.code == code}
            for s in (cycle.exits if cycle else ())
        ],
    }


@register.simple_tag
def overdue(due_by: datetime | None, now: datetime) -> bool:
    return due_by is not None and due_by < now

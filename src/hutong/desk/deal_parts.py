"""
Parts of a joint project in its deal, at the desk: what an exchange refused is asked again or given up
by two officers; where one is silent, its log is read (NE-3, DL-2, LO-4).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from hutong.deals import actions as deal_actions
from hutong.deals import queries
from hutong.deals.parts import ASKED_TO, PartStatus
from hutong.desk.case import why_form
from hutong.desk.queue import Waiting, source
from hutong.doors.problems import sentence_of_code
from hutong.kit.actor import Actor
from hutong.kit.money import with_unit
from hutong.network.sales import actions as sales
from hutong.ui.case import Decision, Outcome
from hutong.ui.door import Acts, posted_id
from hutong.ui.templatetags.ui import named

END = "deals.end"
SETTLE = "settlement.settle"


@source(SETTLE)
def parts_refused(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Deals with a part that its home venue refused: an officer asks again, or two give it up."""
    for deal in queries.with_refused_parts():
        yield Waiting(
            kind=gettext("Part of a joint project refused by its exchange"),
            title=f"{deal.number} {with_unit(deal.price_fen, deal.currency)}",
            href=f"/desk/deals/{deal.id}",
            since=min(part.changed_at for part in deal.refused_parts),
            note=", ".join(sorted({part.venue for part in deal.refused_parts})),
            term="deal",
        )


def refusals_of(deal: queries.DealView) -> dict[UUID, str]:
    """What home venues refused last, in the reader's language."""
    return {part.id: sentence_of_code(dict(part.why)) for part in deal.refused_parts}


def on_acts(acts: Acts, actor: Actor, deal: UUID, reason: str, now: datetime) -> None:
    """What officers do about a part of a joint project that its exchange refused."""

    def about() -> dict[str, Any]:
        part = posted_id(acts.request, "part")
        return {"actor": actor, "now": now, "deal": deal, "part": part}

    acts.on("again", lambda: sales.ask_again(**about()), said=gettext("Asked again."))
    acts.on("log", lambda: sales.take_from_log(**about()), said=gettext("Taken from its log."))
    acts.on(
        "return",
        lambda: deal_actions.propose_return(**about(), reason=reason),
        said=gettext("Proposed; another officer confirms it."),
    )
    acts.on(
        "returned",
        lambda: sales.return_part(**about()),
        said=gettext("Given up; its share goes back to the buyer."),
    )


def decisions(deal: queries.DealView, actor: Actor, reason: str) -> list[Decision]:
    """Of each part that its exchange refused, or of which it is silent, what this officer may do."""
    found = []
    silent = [p for p in deal.parts if p.status is PartStatus.ASKED and not p.why]
    for part in (*deal.refused_parts, *silent):
        outcomes = list(_outcomes(part, actor))
        reasoned = any(one.act == "return" for one in outcomes)
        if outcomes:
            found.append(
                Decision(
                    id=f"part-{part.id}",
                    title=f"{part.venue}: {named(part)}",
                    form=why_form(typed=reason, of=f"part-{part.id}", always=False)
                    if reasoned
                    else None,
                    hidden=(("part", str(part.id)),),
                    outcomes=outcomes,
                )
            )
    return found


def _outcomes(part: queries.DealPartView, actor: Actor) -> Iterator[Outcome]:
    """Silent: read its log. Refused: ask again, or give it up by two."""
    asked = part.status is PartStatus.ASKED
    if actor.has(SETTLE) and asked and not part.why:
        yield Outcome(
            act="log",
            label=gettext("Take what its log says"),
            consequence=gettext(
                "Where it does not answer: its public log says whether the part has moved."
            ),
            rule="LO-4",
        )
    if actor.has(SETTLE) and part.why and part.status in ASKED_TO.values():
        yield Outcome(
            act="again",
            label=gettext("Ask its exchange again"),
            consequence=gettext("Once the cause is gone; it answers whether it did it."),
            rule="DL-2",
            good=True,
        )
    if not (actor.has(END) and asked and part.why):
        return
    if part.returning_by is None:
        yield Outcome(
            act="return",
            label=gettext("Propose to give it up"),
            consequence=gettext("Nothing happens before another officer confirms."),
            rule="PA-5",
            grave=True,
        )
    elif part.returning_by != actor.person:
        yield Outcome(
            act="returned",
            label=gettext("Give the part up"),
            consequence=gettext(
                "Its share goes back to the buyer, its rights are free; the others stand."
            ),
            rule="PA-5",
            grave=True,
        )

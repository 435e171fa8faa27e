"""
At the desk: projects to which this exchange is invited, and the parts of its own sellers: examined, added,
sold (NE-3, TE-4, PA-5, DL-2).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.case import same_eyes, show, why_form
from hutong.desk.projects import OFFICE, homes
from hutong.desk.queue import Waiting, source
from hutong.desk.terms import terms
from hutong.doors.problems import sentence_of_code
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.money import CNY, with_unit
from hutong.network.projects import actions, queries, rules
from hutong.network.projects.queries import ContributionView, InvitationView
from hutong.network.projects.rules import ContributionStatus, InvitationStatus
from hutong.network.sales import actions as selling
from hutong.network.sales import queries as sales
from hutong.network.sales.queries import SaleView
from hutong.network.sales.rules import LIVE
from hutong.parties import queries as parties
from hutong.parties.membership import ANY_ROLE
from hutong.rights import queries as titles
from hutong.technologies import queries as technologies
from hutong.ui.case import Case, Check, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import in_chinese, named
from hutong.venues import queries as venues


@source(OFFICE)
def invitations_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Invitations of other venues, which two officers answer; parts of our sellers to examine;
    sales that one officer means to end."""
    for one in queries.invitations(InvitationStatus.INVITED, InvitationStatus.ACCEPTING):
        yield Waiting(
            kind=gettext("Invitation to a joint project"),
            title=named(one) or one.number,
            href=f"/desk/project-invitations/{one.id}",
            since=one.received_at,
            note=gettext("led by {venue}").format(venue=one.lead),
            term="listing",
            not_by=(one.accepted_by,),
        )
    for part in queries.mandates_waiting():
        yield Waiting(
            kind=gettext("Part of a joint project"),
            title=named(part),
            href=f"/desk/project-parts/{part.id}",
            since=part.mandated_at,
            note=part.number,
            term="listing",
            not_by=(part.mandated_by,),
        )
    for sale in sales.to_confirm():
        yield Waiting(
            kind=gettext("End of a part's sale"),
            title=sale.number,
            href=f"/desk/project-parts/{sale.part}",
            since=sale.changed_at,
            note=gettext("led by {venue}").format(venue=sale.lead),
            not_by=(sale.ending_by,),
        )


@officer
def invitation(request: HttpRequest, id: UUID) -> HttpResponse:
    """A project that another venue leads: whether we join, and our sellers' parts."""
    actor, now = request.actor, request.now
    actor.need(OFFICE)
    reason = request.POST.get("reason", "")
    acts = Acts(request, to=f"/desk/project-invitations/{id}")
    acts.on(
        "accept",
        lambda: actions.accept_invitation(actor=actor, now=now, project=id),
        said=gettext("Noted; another officer confirms."),
    )
    acts.on(
        "confirm",
        lambda: actions.confirm_invitation(actor=actor, now=now, project=id),
        said=gettext("Joined; sellers here may give their mandates."),
    )
    acts.on(
        "decline",
        lambda: actions.decline_invitation(actor=actor, now=now, project=id, reason=reason),
        said=gettext("Declined; the lead exchange is told."),
    )
    if answer := acts.answer():
        return answer
    view = queries.invitation(id)
    parts = list(queries.contributions_to(id))
    waits = view.status in (InvitationStatus.INVITED, InvitationStatus.ACCEPTING)
    case = Case(
        kind=gettext("Invitation to a joint project"),
        number=view.number,
        title=named(view) or view.number,
        about=view.summary,
        lifecycle="invitation_to_project",
        state=view.status,
        since=view.received_at if waits else None,
        due_by=terms(now).due_by("listing", view.received_at) if waits else None,
        checks=[
            Check(
                text=gettext("The lead exchange is in good standing"),
                ok=venues.standing(view.lead).value == "good" or view.lead == venues.my_code(),
                rule="NE-1",
            ),
            Check(text=gettext("A seller of ours wants to take part"), ok=bool(parts) or None),
        ],
        decisions=_answers(view, reason) if waits else (),
        barred=same_eyes(
            actor, [view.accepted_by], gettext("You meant to join; another officer confirms.")
        ),
        hands=[Hand(did=gettext("Accepted by"), by=view.accepted_by)] if view.accepted_by else [],
    )
    return show(
        request,
        "desk/project_invitation.html",
        case,
        acts=acts,
        subjects=[subject("project", id)],
        invitation=view,
        parts=parts,
        homes=homes(),
    )


def _answers(view: InvitationView, reason: str) -> list[Decision]:
    first = view.status is InvitationStatus.INVITED
    return [
        Decision(
            id="join",
            title=gettext("Join the project"),
            outcomes=[
                Outcome(
                    act="accept",
                    label=gettext("Mean to join"),
                    consequence=gettext(
                        "Another officer confirms; then the lead exchange is told."
                    ),
                    rule="PA-5",
                    good=True,
                )
                if first
                else Outcome(
                    act="confirm",
                    label=gettext("Confirm: join"),
                    consequence=gettext(
                        "The lead exchange is told, and sellers here may give their mandates."
                    ),
                    rule="PA-5",
                    good=True,
                )
            ],
        ),
        Decision(
            id="decline",
            title=gettext("Decline"),
            open=False,
            form=why_form(typed=reason, of="decline"),
            outcomes=[
                Outcome(
                    act="decline",
                    label=gettext("Do not join"),
                    consequence=gettext("The lead exchange reads the reason."),
                    grave=True,
                )
            ],
        ),
    ]


@officer
def part(request: HttpRequest, id: UUID) -> HttpResponse:
    """A seller's part: examine it, return it, or take it out for a cause."""
    actor, now = request.actor, request.now
    actor.need(OFFICE)
    findings, reason = request.POST.get("findings", ""), request.POST.get("reason", "")
    acts = Acts(request, to=f"/desk/project-parts/{id}")
    acts.on(
        "add",
        lambda: actions.add_part(actor=actor, now=now, part=id, findings=findings),
        said=gettext("Added; its rights are kept for the project."),
    )
    acts.on(
        "return",
        lambda: actions.return_part(actor=actor, now=now, part=id, findings=findings),
        said=gettext("Returned to the seller."),
    )
    acts.on(
        "withdraw",
        lambda: actions.withdraw_part(actor=actor, now=now, part=id, reason=reason),
        said=gettext("Taken out; the lead exchange is told."),
    )
    acts.on(
        "propose",
        lambda: selling.propose_end(actor=actor, now=now, part=id, reason=reason),
        said=gettext("Proposed; another officer confirms."),
    )
    acts.on(
        "confirm",
        lambda: selling.confirm_end(actor=actor, now=now, part=id),
        said=gettext("Ended; the part's rights are free."),
    )
    acts.on(
        "drop",
        lambda: selling.drop_end(actor=actor, now=now, part=id),
        said=gettext("Dropped; the sale goes on."),
    )
    if answer := acts.answer():
        return answer
    view = queries.contribution(id)
    sale = sales.of_part(id)
    named_parties = parties.parties({view.seller, *([sale.buyer] if sale else [])})
    waits = view.status is ContributionStatus.MANDATED
    case = Case(
        kind=gettext("Part of a joint project"),
        number=view.number,
        title=named(view),
        about=view.project_zh if in_chinese() or not view.project_en else view.project_en,
        lifecycle="contribution",
        state=view.status,
        since=view.mandated_at if waits else None,
        due_by=terms(now).due_by("listing", view.mandated_at) if waits else None,
        checks=[
            Check(
                text=gettext("Every technology of the bundle is registered"),
                ok=titles.registered_among(view.bundled) == set(view.bundled),
                rule="RR-10",
                href=f"/technologies/{view.bundle}",
            ),
            Check(
                text=gettext("The seller's mandate is on file"),
                ok=True,
                found=with_unit(view.asked_fen, CNY),
            ),
        ],
        decisions=[
            *_examination(view, findings, reason),
            *_ending(sale, actor, reason),
        ],
        barred=same_eyes(
            actor,
            [view.mandated_by, *parties.people_of(view.seller, ANY_ROLE)],
            gettext("You act for the seller; another officer decides."),
        ),
        hands=[
            Hand(did=gettext("Mandate given by"), by=view.mandated_by, at=view.mandated_at),
            *_proposer(sale),
        ],
    )
    return show(
        request,
        "desk/project_part.html",
        case,
        acts=acts,
        subjects=[subject("project_part", id)],
        part=view,
        **_sale(view, sale),
        why=sentence_of_code(dict(view.why)) if view.why else "",
        seller=named_parties[view.seller],
        buyer=named_parties.get(sale.buyer) if sale else None,
    )


def _sale(view: ContributionView, sale: SaleView | None) -> dict[str, Any]:
    """The part's sale, with what is bound for it: an office's entry is recorded there (RR-11)."""
    if sale is None:
        return {"homes": homes()}
    transfers = [d for d in titles.disposals_of_deal(sale.deal) if d.entry in sale.entries]
    return {
        "sale": sale,
        "deal_here": sale.lead == venues.my_code(),
        "transfers": transfers,
        "technologies": technologies.technologies({t.technology for t in transfers}),
    }


def _is_ending(sale: SaleView | None) -> bool:
    return sale is not None and sale.ending_by is not None and sale.status in LIVE


def _proposer(sale: SaleView | None) -> list[Hand]:
    if sale is None or not _is_ending(sale):
        return []
    return [Hand(did=gettext("End of the sale proposed by"), by=sale.ending_by)]


def _ending(sale: SaleView | None, actor: Actor, reason: str) -> list[Decision]:
    """Where another venue leads: ending what has not moved, by two officers (PA-5)."""
    if sale is None or sale.lead == venues.my_code() or sale.status not in LIVE:
        return []
    if not _is_ending(sale):
        return [
            Decision(
                id="end-sale",
                title=gettext("End the sale"),
                open=False,
                form=why_form(typed=reason, of="propose"),
                outcomes=[
                    Outcome(
                        act="propose",
                        label=gettext("Propose to end the sale"),
                        consequence=gettext(
                            "For when the lead exchange is silent. Nothing happens before another"
                            " officer confirms."
                        ),
                        rule="PA-5",
                    )
                ],
            )
        ]
    confirm = Decision(
        id="confirm-end",
        title=gettext("Confirm the end of the sale"),
        outcomes=[
            Outcome(
                act="confirm",
                label=gettext("End the sale"),
                consequence=gettext(
                    "The part's rights are free, and it leaves the project. What the lead exchange"
                    " asks of it later is refused."
                ),
                rule="PA-5",
                grave=True,
            )
        ],
    )
    drop = Decision(
        id="drop-end",
        title=gettext("Drop the proposal"),
        open=False,
        outcomes=[
            Outcome(
                act="drop",
                label=gettext("Drop the proposal"),
                consequence=gettext("The sale goes on as it was."),
                rule="PA-5",
            )
        ],
    )
    return [drop] if sale.ending_by == actor.person else [confirm, drop]


def _examination(view: ContributionView, findings: str, reason: str) -> list[Decision]:
    if view.status is ContributionStatus.MANDATED:
        return [
            Decision(
                id="examine",
                title=gettext("Examine the part"),
                form=why_form("findings", _("Findings"), typed=findings, of="examine"),
                outcomes=[
                    Outcome(
                        act="add",
                        label=gettext("Add it to the project"),
                        consequence=gettext(
                            "It enters our public log, its rights are kept for the project, and the"
                            " lead exchange reads it there."
                        ),
                        rule="LI-2",
                        good=True,
                    ),
                    Outcome(
                        act="return",
                        label=gettext("Return it to the seller"),
                        consequence=gettext("The seller reads the findings and may ask again."),
                        grave=True,
                    ),
                ],
            )
        ]
    if view.status in rules.PART_BOUND & rules.TAKEN_OUT:
        return [
            Decision(
                id="withdraw",
                title=gettext("Take it out"),
                open=False,
                form=why_form(typed=reason, of="withdraw"),
                outcomes=[
                    Outcome(
                        act="withdraw",
                        label=gettext("Take the part out"),
                        consequence=gettext(
                            "Its rights are free; the project and what is offered of it say so"
                            " everywhere."
                        ),
                        rule="NE-3",
                        grave=True,
                    )
                ],
            )
        ]
    return []

"""
Parties: verification and what an officer keeps of them (PA-1, PA-3, PA-5, PA-7).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.case import same_eyes, show, why_form
from hutong.desk.queue import Waiting, decide, source
from hutong.desk.terms import terms
from hutong.documents import queries as documents
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.parties import actions, queries
from hutong.parties.rules import Decision as Verdict
from hutong.parties.rules import Status
from hutong.ui.case import Case, Check, Decision, Hand, Outcome, Paper
from hutong.ui.door import Acts, officer, posted_id
from hutong.ui.fields import DayField
from hutong.ui.templatetags.ui import named
from hutong.ui.words import PARTY_KINDS


class ControlForm(forms.Form):
    """Who controls this party, so that nobody bids on the own offer (PA-7, AU-3)."""

    controller = forms.CharField(
        label=_("Identifier of who controls it"), help_text=_("Its USCC, LEI or ROR.")
    )
    since = DayField(label=_("Since"))

    def clean_controller(self) -> UUID:
        return registered_party(self.cleaned_data["controller"])


def registered_party(typed: str) -> UUID:
    """The party known by an identifier as an officer types it. Raises ValidationError."""
    for scheme in ("uscc", "lei", "ror"):
        if found := queries.party_by_identifier(scheme, typed.strip().upper()):
            return found.id
        if found := queries.party_by_identifier(scheme, typed.strip()):
            return found.id
    raise forms.ValidationError(_("Nobody is registered under this identifier."))


@source("parties.verify")
def to_verify(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for party in queries.to_verify(actor):
        yield Waiting(
            kind=gettext("Verification of a party"),
            title=named(party),
            href=f"/desk/parties/{party.id}",
            since=party.since,
            term="verification",
        )


@officer
def index(request: HttpRequest) -> HttpResponse:
    """All parties, searchable by name and identifier."""
    status = request.GET.get("status", "")
    page = queries.parties_page(
        request.actor,
        text=request.GET.get("q", ""),
        status=Status(status) if status in set(Status) else None,
        cursor=request.GET.get("cursor"),
    )
    return render(
        request,
        "desk/parties.html",
        {
            "page": page,
            "kinds": PARTY_KINDS,
            "statuses": [s.value for s in Status],
            "status": status,
        },
    )


@officer
def one(request: HttpRequest, id: UUID) -> HttpResponse:
    """A party with its file: verify or return it, suspend it, keep what is recorded of it."""
    actor, now = request.actor, request.now
    why = request.POST.get("why", "")
    control = ControlForm(
        request.POST if request.POST.get("act") == "control" else None,
        initial={"since": local_date(now)},
    )
    acts = Acts(request, to=f"/desk/parties/{id}")
    _offer(acts, request, id, why, control)
    if answer := acts.answer():
        return answer
    detail = queries.detail(actor, id)
    view = detail.party
    whole = queries.may_see(actor, id)
    attached = queries.evidence_of(actor, id) if whole else []
    files = {d.id: d for d in documents.of_owner(subject("party", id))} if attached else {}
    mandates = queries.mandates_of_party(id) if whole else []
    controls = queries.controls_of(id)
    involved = {m.person.id for m in mandates}
    pending = view.status == Status.PENDING.value
    case = Case(
        kind=gettext("Party"),
        title=named(view),
        about=gettext(PARTY_KINDS[view.kind]),
        lifecycle="party",
        state=view.status,
        since=detail.submitted_at if pending else None,
        due_by=terms(now).due_by("verification", detail.submitted_at) if pending else None,
        checks=_checks(detail, attached),
        evidence=[
            Paper(file=files[e.document], proves=e.proves, at=e.attached_at)
            for e in attached
            if e.document in files
        ],
        decisions=_decisions(view, actor, why),
        barred=same_eyes(
            actor, involved, gettext("You have a part in this party; another officer decides.")
        ),
        hands=[
            Hand(did=gettext("Acts for it"), name=named(m.person), at=m.granted_at)
            for m in mandates
        ],
    )
    return show(
        request,
        "desk/party.html",
        case,
        acts=acts,
        subjects=[subject("party", id)],
        detail=detail,
        view=view,
        kinds=PARTY_KINDS,
        mandates=mandates,
        controls=controls,
        parties=queries.names({p for c in controls for p in (c.controller, c.controlled)}),
        control_form=control,
        may=decide(actor, "parties.verify", "parties.suspend"),
        why=why,
        today=local_date(now),
    )


def _offer(acts: Acts, request: HttpRequest, id: UUID, why: str, control: ControlForm) -> None:
    """Every act an officer has on a party."""
    act: dict[str, Any] = {"actor": request.actor, "now": request.now, "party": id}
    post = request.POST
    acts.on(
        "verify",
        lambda: actions.decide_verification(**act, decision=Verdict.VERIFY, why=why),
        said=gettext("Verified. The party has been told."),
    )
    acts.on(
        "return",
        lambda: actions.decide_verification(**act, decision=Verdict.RETURN, why=why),
        said=gettext("Returned with your reason."),
    )
    acts.on("suspend", lambda: actions.suspend(**act, why=why), said=gettext("Suspended."))
    acts.on("reinstate", lambda: actions.reinstate(**act, why=why), said=gettext("Reinstated."))
    acts.on(
        "state_owned",
        lambda: actions.mark_state_owned(
            **act, state_owned=post.get("state_owned") == "yes", why=why
        ),
        said=gettext("Recorded."),
    )
    acts.on(
        "release",
        lambda: actions.release_identifier(
            **act, scheme=post["scheme"], value=post["value"], why=why
        ),
        said=gettext("The number is free; its owner can register with it."),
    )
    acts.on(
        "control",
        lambda: actions.record_control(
            actor=request.actor,
            now=request.now,
            controller=control.cleaned_data["controller"],
            controlled=id,
            since=control.cleaned_data["since"],
        ),
        said=gettext("Recorded."),
        form=control,
    )
    acts.on(
        "end_control",
        lambda: actions.end_control(
            actor=request.actor,
            now=request.now,
            control=posted_id(request, "control"),
            until=local_date(request.now),
        ),
        said=gettext("Recorded."),
    )


def _checks(detail: Any, attached: list[Any]) -> list[Check]:
    """What verification rests on (PA-1, PA-3)."""
    view = detail.party
    if view.status != Status.PENDING.value:
        return []
    numbers = [f"{scheme.upper()} {value}" for scheme, value in view.identifiers]
    return [
        Check(
            text=gettext("A number that identifies it, with the right check character"),
            ok=bool(numbers) or view.is_individual,
            rule="PA-1",
            found="; ".join(numbers),
        ),
        Check(
            text=gettext("Evidence is attached"),
            ok=bool(attached),
            rule="PA-3",
            found=ngettext("{n} paper", "{n} papers", len(attached)).format(n=len(attached)),
        ),
        Check(text=gettext("The evidence names this party and this number"), rule="PA-3"),
        Check(text=gettext("Whoever asks may act for it"), rule="PA-2"),
    ]


def _decisions(view: Any, actor: Actor, why: str) -> list[Decision]:
    if view.status == Status.PENDING.value and actor.has("parties.verify"):
        return [
            Decision(
                title=gettext("Verification"),
                form=why_form("why", _("Reason, when it is returned"), typed=why, always=False),
                outcomes=[
                    Outcome(
                        act="verify",
                        label=gettext("Verify the party"),
                        consequence=gettext(
                            "It may list, bid and hold registered rights from now on. It is told"
                            " at once."
                        ),
                        rule="PA-3",
                        good=True,
                    ),
                    Outcome(
                        act="return",
                        label=gettext("Return with the reason"),
                        consequence=gettext(
                            "The party reads your reason, corrects and submits again."
                        ),
                    ),
                ],
            )
        ]
    if view.status == Status.VERIFIED.value and actor.has("parties.suspend"):
        return [
            Decision(
                title=gettext("Suspend"),
                form=why_form("why", typed=why),
                open=False,
                outcomes=[
                    Outcome(
                        act="suspend",
                        label=gettext("Suspend the party"),
                        consequence=gettext(
                            "It no longer lists, bids or receives rights; what runs is not undone."
                        ),
                        rule="PA-3",
                        grave=True,
                    )
                ],
            )
        ]
    if view.status == Status.SUSPENDED.value and actor.has("parties.suspend"):
        return [
            Decision(
                title=gettext("End the suspension"),
                form=why_form("why", typed=why),
                outcomes=[
                    Outcome(
                        act="reinstate",
                        label=gettext("Reinstate the party"),
                        consequence=gettext("It lists, bids and receives rights again."),
                        rule="PA-3",
                        good=True,
                    )
                ],
            )
        ]
    return []

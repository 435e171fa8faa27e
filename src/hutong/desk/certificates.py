"""
The certificates office: what waits for it, one certificate, revoking and reissuing (CE-2, PA-5).

Issuing on evidence: `certificate_issue`. The venue's words: `certificate_words`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.certificates import actions, queries
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.rules import ProposalStatus
from hutong.desk.queue import Waiting, decide, source
from hutong.doors.api import paged
from hutong.journal import queries as journal
from hutong.kit.actor import Actor
from hutong.kit.ids import subject
from hutong.parties import queries as parties
from hutong.ui import history
from hutong.ui.case import Case, Check, Decision, Hand, Outcome
from hutong.ui.door import Acts, officer
from hutong.ui.templatetags.ui import lang, named

REVOCATION_ASKED = "certificates.RevocationRequested"
KIND_NAMES = {kind.value: (of.title_zh, of.title_en) for kind, of in KINDS.items()}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )


@source("certificates.approve_revocation")
def revocations(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for certificate in queries.revocations_asked():
        asked = journal.latest_of(subject("certificate", certificate.id), REVOCATION_ASKED)
        yield Waiting(
            kind=gettext("Revocation to approve"),
            title=certificate.number,
            href=f"/desk/certificates/{certificate.number}",
            since=asked.at if asked else None,
            note=certificate.revocation_reason,
            term="certificate",
            not_by=(certificate.revocation_asked_by,),
        )


@source("certificates.approve")
def proposals(actor: Actor, now: datetime) -> Iterator[Waiting]:
    waiting = queries.proposals(actor, ProposalStatus.PROPOSED).order_by("id")[:200]
    for proposal in map(queries.proposal_view, waiting):
        yield Waiting(
            kind=gettext("Certificate to issue"),
            title=proposal.title,
            href=f"/desk/certificate-proposals/{proposal.id}",
            since=proposal.proposed_at,
            note=kind_name(proposal.kind),
            term="certificate",
            not_by=(proposal.proposed_by,),
        )


@source("certificates.adopt_template")
def templates(actor: Actor, now: datetime) -> Iterator[Waiting]:
    for template in queries.templates_proposed():
        yield Waiting(
            kind=gettext("Words of a certificate to adopt"),
            title=kind_name(template.kind),
            href=f"/desk/certificate-templates/{template.kind}/{template.version}",
            since=template.proposed_at,
            note=template.note,
            term="certificate",
            not_by=(template.proposed_by,),
        )


@officer
def index(request: HttpRequest) -> HttpResponse:
    """What the office issues on evidence, what it proposed, and the words on each kind."""
    actor = request.actor
    found = paged(
        queries.proposals(actor), request.GET.get("cursor"), 50, out=queries.proposal_view
    )
    return render(
        request,
        "desk/certificates.html",
        {
            "page": found,
            "kinds": KIND_NAMES,
            "on_evidence": [kind for kind in Kind if KINDS[kind].on_evidence],
            "words": list(queries.versions_in_force().items()),
            "may": decide(
                actor,
                "certificates.propose",
                "certificates.approve",
                "certificates.propose_template",
            ),
        },
    )


@officer
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One certificate: how it stands, its history, and what may be decided about it."""
    actor, now = request.actor, request.now
    form = ReasonForm(request.POST or None)
    acts = Acts(request, to=f"/desk/certificates/{number}")
    act: dict[str, Any] = {"actor": actor, "now": now, "certificate": number}

    def because() -> dict[str, Any]:
        return {**act, "reason": form.cleaned_data["reason"]}

    acts.on(
        "ask",
        lambda: actions.ask_revocation(**because()),
        said=gettext("Asked for; another officer decides."),
        form=form,
    )
    acts.on(
        "approve",
        lambda: actions.approve_revocation(**act),
        said=gettext("Revoked; everybody who verifies it is told."),
    )
    acts.on(
        "dismiss",
        lambda: actions.dismiss_revocation(**because()),
        said=gettext("The certificate stands."),
        form=form,
    )
    acts.on(
        "reissue",
        lambda: actions.reissue(**because(), real_now=datetime.now(UTC)),
        said=gettext("Reissued: the files are new, number and content are as they were."),
        form=form,
    )
    if answer := acts.answer():
        return answer
    certificate = queries.certificate(number)
    asker = certificate.revocation_asked_by
    entries = list(journal.of_subject(subject("certificate", certificate.id)))
    persons = {entry.person for entry in entries if entry.person} | ({asker} if asker else set())
    people = {id: named(view) for id, view in parties.persons(persons).items()}
    asked = certificate.stands and asker is not None
    case = Case(
        kind=kind_name(certificate.kind),
        number=certificate.number,
        title=certificate.about or kind_name(certificate.kind),
        lifecycle="certificate",
        state=standing_of(certificate),
        checks=_checks(certificate),
        history=history.steps(entries, people),
        decisions=_decisions(certificate, actor, form),
        barred=gettext("You asked for it; another officer decides.")
        if asked and asker == actor.person
        else "",
        hands=[Hand(did=gettext("Revocation asked for by"), name=people.get(asker, "—"))]
        if asked and asker
        else (),
    )
    return render(
        request,
        "desk/certificate.html",
        {
            "case": case,
            "c": certificate,
            "parties": parties.parties(certificate.parties),
            "template": queries.template_in_force(certificate.kind),
            "problem": acts.problem,
        },
        status=acts.status,
    )


def kind_name(kind: Kind) -> str:
    return lang(*KIND_NAMES[kind.value])


def standing_of(certificate: queries.CertificateView) -> str:
    """The certificate's standing as a state of the pages."""
    return certificate.standing.value


def _checks(certificate: queries.CertificateView) -> list[Check]:
    checks = [
        Check(
            text=gettext("Entered in the public log"),
            ok=certificate.log_index is not None,
            rule="CE-2",
            href=f"/log/entries/{certificate.log_index}"
            if certificate.log_index is not None
            else "",
        ),
        Check(text=gettext("Files signed and kept"), ok=certificate.pdf is not None),
    ]
    if certificate.superseded_by:
        checks.append(
            Check(
                text=gettext("The latest of its kind about this right"),
                ok=False,
                found=certificate.superseded_by,
                href=f"/desk/certificates/{certificate.superseded_by}",
            )
        )
    return checks


def _decisions(
    certificate: queries.CertificateView, actor: Actor, form: forms.Form
) -> list[Decision]:
    may = decide(
        actor, "certificates.revoke", "certificates.approve_revocation", "certificates.propose"
    )
    decisions: list[Decision] = []
    if not certificate.stands or certificate.pdf is None:
        return decisions
    if certificate.revocation_asked_by is not None:
        if "certificates.approve_revocation" in may:
            revoke = Outcome(
                act="approve",
                label=gettext("Approve the revocation"),
                consequence=gettext(
                    "Public at once, with the reason. It cannot be undone; a new certificate is"
                    " issued instead."
                ),
                rule="CE-2",
                grave=True,
            )
            dismiss = Outcome(
                act="dismiss",
                label=gettext("Dismiss the request"),
                consequence=gettext("The certificate stands as before."),
            )
            decisions += [
                Decision(title=gettext("Revoke"), outcomes=[revoke], id="revoke"),
                Decision(
                    title=gettext("Let it stand"), form=form, outcomes=[dismiss], id="dismiss"
                ),
            ]
        return decisions
    if "certificates.propose" in may:
        reissue = Outcome(
            act="reissue",
            label=gettext("Reissue"),
            consequence=gettext(
                "The files are made anew in the words and with the keys of today. Number and"
                " content stay; files handed out before still verify."
            ),
            rule="CE-2",
            good=True,
        )
        decisions.append(
            Decision(
                title=gettext("Reissue in a new form"),
                form=form,
                outcomes=[reissue],
                id="reissue",
                open=False,
            )
        )
    if "certificates.revoke" in may:
        ask = Outcome(
            act="ask",
            label=gettext("Ask for the revocation"),
            consequence=gettext("Another officer decides. The reason becomes public."),
            rule="PA-5",
            grave=True,
        )
        decisions.append(
            Decision(
                title=gettext("Ask to revoke it"), form=form, outcomes=[ask], id="ask", open=False
            )
        )
    return decisions

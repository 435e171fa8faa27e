"""
What protects us in others' rights: pledges and pre-emptions, and the money held for a pledge (RR-6).
"""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.documents import queries as documents
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.my.uploads import store
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.acts import EntryKind, Proceeds
from hutong.rights.forms import party_named
from hutong.settlement import actions as settlement
from hutong.settlement import queries as money
from hutong.settlement.pledged import Standing
from hutong.technologies import queries as technologies
from hutong.ui import words
from hutong.ui.door import Acts, as_member, member
from hutong.ui.fields import DayField, FilesField, YuanField
from hutong.ui.words import choices


class ConsentForm(forms.Form):
    """To which disposals a pledgee agrees, until when, and what becomes of the price."""

    kinds = forms.MultipleChoiceField(
        label=_("We agree to"), widget=forms.CheckboxSelectMultiple, choices=()
    )
    until = DayField(label=_("Until"), help_text=_("The last day on which it may take effect."))
    proceeds = forms.ChoiceField(label=_("What becomes of the price"), widget=forms.RadioSelect)
    taker = forms.CharField(
        label=_("Only to"),
        required=False,
        max_length=60,
        help_text=_("By its identifier, such as 91310000…; to anybody when empty."),
    )
    evidence = FilesField(label=_("Agreement with the pledgor"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kinds"].choices = choices(words.CONSENT_KINDS)
        self.fields["proceeds"].choices = [
            (
                Proceeds.PREPAY.value,
                gettext(
                    "It prepays the debt: at the settlement the price is ours up to the debt; what"
                    " is more is the seller's."
                ),
            ),
            (
                Proceeds.DEPOSIT.value,
                gettext(
                    "It is deposited: held in the seller's account up to the debt. Released, it is"
                    " the seller's; if the debt falls due unpaid, we ask for it."
                ),
            ),
        ]


class ReleaseForm(forms.Form):
    evidence = FilesField(label=_("Paper"), required=False)


@member
def restriction(request: HttpRequest, technology: UUID, entry: UUID) -> HttpResponse:
    """A pledge or pre-emption for the party: its terms, the consents given, and its release."""
    actor, now = as_member(request.actor), request.now
    me = actor.acting_party()
    posted = request.POST.get("act")
    agreeing = ConsentForm(
        request.POST if posted == "consent" else None,
        request.FILES if posted == "consent" else None,
        initial={"kinds": ["transfer"], "proceeds": Proceeds.PREPAY.value},
        auto_id="consent-%s",
    )
    releasing = ReleaseForm(
        request.POST if posted == "release" else None,
        request.FILES if posted == "release" else None,
        auto_id="release-%s",
    )

    def papers(form: forms.Form) -> list[UUID]:
        owner = subject("right_evidence", me)
        return [store(request, owner, upload).id for upload in form.cleaned_data["evidence"] or ()]

    def consent() -> Any:
        typed = agreeing.cleaned_data
        return actions.consent_to_disposals(
            actor=actor,
            now=now,
            restriction=entry,
            kinds=typed["kinds"],
            until=typed["until"],
            taker=party_named(typed["taker"]) if typed["taker"].strip() else None,
            proceeds=Proceeds(typed["proceeds"]),
            evidence=papers(agreeing),
        )

    acts = Acts(request)
    acts.on("consent", consent, said=gettext("Recorded in the register."), form=agreeing)
    acts.on(
        "release",
        lambda: actions.release(
            actor=actor, now=now, restriction=entry, evidence=papers(releasing)
        ),
        said=gettext("Released: it stands no longer."),
        to=lambda _done: "/my/rights",
        form=releasing,
    )
    if answer := acts.answer():
        return answer
    found = next((r for r in queries.restrictions_on(technology) if r.entry == entry), None)
    if found is None or found.party != me:
        raise Refused(CommonRefusal.NOT_FOUND, what="restriction")
    title = queries.title(technology)
    people = {*title.ownership, *(c.taker for c in found.consents if c.taker)}
    return render(
        request,
        "my/restriction.html",
        {
            "restriction": found,
            "pledge": found.kind is EntryKind.PLEDGE,
            "technology": technologies.technology(technology),
            "title": title,
            "today": local_date(now),
            "parties": parties.parties(people),
            "form": agreeing,
            "release": releasing,
            "words": words,
            "problem": acts.problem,
        },
        status=acts.status,
    )


class ClaimForm(forms.Form):
    amount_fen = YuanField(label=_("Amount (yuan)"), help_text=_("What of the debt is unpaid."))
    grounds = forms.CharField(
        label=_("How the debt fell due"), widget=forms.Textarea(attrs={"rows": 3}), max_length=400
    )
    evidence = FilesField(label=_("Demand for payment, other papers"), required=False)


@member
def proceeds(request: HttpRequest, id: UUID) -> HttpResponse:
    """What of a price a pledgee has, or is held for it; the pledgee asks for it when it is due."""
    actor, now = as_member(request.actor), request.now
    one = money.proceeds(id, actor)
    pledge = queries.pledge_standing(one.technology, one.pledge)
    due_on = pledge.debt_due_on if pledge else None
    form = ClaimForm(
        request.POST or None, request.FILES or None, initial={"amount_fen": one.amount_fen}
    )

    def claim() -> Any:
        typed = form.cleaned_data
        owner = subject("pledged_proceeds", id)
        return settlement.claim_proceeds(
            actor=actor,
            now=now,
            proceeds=id,
            amount_fen=typed["amount_fen"],
            grounds=typed["grounds"],
            evidence=[store(request, owner, upload).id for upload in typed["evidence"] or ()],
        )

    acts = Acts(request)
    acts.on(
        "claim",
        claim,
        said=gettext("Asked for. An officer decides; the seller is told."),
        form=form,
    )
    if answer := acts.answer():
        return answer
    mine = one.pledgee == actor.party
    return render(
        request,
        "my/proceeds.html",
        {
            "one": one,
            "mine": mine,
            "amount": with_unit(one.amount_fen, one.currency),
            "standing": pledge is not None,
            "due_on": due_on,
            "may": mine
            and pledge is not None
            and one.standing is Standing.HELD
            and (due_on is None or local_date(now) > due_on),
            "technology": technologies.technology(one.technology),
            "parties": parties.parties({one.seller, one.pledgee}),
            "papers": [d for e in one.evidence if (d := documents.find(e))],
            "form": form,
            "problem": acts.problem,
        },
        status=acts.status,
    )

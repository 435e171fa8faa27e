"""
The venue's keys, and whom it watches and asks to watch: changes that two officers make together
(LO-3, PA-5).
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.queue import Waiting, source
from hutong.kit.actor import Actor
from hutong.kit.moments import SHANGHAI
from hutong.kit.refusal import N_
from hutong.transparency.cosigning import actions as peer_actions
from hutong.transparency.cosigning import queries as peers
from hutong.transparency.cosigning.rules import PeerKind, PeerStatus
from hutong.transparency.keeping import actions, queries
from hutong.transparency.keeping.rules import OVERLAP, Change
from hutong.ui.door import Acts, officer, posted_id
from hutong.ui.words import choices

OPERATE = "venue.operate"
PURPOSES = {
    "log": N_("Signs the public log"),
    "witness": N_("Cosigns other venues' logs"),
    "message": N_("Signs messages to other venues"),
    "credential": N_("Signs credentials"),
    "authority": N_("Vouches for the keys that sign certificates"),
    "certificate": N_("Signs certificates as PDF"),
}
CHANGES = {
    "rotate": N_("Replace it by a new key"),
    "compromise": N_("Declare it compromised"),
}
PEER_KINDS = {
    "log": N_("A log that this venue watches"),
    "witness": N_("A witness that watches this venue's log"),
}


@source(OPERATE)
def changes_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Changes of keys that one officer asked for and another decides."""
    for change in queries.waiting():
        yield Waiting(
            kind=gettext("Change of a key to decide"),
            title=f"{gettext(CHANGES[change.change])}: {gettext(PURPOSES[change.purpose])}",
            href=f"/desk/keys#{change.id}",
            since=change.asked_at,
            note=change.reason,
            term="operation",
            not_by=(change.asked_by,),
        )


@source(OPERATE)
def peers_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Logs and witnesses that one officer proposed and another accepts."""
    for peer in peers.peers(PeerStatus.PROPOSED):
        yield Waiting(
            kind=gettext("Log or witness to accept"),
            title=peer.name,
            href=f"/desk/witnesses#{peer.id}",
            since=peer.proposed_at,
            note=gettext(PEER_KINDS[peer.kind]),
            term="operation",
            not_by=(peer.proposed_by,),
        )


class ChangeForm(forms.Form):
    change = forms.ChoiceField(label=_("What is to happen"), choices=choices(CHANGES))
    key = forms.ChoiceField(label=_("Key"))
    since = forms.DateTimeField(
        label=_("Compromised as of"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Real time, in the venue's zone. Only for a key that is declared compromised."),
    )
    reason = forms.CharField(
        label=_("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class PeerForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=choices(PEER_KINDS))
    keys = forms.CharField(
        label=_("Its verifier keys"),
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono"}),
        help_text=_("One a line: name+key id+base64, as its operator publishes them."),
    )
    url = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=400,
        help_text=_("Of a witness only: where checkpoints are sent, without /add-checkpoint."),
    )


@officer
def keys(request: HttpRequest) -> HttpResponse:
    """Every signing key with its life; asking for a change, and deciding one. `venue.operate`."""
    actor, now, real_now = request.actor, request.now, datetime.now(UTC)
    actor.need(OPERATE)
    lives = queries.lives()
    form = ChangeForm(request.POST if request.POST.get("act") == "ask" else None)
    form.fields["key"].choices = [
        (life.key, f"{gettext(PURPOSES[life.purpose])} · {life.key[-16:]}")
        for life in lives
        if life.compromised_from is None
    ]
    acts = Acts(request, to="/desk/keys")

    def ask() -> None:
        typed = form.cleaned_data
        since = typed["since"]
        actions.ask_change(
            actor=actor,
            now=now,
            real_now=real_now,
            change=Change(typed["change"]),
            key=typed["key"],
            since=since.replace(tzinfo=SHANGHAI) if since else None,
            reason=typed["reason"],
        )

    acts.on("ask", ask, said=gettext("Asked for; a second officer decides."), form=form)
    acts.on(
        "accept",
        lambda: actions.accept_change(
            actor=actor, now=now, real_now=real_now, change=posted_id(request, "change")
        ),
        said=gettext("Done; the change is an entry of the public log."),
    )
    acts.on(
        "decline",
        lambda: actions.decline_change(actor=actor, now=now, change=posted_id(request, "change")),
        said=gettext("Declined."),
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "desk/keys.html",
        {
            "lives": lives,
            "waiting": queries.waiting(),
            "purposes": PURPOSES,
            "changes": CHANGES,
            "overlap": OVERLAP.days,
            "real_now": real_now,
            "me": actor.person,
            "form": form,
            "problem": acts.problem,
        },
        status=acts.status,
    )


@officer
def witnesses(request: HttpRequest) -> HttpResponse:
    """Logs watched and witnesses asked; proposing, accepting, ending. Needs `venue.operate`."""
    actor, now = request.actor, request.now
    actor.need(OPERATE)
    form = PeerForm(request.POST if request.POST.get("act") == "propose" else None)
    acts = Acts(request, to="/desk/witnesses")
    acts.on(
        "propose",
        lambda: peer_actions.propose_peer(
            actor=actor,
            now=now,
            kind=PeerKind(form.cleaned_data["kind"]),
            keys=form.cleaned_data["keys"].splitlines(),
            url=form.cleaned_data["url"],
        ),
        said=gettext("Proposed; a second officer accepts it."),
        form=form,
    )

    def decide(act: Callable[..., None]) -> Callable[[], None]:
        return lambda: act(actor=actor, now=now, peer=posted_id(request, "peer"))

    acts.on("accept", decide(peer_actions.accept_peer), said=gettext("Accepted."))
    acts.on("decline", decide(peer_actions.decline_peer), said=gettext("Declined."))
    acts.on("end", decide(peer_actions.end_peer), said=gettext("Ended."))
    if answer := acts.answer():
        return answer
    return render(
        request,
        "desk/witnesses.html",
        {
            "peers": peers.peers(),
            "refused": len(peers.refused()),
            "kinds": PEER_KINDS,
            "me": actor.person,
            "form": form,
            "problem": acts.problem,
        },
        status=acts.status,
    )

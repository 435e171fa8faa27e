"""
This venue in the network: founding or joining one, letting others in, changing the list; always by
two officers (NE-1, PA-5).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.queue import Waiting, source
from hutong.kit.actor import Actor
from hutong.kit.refusal import N_, Refused
from hutong.network.claims import queries as claims
from hutong.network.membership import actions as membership
from hutong.transparency.venue_keys import KeyFileInvalid, VenueKeys
from hutong.ui.door import Acts, officer, posted_id
from hutong.ui.words import choices
from hutong.venues import actions, queries
from hutong.venues.lists import Kind, State
from hutong.venues.queries import ChangeView
from hutong.venues.rolls import MOVED
from hutong.venues.rules import OVERDUE_AFTER, RENEWED_AFTER, Refusal
from hutong.venues.states import ChangeStatus, UndertakingStatus

OPERATE = "network.operate"
PAGE = "/desk/network"
KINDS = {
    "admit": N_("Let a venue in"),
    "suspend": N_("Suspend a venue"),
    "reinstate": N_("End a suspension"),
    "leave": N_("Leave the network"),
    "rekey": N_("List other keys"),
    "relocate": N_("List another address or name"),
    "registrar": N_("Replace the registrar"),
    "renew": N_("Renew the list"),
}
PROPOSED = {kind: words for kind, words in KINDS.items() if kind not in ("admit", "renew")}
UNDERTAKINGS = {"found": N_("Found a network"), "join": N_("Join a network")}


@source(OPERATE)
def undertakings_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """What one officer wants this venue to found or join, and another accepts."""
    wanted = queries.undertaking()
    if wanted is not None and wanted.status is UndertakingStatus.PROPOSED:
        yield Waiting(
            kind=gettext("Network to found or join"),
            title=wanted.name or wanted.url,
            href=f"{PAGE}#{wanted.id}",
            since=wanted.proposed_at,
            note=gettext(UNDERTAKINGS[wanted.kind]),
            term="operation",
            not_by=(wanted.proposed_by,),
        )


@source(OPERATE)
def applications_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Venues that ask to be let in."""
    for application in queries.applications():
        yield Waiting(
            kind=gettext("Venue that wants to join"),
            title=f"{application.member.name_zh} · {application.member.code}",
            href=f"{PAGE}#{application.digest}",
            since=application.received_at,
            note=application.member.url,
            term="operation",
        )


@source(OPERATE)
def changes_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """Changes of the list to take up or to approve."""
    for change in queries.changes():
        decided = change.status not in (ChangeStatus.WAITING, ChangeStatus.PROPOSED)
        if decided or not change.is_ours or change.impossible:
            continue
        yield Waiting(
            kind=gettext("Change of the list of members to decide"),
            title=f"{gettext(KINDS[change.kind])} · {change.venue}",
            href=f"{PAGE}#{change.id}",
            since=change.taken_up_at,
            note=change.reason,
            term="operation",
            not_by=(change.taken_up_by,),
        )


@source(OPERATE)
def trouble_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """What the list needs somebody to look at: misconduct, a registrar away, keys not listed."""
    network = queries.network()
    if network is None:
        return
    for who in queries.accused():
        yield Waiting(
            kind=gettext("Misconduct in the network"),
            title=gettext("{who} signed lists against each other").format(who=who),
            href="/network",
            since=None,
            term="operation",
        )
    for title in _troubles(network, datetime.now(UTC)):
        yield Waiting(
            kind=gettext("The list of members needs attention"),
            title=title,
            href=PAGE,
            since=None,
            term="operation",
        )


def _troubles(network: queries.NetworkView, real_now: datetime) -> Iterator[str]:
    if network.expires_at <= real_now:
        yield gettext("The list has expired; the registrar {who} has not renewed it").format(
            who=network.registrar
        )
    elif real_now > network.issued_at + 2 * RENEWED_AFTER:
        yield gettext("The registrar {who} has not renewed the list in time").format(
            who=network.registrar
        )
    if any(_is_overdue(change, real_now) for change in queries.changes()):
        yield gettext("The registrar {who} does not list what was approved").format(
            who=network.registrar
        )
    if queries.lacks_memory():
        yield gettext("This registrar does not know which list it signed last, and signs none")
    if queries.unlisted_keys():
        yield gettext("Our keys are not those in the list")
    if queries.unlisted_facts():
        yield gettext("Our address, name or region is not as in the list")


def _is_overdue(change: ChangeView, real_now: datetime) -> bool:
    """Approved by enough members, by what we know, and in no list yet."""
    is_enough = change.needs == 0 and bool(change.approved_by) and not change.impossible
    return is_enough and real_now > change.proposed_at + OVERDUE_AFTER


class FoundForm(forms.Form):
    name = forms.CharField(label=_("Name of the network"), max_length=120)


class JoinForm(forms.Form):
    url = forms.CharField(
        label=_("Address of a member"),
        max_length=400,
        help_text=_("Where our application is sent: https:// and a host."),
    )
    anchor = forms.CharField(
        label=_("Anchor of the network"),
        max_length=71,
        widget=forms.TextInput(attrs={"class": "mono"}),
        help_text=_("sha256:… as a person at a member tells it to you, by telephone or letter."),
    )


class ChangeForm(forms.Form):
    kind = forms.ChoiceField(label=_("What is to change"), choices=choices(PROPOSED))
    venue = forms.ChoiceField(
        label=_("Which venue"), help_text=_("To replace the registrar: who is to be it.")
    )
    url = forms.CharField(
        label=_("New address"),
        required=False,
        max_length=400,
        help_text=_(
            "Only when a venue moves or is renamed; what stays is left empty. For our own with"
            " nothing filled in: as it describes itself now."
        ),
    )
    name_zh = forms.CharField(label=_("New name in Chinese"), required=False, max_length=120)
    name_en = forms.CharField(label=_("New name in English"), required=False, max_length=120)
    region = forms.CharField(
        label=_("New region"),
        required=False,
        max_length=10,
        help_text=_("As ISO 3166-2 writes it, e.g. CN-SH."),
    )
    keys = forms.CharField(
        label=_("Its new keys"),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "mono"}),
        help_text=_(
            "Only for another venue whose keys were stolen: its new key file, got from its people."
            " For our own, leave it empty: those in the keyring are listed."
        ),
    )
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Every member reads it; name no person."),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A change with what this officer may do about it."""

    change: ChangeView
    is_overdue: bool


@officer
def page(request: HttpRequest) -> HttpResponse:
    """Everything about membership that officers do. Needs `network.operate`."""
    actor, now, real_now = request.actor, request.now, datetime.now(UTC)
    actor.need(OPERATE)
    act = request.POST.get("act", "")
    network = queries.network()
    venues = queries.every_venue() if network else []
    found = FoundForm(request.POST if act == "found" else None)
    join = JoinForm(request.POST if act == "join" else None)
    change = ChangeForm(request.POST if act == "propose" else None)
    change.fields["venue"].choices = [
        (venue.code, f"{venue.code} · {venue.name_zh}")
        for venue in venues
        if venue.state is not State.LEFT
    ]
    acts = Acts(request, to=PAGE)
    times: dict[str, Any] = {"actor": actor, "now": now}
    _undertaking(request, acts, found, join, times, real_now)
    _changes(request, acts, change, times, real_now)
    if answer := acts.answer():
        return answer
    changes = queries.changes() if network else []
    return render(
        request,
        "desk/network.html",
        {
            "network": network,
            "venues": [
                (venue, queries.standing_of(venue, network, real_now))
                for venue in venues
                if network is not None
            ],
            "undertaking": queries.undertaking(),
            "applications": queries.applications() if network else [],
            "changes": [Line(one, _is_overdue(one, real_now)) for one in changes],
            "troubles": list(_troubles(network, real_now)) if network else [],
            "unlisted": queries.unlisted_keys() if network else [],
            "lacking": claims.lack_the_list() if network else [],
            "kinds": KINDS,
            "undertakings": UNDERTAKINGS,
            "me": actor.person,
            "found": found,
            "join": join,
            "form": change,
            "problem": acts.problem,
        },
        status=acts.status,
    )


def _undertaking(
    request: HttpRequest,
    acts: Acts,
    found: FoundForm,
    join: JoinForm,
    times: dict[str, Any],
    real_now: datetime,
) -> None:
    proposed = gettext("Proposed; a second officer accepts it.")
    acts.on(
        "found",
        lambda: actions.propose_founding(**times, name=found.cleaned_data["name"]),
        said=proposed,
        form=found,
    )
    acts.on(
        "join",
        lambda: actions.propose_joining(**times, **join.cleaned_data),
        said=proposed,
        form=join,
    )
    acts.on(
        "accept",
        lambda: actions.accept_undertaking(
            **times, real_now=real_now, undertaking=posted_id(request, "undertaking")
        ),
        said=gettext("Accepted."),
    )
    acts.on(
        "withdraw",
        lambda: actions.withdraw_undertaking(
            **times, undertaking=posted_id(request, "undertaking")
        ),
        said=gettext("Given up."),
    )


def _changes(
    request: HttpRequest,
    acts: Acts,
    form: ChangeForm,
    times: dict[str, Any],
    real_now: datetime,
) -> None:
    def posted(name: str) -> str:
        return request.POST.get(name, "")

    def let_in() -> None:
        actions.propose(
            **times,
            real_now=real_now,
            kind=Kind.ADMIT,
            venue="",
            reason=posted("why"),
            application=posted("application"),
        )

    proposed = gettext("Proposed; a second officer approves it for this venue.")
    acts.on("admit", let_in, said=proposed)
    acts.on(
        "turn_away",
        lambda: actions.decline_application(
            **times, application=posted("application"), why=posted("why")
        ),
        said=gettext("Declined."),
    )
    acts.on("propose", _proposer(form, times, real_now), said=proposed, form=form)
    acts.on(
        "take_up",
        lambda: actions.take_up(**times, change=posted("change")),
        said=gettext("Taken up; a second officer approves it for this venue."),
    )
    acts.on(
        "approve",
        lambda: membership.approve(**times, real_now=real_now, change=posted("change")),
        said=gettext("Approved and signed; it is sent to the registrar."),
    )
    acts.on(
        "decline",
        lambda: actions.decline(**times, change=posted("change"), why=posted("why")),
        said=gettext("Declined."),
    )


def _proposer(form: ChangeForm, times: dict[str, Any], real_now: datetime) -> Callable[[], object]:
    def propose() -> None:
        typed = form.cleaned_data
        kind = Kind(typed["kind"])
        details: dict[str, Any] = {}
        if kind is Kind.RELOCATE:
            own = typed["venue"] == queries.my_code()
            details = _moved(typed) or (queries.unlisted_facts() if own else {})
        elif kind is Kind.REKEY:
            own = typed["venue"] == queries.my_code()
            keys = queries.keys_to_list() if own else _keys_in(typed["keys"])
            details = {"keys": keys, "compromised": not own}
        actions.propose(
            **times,
            real_now=real_now,
            kind=kind,
            venue=typed["venue"],
            details=details,
            reason=typed["reason"],
        )

    return propose


def _moved(typed: dict[str, str]) -> dict[str, str]:
    given = {name: typed[name].strip() for name in MOVED if typed[name].strip()}
    return given | ({"url": given["url"].rstrip("/")} if "url" in given else {})


def _keys_in(file: str) -> dict[str, list[str]]:
    try:
        return queries.keys_as_listed(VenueKeys.parse(file.encode()))
    except KeyFileInvalid as error:
        raise Refused(Refusal.DOCUMENT_INVALID, problem=str(error)) from error

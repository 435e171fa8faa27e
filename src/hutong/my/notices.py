"""
My notices; which kinds are shown here and which come by e-mail; stopping a kind from a letter.
"""

from collections.abc import Iterator
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt

from hutong.kit.refusal import N_
from hutong.notices import actions, queries
from hutong.notices.queries import MailChoiceView
from hutong.notices.stopping import read
from hutong.parties import queries as parties
from hutong.ui.door import Acts, member, officers_powers, visitor
from hutong.ui.words import Words

AREAS: Words = {
    "parties": N_("Party and people"),
    "technologies": N_("Technologies"),
    "rights": N_("Rights"),
    "listings": N_("Listings and intents"),
    "auctions": N_("Bidding"),
    "deals": N_("Deals"),
    "settlement": N_("Money"),
    "certificates": N_("Certificates"),
}
# Told to officers alone, about their office and its queues.
OFFICERS = frozenset(
    {
        "parties.waits",
        "parties.appointed",
        "parties.dismissed",
        "rights.application_submitted",
        "listings.submitted",
        "listings.withdrawal_requested",
        "listings.intent_applied",
        "settlement.payout_requested",
    }
)


@member
def page(request: HttpRequest) -> HttpResponse:
    actor, now = request.actor, request.now
    acts = Acts(request, to="/my/notices")
    acts.on(
        "read",
        lambda: actions.mark_read(actor=actor, now=now),
        said=gettext("All are marked as read."),
    )
    if answer := acts.answer():
        return answer
    unread = "unread" in request.GET
    return render(
        request,
        "my/notices.html",
        {
            "page": queries.notices_page(
                actor.person, unread=unread, cursor=request.GET.get("cursor")
            ),
            "unread": unread,
            "problem": acts.problem,
        },
        status=acts.status,
    )


@member
def settings(request: HttpRequest) -> HttpResponse:
    """One form: for each kind, whether it is shown here and whether it comes by e-mail."""
    actor, now = request.actor, request.now
    shown = [
        choice
        for choice in queries.mail_choices(actor.person)
        if choice.kind not in OFFICERS or officers_powers(actor)
    ]
    site, mail = (set(request.POST.getlist(name)) for name in ("site", "mail"))
    acts = Acts(request, to="/my/notices/settings")
    acts.on(
        "save",
        lambda: actions.choose(
            actor=actor,
            now=now,
            chosen={c.kind: (c.kind in site, c.kind in mail) for c in shown},
        ),
        said=gettext("Saved."),
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/notice_settings.html",
        {"groups": list(_grouped(shown)), "problem": acts.problem},
        status=acts.status,
    )


def _grouped(choices: list[MailChoiceView]) -> Iterator[tuple[str, list[MailChoiceView]]]:
    areas = list(AREAS)

    def area(choice: MailChoiceView) -> str:
        return choice.kind.partition(".")[0]

    def place(choice: MailChoiceView) -> tuple[int, str, str]:
        known = area(choice) in AREAS
        return (areas.index(area(choice)) if known else len(areas), area(choice), choice.kind)

    for name, group in groupby(sorted(choices, key=place), key=area):
        yield gettext(AREAS.get(name, name)), list(group)


@csrf_exempt  # mail programs send it by themselves (RFC 8058); the link is the proof
@visitor
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop a kind of mail from a letter, without signing in. Opening the link changes nothing yet."""
    person, kind = read(token)
    done = request.method == "POST"
    if done:
        actions.choose_mail(
            actor=parties.actor_for_person(person), now=request.now, kind=kind, mail=False
        )
    choices = {choice.kind: choice for choice in queries.mail_choices(person)}
    return render(request, "my/notice_stop.html", {"choice": choices.get(kind), "done": done})

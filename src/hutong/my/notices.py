"""
My notices, and which kinds also come by e-mail.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hutong.notices import actions, queries
from hutong.ui.door import Acts, member


@member
def page(request: HttpRequest) -> HttpResponse:
    actor, now = request.actor, request.now
    acts = Acts(request, to="/my/notices")
    acts.on(
        "read",
        lambda: actions.mark_read(actor=actor, now=now),
        said=gettext("All are marked as read."),
    )
    acts.on(
        "mail",
        lambda: actions.choose_mail(
            actor=actor,
            now=now,
            kind=request.POST["kind"],
            mail=request.POST["mail"] == "yes",
        ),
        said=gettext("Saved."),
    )
    if answer := acts.answer():
        return answer
    return render(
        request,
        "my/notices.html",
        {
            "page": queries.notices_page(actor.person, cursor=request.GET.get("cursor")),
            "choices": queries.mail_choices(actor.person),
            "problem": acts.problem,
        },
        status=acts.status,
    )

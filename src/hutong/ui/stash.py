"""
Nothing typed is lost: what a form held when its sender was signed out, or its page had grown old.

    POST ─► not signed in, or a token of an earlier sign-in ─► kept in the session ─► sign in
        ─► the page again, with what was typed in its form ─► looked over and sent anew

Kept once, for an hour, for that page alone, without files and passwords. Nothing is done with it by
itself: its sender reads it and sends it again.
"""

import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext

KEY = "typed"
SECONDS = 3600
MOST = 200_000  # characters, of a form that is worth typing again
LEFT_OUT = ("csrfmiddlewaretoken", "_once", "act")


def keep(request: HttpRequest) -> bool:
    """Keep what was typed for the page it was sent to. Says whether there was anything to keep."""
    typed = request.POST.copy()
    for name in [
        *LEFT_OUT,
        *(n for n in typed if "password" in n.lower() or "secret" in n.lower()),
    ]:
        typed.pop(name, None)
    text = typed.urlencode()
    if not any(any(values) for _name, values in typed.lists()) or len(text) > MOST:
        return False
    request.session[KEY] = {"path": request.path, "text": text, "at": int(time.time())}
    return True


def bring_back(request: HttpRequest) -> None:
    """Put what was kept for this page into `request.POST`, so that its forms show it again."""
    if request.method != "GET" or KEY not in request.session:
        return
    kept = request.session[KEY]
    if kept["path"] != request.path:
        return
    del request.session[KEY]
    if time.time() - kept["at"] > SECONDS:
        return
    request.POST = QueryDict(kept["text"])
    messages.warning(
        request,
        gettext(
            "What you typed is back. Look it over and send it again; files have to be chosen again."
        ),
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form's token is not of this sign-in: show the page again with what was typed.

    Only for a form of this venue's own pages; another site's is refused and nothing of it kept.
    """
    own = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    if own and request.method == "POST" and keep(request):
        return HttpResponseRedirect(request.get_full_path())
    return render(request, "403_csrf.html", status=403)

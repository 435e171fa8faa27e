"""
Reading what somebody opened: a secret link, or a file to be checked (LO-2).
"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency import queries as transparency
from hutong.transparency.openings import queries
from hutong.transparency.openings.command import summary
from hutong.transparency.openings.document import MAX_BYTES, verify
from hutong.ui.door import visitor
from hutong.ui.history import event_word


class OpeningForm(forms.Form):
    file = forms.FileField(label=_("The file"), help_text=_("The JSON file, unchanged."))


@visitor
def check(request: HttpRequest) -> HttpResponse:
    """Check an opening that was handed over as a file. Nothing is kept."""
    form = OpeningForm(request.POST or None, request.FILES or None)
    raw, problem = None, None
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            problem = Refused(CommonRefusal.TOO_LARGE, what=gettext("The file"), limit="2 MB")
        else:
            raw = upload.read()
    return render(
        request,
        "portal/log_opening.html",
        {"form": form, "problem": problem, **(_told(raw) if raw is not None else {})},
        status=413 if problem else 200,
    )


@visitor
def shown(request: HttpRequest, secret: str) -> HttpResponse:
    """What a secret link shows, checked before the reader's eyes."""
    raw = queries.behind(secret).file()
    if request.GET.get("as") == "file":
        headers = {"Content-Disposition": 'attachment; filename="opening.json"'}
        response = HttpResponse(raw, content_type="application/json", headers=headers)
    else:
        response = render(request, "portal/log_opening.html", {"link": True, **_told(raw)})
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _told(raw: bytes) -> dict[str, object]:
    told = summary(verify(raw, transparency.public_keys()), gettext)
    return {"report": told, "words": event_word(str(told["kind"])) if told["kind"] else ""}

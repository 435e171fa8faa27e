"""
Opening private fields of log entries to chosen readers: a file to hand over, or a link that can be
revoked (LO-2).
"""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.kit.refusal import Refused
from hutong.parties import queries as parties
from hutong.transparency.openings import actions, queries
from hutong.transparency.openings.rules import MAX_READER
from hutong.ui.door import Acts, as_member, member, posted_id
from hutong.ui.history import event_word
from hutong.ui.templatetags.ui import named


class OpenForm(forms.Form):
    reader = forms.CharField(
        label=_("For whom"),
        required=False,
        max_length=MAX_READER,
        help_text=_("For yourself to remember; the reader does not see it."),
    )


@member
def index(request: HttpRequest) -> HttpResponse:
    """Entries with private fields of the party, and the links that were made."""
    actor = as_member(request.actor)
    before = request.GET.get("before", "")
    acts = Acts(request, to="/my/openings")
    acts.on(
        "revoke",
        lambda: actions.revoke_opening(
            actor=actor, now=request.now, opening=posted_id(request, "opening")
        ),
        said=gettext("Revoked; the link shows nothing any more."),
    )
    if answer := acts.answer():
        return answer
    entries, older = queries.openable(actor, before=int(before) if before.isdecimal() else None)
    return render(
        request,
        "my/openings.html",
        {
            "entries": [(entry, event_word(entry.leaf.kind)) for entry in entries],
            "older": older,
            "links": [
                (link, event_word(link.leaf.kind) if link.leaf else "")
                for link in queries.links(actor)
            ],
            "secret": request.session.pop("new_opening", None),
            "problem": acts.problem,
        },
        status=acts.status,
    )


@member
def one(request: HttpRequest, index: int) -> HttpResponse:
    """Choose fields of one entry; take them as a file, or make a link."""
    actor, now = as_member(request.actor), request.now
    entry = queries.one(actor, index)
    chosen = request.POST.getlist("field")
    form = OpenForm(request.POST if request.method == "POST" else None)
    acts = Acts(request, to="/my/openings")

    def link() -> None:
        secret = actions.open_fields(
            actor=actor,
            now=now,
            index=index,
            fields=chosen,
            reader=form.cleaned_data["reader"],
        )
        request.session["new_opening"] = request.build_absolute_uri(f"/log/openings/{secret}")

    acts.on("link", link, form=form)
    problem: Any = None
    if request.POST.get("act") == "file":
        try:
            return _file(queries.document(actor, index, chosen).file(), index)
        except Refused as refused:
            problem = refused
    elif answer := acts.answer():
        return answer
    return render(
        request,
        "my/opening.html",
        {
            "entry": entry,
            "words": event_word(entry.leaf.kind),
            "fields": {name: shown_value(value) for name, value in entry.fields.items()},
            "chosen": chosen,
            "form": form,
            "problem": problem or acts.problem,
        },
        status=problem.reason.status if problem else acts.status,
    )


def shown_value(value: Any) -> str:
    """A private value for people: a party by its name, anything else as it stands."""
    try:
        found = parties.parties([UUID(value)]) if isinstance(value, str) else {}
    except ValueError:
        found = {}
    if found:
        return f"{named(next(iter(found.values())))} ({value})"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _file(data: bytes, index: int) -> HttpResponse:
    return HttpResponse(
        data,
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="opening-{index}.json"',
            "Cache-Control": "private, no-store",
        },
    )

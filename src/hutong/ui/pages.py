"""
The living style page `/style`: every component with its real code, in the reader's language.

What stands here is what pages are made of; a new component is added here first.
"""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ui.lifecycles import LIFECYCLES
from hutong.ui.samples import sample_case, sample_history, sample_papers


class SampleForm(forms.Form):
    name = forms.CharField(
        label=_("Name in Chinese"), help_text=_("As it stands on the certificate.")
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("enterprise", _("Enterprise")), ("university", _("University"))]
    )
    price = forms.DecimalField(label=_("Price (yuan)"), min_value=0)
    accept = forms.BooleanField(label=_("I accept the conditions of the listing."))


def style(request: HttpRequest) -> HttpResponse:
    """Show every component. Open to all; changes nothing."""
    now: datetime = request.now
    refused = Refused(CommonRefusal.SAME_EYES)
    spoiled = SampleForm(
        {"spoiled-name": "", "spoiled-kind": "university", "spoiled-price": "-1"}, prefix="spoiled"
    )
    spoiled.is_valid()
    return render(
        request,
        "ui/style.html",
        {
            "lifecycles": _drawn(),
            "amount": 3_931_000_000_00,
            "small": 1_280_050,
            "soon": now + timedelta(seconds=95),
            "later": now + timedelta(days=20, hours=3),
            "now": now,
            "third": Fraction(1, 3),
            "quarter": Fraction(1, 4),
            "form": SampleForm(),
            "spoiled": spoiled,
            "refused": refused,
            "papers": sample_papers(),
            "history": sample_history(now),
            "case": sample_case(now),
            "sample_party": {
                "name_zh": "上海某大学",
                "name_en": "A university in Shanghai",
                "status": "verified",
                "kind": "university",
                "jurisdiction": "CN",
            },
        },
    )


def case(request: HttpRequest) -> HttpResponse:
    """A sample case page."""
    return render(request, "ui/style_case.html", {"case": sample_case(request.now)})


def _drawn() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "middle": cycle.course[len(cycle.course) // 2].code,
            "exit": cycle.exits[0].code if cycle.exits else "",
            "states": [state.code for state in (*cycle.course, *cycle.exits)],
        }
        for name, cycle in LIFECYCLES.items()
    ]

"""
Accredited service institutions, of this venue and of the network: for what, until when (PA-6).
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hutong.certificates.words import CAPABILITIES
from hutong.kit.moments import local_date
from hutong.network.recognition import queries
from hutong.ui.door import visitor
from hutong.ui.templatetags.ui import lang
from hutong.venues import queries as venues


@visitor
def page(request: HttpRequest) -> HttpResponse:
    """By business; each with the venue that accredited it, and its certificate."""
    asked = request.GET.get("for", "")
    capability = asked if asked in CAPABILITIES else ""
    names = {code: lang(*pair) for code, pair in CAPABILITIES.items()}
    found = queries.institutions(local_date(request.now), capability)
    return render(
        request,
        "portal/institutions.html",
        {
            "rows": [(one, names.get(one.capability, one.capability)) for one in found],
            "names": names,
            "chosen": capability,
            "me": venues.my_code(),
            "members": {member.code: member for member in venues.every_venue()},
        },
    )

"""
Institutions of other venues as this one knows them: by whose word, until when, for which services,
and whose word ended (PA-4, PA-6).
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hutong.certificates.words import CAPABILITIES
from hutong.kit.moments import local_date
from hutong.network.recognition import queries
from hutong.parties import queries as parties
from hutong.ui.door import officer
from hutong.ui.templatetags.ui import lang
from hutong.venues import queries as venues

SHOWN = 200


@officer
def page(request: HttpRequest) -> HttpResponse:
    """Latest shown first; with `venue` those of one, with `ended` those whose recognition ended.
    Needs `network.operate`."""
    actor = request.actor
    actor.need(queries.SEE)
    venue, ended = request.GET.get("venue", ""), "ended" in request.GET
    found = queries.recognitions_for(actor, venue, SHOWN, ended=ended)
    names = parties.names(one.party for one in found)
    accredited = queries.accreditations_of(
        [(one.home_venue, one.foreign_id) for one in found], local_date(request.now)
    )
    members = {member.code: member for member in venues.every_venue()}
    return render(
        request,
        "desk/network_institutions.html",
        {
            "rows": [
                (
                    one,
                    names.get(one.party),
                    one.why.value if one.why else "live",
                    accredited.get((one.home_venue, one.foreign_id), []),
                    members.get(one.home_venue),
                )
                for one in found
            ],
            "names": {code: lang(*pair) for code, pair in CAPABILITIES.items()},
            "members": [member for member in members.values() if member.code != venues.my_code()],
            "venue": venue,
            "ended": ended,
            "most": SHOWN if len(found) == SHOWN else 0,
        },
    )

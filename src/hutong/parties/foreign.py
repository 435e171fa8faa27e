"""
Who has their account at another venue has none here: no password, address or second factor of this
venue could outlive what their home venue says (PA-2, PA-4).
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hutong.kit.refusal import Refused
from hutong.parties import queries
from hutong.parties.sign_in import Refusal
from hutong.ui.door import refused_page

ACCOUNT = "/accounts/"
OPEN = ("/accounts/logout/", "/accounts/login/")


class HomeElsewhere:
    """Middleware: the pages of accounts are for accounts of this venue."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ACCOUNT) and request.path not in OPEN:
            person = request.actor.person
            home = queries.home_of_person(person) if person else None
            if home:
                return refused_page(request, Refused(Refusal.ACCOUNT_ELSEWHERE, venue=home))
        return self.get_response(request)

"""Where a request comes from, and what is counted of it."""

import pytest
from django.test import RequestFactory

from hutong.kit.actor import ANONYMOUS
from hutong.parties import actions
from hutong.parties.actions import throttle
from hutong.parties.api.place import place_of
from hutong.parties.models import Throttle
from hutong.parties.sign_in import OF_PLACE, Refusal


@pytest.mark.parametrize(
    ("address", "said", "place"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # a stranger's word is not believed
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "10.9.9.9, 198.51.100.1", "198.51.100.1"),  # only what our proxy added
        ("127.0.0.1", "not an address", "127.0.0.1"),
        ("::1", "2001:db8::1", "2001:db8::1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_only_our_own_proxy_is_believed(address, said, place):
    headers = {"X-Forwarded-For": said} if said else {}
    request = RequestFactory(REMOTE_ADDR=address).get("/", headers=headers)

    assert place_of(request) == place


@pytest.mark.django_db
def test_one_place_that_fails_for_many_accounts_is_stopped(venue):
    there = throttle.counters("password", account="somebody@x.example", place="192.0.2.7")
    for _ in range(OF_PLACE.failures):
        throttle.count(there[2:])

    def attempt(place):
        return actions.check_credentials(
            actor=ANONYMOUS, now=venue.now, email="other@x.example", password="x", place=place
        )

    stopped = attempt("192.0.2.7")
    assert stopped.why is Refusal.TOO_MANY_FAILURES
    assert 1 <= stopped.minutes <= 15
    assert attempt("198.51.100.1").why is Refusal.CREDENTIALS_WRONG


@pytest.mark.django_db
def test_a_silent_proxy_on_this_machine_is_not_a_place(venue):
    for place in ("127.0.0.1", "::1", ""):
        assert len(throttle.counters("password", account="a@x.example", place=place)) == 2


@pytest.mark.django_db
def test_windows_that_are_over_are_swept(venue):
    throttle.count(throttle.counters("password", account="a@x.example", place="192.0.2.7"))
    assert throttle.sweep() == 0
    Throttle.objects.update(window_ends_at="2020-01-01T00:00:00Z")
    assert throttle.sweep() == 3

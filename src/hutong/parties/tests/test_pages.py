"""Signing up and in on pages: allauth's forms leave what the API leaves (PA-2)."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from hutong.journal import queries as journal
from hutong.kit.ids import subject
from hutong.parties import actions, one_time, queries
from hutong.parties.models import Person
from hutong.parties.testing import PASSWORD, officer, person, signed_in

pytestmark = pytest.mark.django_db
EMAIL = "office@university.example"


@pytest.fixture(autouse=True)
def nothing_counted_yet():
    """allauth counts its mails in the cache, which outlives a test."""
    cache.clear()


def sign_up_on_the_page(browser, email=EMAIL):
    form = {
        "email": email,
        "display_name": "转移办公室",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    return browser.post("/accounts/signup/", form)


def sign_in_on_the_page(browser, email=EMAIL, password=PASSWORD):
    return browser.post("/accounts/login/", {"login": email, "password": password})


def test_a_sign_up_on_the_page_is_the_same_account(venue):
    browser = Client(headers={"Accept-Language": "en"})
    assert sign_up_on_the_page(browser, "Office@University.example").status_code == 302
    who = Person.objects.get(email=EMAIL)
    assert (who.display_name, who.language) == ("转移办公室", "en")
    assert who.email_confirmed_at is None

    code = re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", mail.outbox[0].body, re.M)[1]
    assert browser.post("/accounts/confirm-email/", {"code": code}).status_code == 302
    assert browser.get("/api/v1/me").json()["person"]["email"] == EMAIL
    who.refresh_from_db()
    assert who.email_confirmed_at == venue_moment(venue, who)
    kinds = [e.kind for e in journal.of_subject(subject("person", who.id))]
    assert kinds == ["parties.SignedUp", "parties.EmailConfirmed"]
    basic = actions.check_credentials(
        actor=signed_in(who.id), now=venue.now, email=EMAIL, password=PASSWORD
    )
    assert basic == actions.SignedIn(who.id, second_factor=False)


def venue_moment(venue, who):
    """Confirmed at the venue's time, some moment of its first minutes."""
    assert 0 <= (who.email_confirmed_at - venue.now).total_seconds() < 600
    return who.email_confirmed_at


def test_the_same_address_again_tells_nothing_and_changes_nothing(venue):
    person(email=EMAIL)
    before = Person.objects.get().password
    answer, other = sign_up_on_the_page(Client()), sign_up_on_the_page(Client(), "new@x.example")

    assert (answer.status_code, answer.url) == (other.status_code, other.url)
    assert Person.objects.get(email=EMAIL).password == before


def test_an_account_of_the_api_signs_in_on_the_page(venue):
    person(email=EMAIL)
    browser = Client()
    assert sign_in_on_the_page(browser, password="wrong").status_code == 200
    assert browser.get("/api/v1/me").status_code == 401

    assert sign_in_on_the_page(browser).status_code == 302
    me = browser.get("/api/v1/me").json()
    assert me["person"]["email"] == EMAIL
    assert me["second_factor"] is False


def test_the_factor_of_the_api_is_asked_for_on_the_page(venue):
    who = person(email=EMAIL)
    actions.appoint_officer(
        actor=officer("administrator"), now=venue.now, person=who.id, role="registrar"
    )
    begun = actions.begin_second_factor(actor=signed_in(who), now=venue.now)
    counter = one_time.counter_of(queries.real_now().timestamp())
    code = one_time.code_at(begun.secret, counter)
    actions.add_second_factor(actor=signed_in(who), now=venue.now, code=code)

    browser = Client()
    assert sign_in_on_the_page(browser).url.startswith("/accounts/2fa/authenticate/")
    assert browser.get("/api/v1/me").status_code == 401
    assert browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    now = one_time.code_at(begun.secret, one_time.counter_of(queries.real_now().timestamp()))
    assert browser.post("/accounts/2fa/authenticate/", {"code": now}).status_code == 302
    me = browser.get("/api/v1/me").json()
    assert me["second_factor"] is True
    assert "parties.verify" in me["powers"]


def test_a_token_is_made_from_a_page_session_and_never_without_its_csrf_token(venue):
    person(email=EMAIL)
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/accounts/login/")
    form = {"login": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": page.context["csrf_token"]}
    assert browser.post("/accounts/login/", form).status_code == 302

    ask = {"path": "/api/v1/tokens", "data": {"label": "x"}, "content_type": "application/json"}
    assert browser.post(**ask).status_code == 403
    csrf = browser.cookies["hutong_csrf"].value
    assert browser.post(**ask, headers={"X-CSRFToken": csrf}).status_code == 201

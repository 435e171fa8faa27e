"""One-time sign-in links of a demo venue (TI-2)."""

import re
import time
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from hutong.journal import queries as journal
from hutong.kit.actor import ANONYMOUS, SYSTEM
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions, one_time
from hutong.parties.models import SignInLink
from hutong.parties.sign_in import Refusal
from hutong.parties.testing import member_of, officer, person, unverified_party

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_new_officer(venue):
    """Appointed, with a password, and without a second factor yet."""
    who = person()
    actions.appoint_officer(
        actor=officer("administrator"), now=venue.now, person=who.id, role="registrar"
    )
    return who


def link_for(venue, who, **more):
    return actions.make_sign_in_link(actor=SYSTEM, now=venue.now, person=who, **more)


def test_a_link_signs_in_once_with_the_factor_it_was_made_with(venue):
    registrar = officer("registrar")
    link = link_for(venue, registrar.person, second_factor=True)
    browser = Client()

    answer = browser.get(f"/sign-in/{link}")
    assert (answer.status_code, answer.url) == (302, "/desk")
    me = browser.get("/api/v1/me").json()
    assert me["second_factor"] is True
    assert "parties.verify" in me["powers"]
    assert Client().get(f"/sign-in/{link}").status_code == 404
    assert link not in str(SignInLink.objects.values_list())


def test_a_members_link_leads_to_their_affairs(venue):
    owner = member_of(unverified_party())
    answer = Client().get(f"/sign-in/{link_for(venue, owner.person)}")

    assert answer.url == "/my"


def test_a_link_is_for_this_machine_and_for_half_an_hour(venue):
    link = link_for(venue, person().id)

    assert Client(REMOTE_ADDR="192.0.2.7").get(f"/sign-in/{link}").status_code == 404
    proxied = Client(headers={"X-Forwarded-For": "192.0.2.7"})
    assert proxied.get(f"/sign-in/{link}").status_code == 404
    SignInLink.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert Client().get(f"/sign-in/{link}").status_code == 404
    assert Client().get("/sign-in/unknown").status_code == 404


def test_a_demo_with_a_public_address_signs_nobody_in_by_link(venue, settings):
    settings.LOOPBACK = False
    link = link_for(venue, person().id)

    assert Client().get(f"/sign-in/{link}").status_code == 404
    assert SignInLink.objects.get().used_at is None


def test_a_real_venue_has_no_links(venue):
    from hutong.due.models import Clock

    who = person()
    link = link_for(venue, who.id)
    Clock.objects.update(demo=False, offset=timedelta(0))

    for act in (
        lambda: link_for(venue, who.id),
        lambda: actions.use_sign_in_link(actor=ANONYMOUS, now=venue.now, link=link),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason is Refusal.LINKS_ARE_FOR_DEMOS


def test_links_are_made_by_those_who_run_the_venue(venue):
    with pytest.raises(Refused) as refused:
        actions.make_sign_in_link(actor=officer("registrar"), now=venue.now, person=person().id)
    assert refused.value.reason is CommonRefusal.POWER_MISSING


def test_an_officers_link_without_the_factor_leads_to_enrolling_it_and_then_to_the_desk(
    venue, a_new_officer, django_capture_on_commit_callbacks
):
    registrar = a_new_officer
    browser = Client(headers={"Accept-Language": "en"})
    landing = browser.get(f"/sign-in/{link_for(venue, registrar.id)}").url
    asked = browser.get(landing)
    assert asked.status_code == 403
    assert "One more step: your second factor" in asked.content.decode()

    enrol = browser.get(_next_step(asked))
    assert enrol.url.startswith("/accounts/2fa/totp/activate/?next=%2Fdesk")
    secret = browser.get(enrol.url).context["form"].secret
    wrong = browser.post(enrol.url, {"code": "000000"})
    assert wrong.status_code == 200
    assert browser.get("/desk").status_code == 403
    period = one_time.counter_of(time.time())
    with django_capture_on_commit_callbacks(execute=True):
        done = browser.post(enrol.url, {"code": one_time.code_at(secret, period)})
    assert done.status_code == 302
    codes = browser.get(done.url).content.decode()
    assert 'href="/desk"' in codes
    assert browser.get("/desk").status_code == 200, (
        "the code was shown: this sign-in has the factor"
    )
    kinds = [e.kind for e in journal.of_subject(subject("person", registrar.id))]
    assert "parties.SecondFactorAdded" in kinds


def test_who_has_a_factor_is_asked_for_it_and_comes_back(venue):
    registrar = officer("registrar")
    begun = actions.begin_second_factor(actor=registrar, now=venue.now)
    code = one_time.code_at(begun.secret, one_time.counter_of(time.time()))
    actions.add_second_factor(actor=registrar, now=venue.now, code=code)
    browser = Client(headers={"Accept-Language": "en"})
    browser.get(f"/sign-in/{link_for(venue, registrar.person)}")
    asked = browser.get("/desk/parties")
    assert asked.status_code == 403
    way = browser.get(_next_step(asked)).url
    assert way.startswith("/accounts/2fa/reauthenticate/?next=%2Fdesk%2Fparties")


def test_a_factor_taken_off_on_a_page_takes_the_powers_with_it(
    venue, a_new_officer, django_capture_on_commit_callbacks
):
    registrar = a_new_officer
    browser = Client(headers={"Accept-Language": "en"})
    browser.get(f"/sign-in/{link_for(venue, registrar.id)}")
    secret = browser.get("/accounts/2fa/totp/activate/").context["form"].secret
    code = one_time.code_at(secret, one_time.counter_of(time.time()))
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/accounts/2fa/totp/activate/", {"code": code})
    assert browser.get("/desk").status_code == 200
    browser.post("/accounts/2fa/totp/deactivate/")
    assert browser.get("/desk").status_code == 403
    kinds = [e.kind for e in journal.of_subject(subject("person", registrar.id))]
    assert "parties.SecondFactorRemoved" in kinds


def test_the_way_to_the_factor_leads_to_no_other_site(venue):
    browser = Client()
    browser.get(f"/sign-in/{link_for(venue, officer('registrar').person)}")
    way = browser.get("/second-factor?next=https://elsewhere.example/").url
    assert "elsewhere" not in way


def _next_step(page):
    return unescape(re.search(r'href="(/second-factor[^"]+)"', page.content.decode())[1])

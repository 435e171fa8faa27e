"""One-time sign-in links of a demo venue (TI-2)."""

from datetime import timedelta

import pytest
from django.test import Client

from hutong.kit.actor import ANONYMOUS, SYSTEM
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions
from hutong.parties.models import SignInLink
from hutong.parties.sign_in import Refusal
from hutong.parties.testing import member_of, officer, person, unverified_party

pytestmark = pytest.mark.django_db


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

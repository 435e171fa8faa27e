"""A person of one venue signs in at another: only as asked, once, and while their venue's word counts
(PA-2, PA-4)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client

from hutong.kit.actor import SYSTEM
from hutong.network.recognition import asking
from hutong.network.recognition.models import CameFrom, Showing, SignInCode
from hutong.parties import queries as parties
from hutong.parties.models import ForeignPerson, Recognition
from hutong.venues.lists import Kind as Change
from hutong.venues.testing import take_here
from network.pair import Pair, _Wire

NOW = datetime(2022, 6, 20, 1, tzinfo=UTC)
HERE, HOME = "SZTE", "SDTE"


@pytest.fixture
def pair(own_database, other_database, working_at, tmp_path, settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]
    pair = Pair((own_database, other_database), working_at, tmp_path, NOW)
    monkeypatch.setattr(asking, "client", lambda: httpx.Client(transport=_Wire(pair)))
    return pair


@pytest.fixture
def member(pair, settings):
    """A member at home at SDTE, whose party has its credential."""
    from hutong.certificates.tests.conftest import CHECKOUT
    from hutong.node.worker import work_until_quiet
    from hutong.parties.testing import member_of, verified_party

    settings.FONT_DIRECTORIES = [CHECKOUT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"]
    with pair.at(HOME):
        firm = verified_party("山东某公司", "enterprise", now=NOW)
        work_until_quiet(now=NOW, real_now=datetime.now(UTC))
        return member_of(firm)


@pytest.fixture
def there(pair, member):
    """The member's browser at home, signed in."""
    from hutong.ui.testing import browsing

    with pair.at(HOME):
        return browsing(member)


def left(pair, browser, onward="/my"):
    """Choose the home venue; where it leads."""
    with pair.at(HERE):
        answer = browser.get(f"/network/sign-in-from/{HOME}", {"next": onward})
        assert answer.status_code == 302, answer.content
        return answer["Location"]


def vouched(pair, there, asked):
    """Confirm at home; where it leads."""
    with pair.at(HOME):
        shown = there.get(f"/network/sign-in?{urlsplit(asked).query}")
        assert shown.status_code == 200, shown.content
        went = there.post(f"/network/sign-in?{urlsplit(asked).query}", {"act": "go"})
        assert went.status_code == 302, went.content
        going = there.get(went["Location"])
        assert there.get(went["Location"]).status_code == 400, "once"
        return going["Refresh"].removeprefix("0; url=")


def arrived(pair, browser, onward):
    with pair.at(HERE):
        return browser.get(f"/network/signed-in?{urlsplit(onward).query}")


def refused(answer, code):
    assert answer.status_code >= 400
    assert f'data-code="{code}"' in answer.content.decode(), answer.content.decode()


def nobody(pair):
    with pair.at(HERE):
        return not ForeignPerson.objects.exists() and not CameFrom.objects.exists()


def test_a_person_comes_through_their_venue_and_acts_for_their_party(pair, member, there):
    browser = Client()
    asked = left(pair, browser, "/listings")
    assert asked.startswith("https://sdte.test/network/sign-in?")
    onward = vouched(pair, there, asked)
    assert onward.startswith("https://szte.test/network/signed-in?")

    answer = arrived(pair, browser, onward)

    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == "/listings"
    with pair.at(HERE):
        me = browser.get("/my")
        assert me.status_code == 200
        assert "山东某公司" in me.content.decode()
        (held,) = Recognition.objects.all()
        assert parties.party(held.party_id).is_verified
        (person,) = ForeignPerson.objects.all()
        assert str(member.person) not in str(person.foreign_id)
        account = browser.get("/accounts/email/")
        refused(account, "parties.account_elsewhere")
    with pair.at(HOME):
        (shown,) = Showing.objects.all()
        assert shown.venue == HERE
    again = arrived(pair, browser, onward)
    refused(again, "sign_in.not_asked")
    same = Client()
    led = arrived(pair, same, vouched(pair, there, left(pair, same, "https://evil.example/")))
    assert led["Location"] == "/my", "only to pages of this venue"
    with pair.at(HERE):
        assert ForeignPerson.objects.count() == 1
        assert CameFrom.objects.count() == 2


def what_was_not_asked_for_in_this_browser_signs_nobody_in(pair, there):
    onward = vouched(pair, there, left(pair, Client()))

    refused(arrived(pair, Client(), onward), "sign_in.not_asked")
    other = Client()
    left(pair, other)  # a sign-in of its own, another state
    refused(arrived(pair, other, onward), "sign_in.not_asked")


def anothers_code_does_not_answer_this_sign_in(pair, there):
    """Somebody's own code, given to another's browser with that browser's state (login CSRF)."""
    mine, theirs = Client(), Client()
    onward = vouched(pair, there, left(pair, mine))
    code = parse_qs(urlsplit(onward).query)["code"][0]
    state = parse_qs(urlsplit(left(pair, theirs)).query)["state"][0]

    answer = arrived(pair, theirs, f"https://x/?state={state}&code={code}")

    refused(answer, "sign_in.other_sign_in")


def a_code_is_good_once_and_for_a_minute(pair, there):
    browser = Client()
    onward = vouched(pair, there, left(pair, browser))
    with pair.at(HOME):
        SignInCode.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))

    refused(arrived(pair, browser, onward), "sign_in.code_unknown")


def nobody_is_vouched_for_at_a_venue_that_is_no_member(pair, there):
    with pair.at(HOME):
        strange = there.get("/network/sign-in?audience=EVIL&state=s&nonce=n")
        assert strange.status_code == 404
        refused(there.get("/network/sign-in?audience=SZTE"), "sign_in.not_asked_right")
        itself = there.get("/network/sign-in?audience=SDTE&state=s&nonce=n")
        assert itself.status_code == 422


def a_code_given_for_one_venue_is_nothing_to_another(pair, there):
    from hutong.kit.refusal import Refused
    from hutong.network.recognition import actions
    from hutong.network.recognition.sign_in import Refusal

    onward = vouched(pair, there, left(pair, Client()))
    code = parse_qs(urlsplit(onward).query)["code"][0]
    with pair.at(HOME), pytest.raises(Refused) as refusal:
        actions.hand_over(
            actor=SYSTEM, now=NOW, real_now=datetime.now(UTC), audience="CDTE", code=code
        )
    assert refusal.value.reason is Refusal.CODE_UNKNOWN


def a_suspended_venue_vouches_for_nobody_here(pair, there):
    browser = Client()
    onward = vouched(pair, there, left(pair, browser))
    suspended = pair.story.make(Change.SUSPEND, HOME, by=[HERE])
    with pair.at(HERE):
        take_here(pair.story, suspended, now=NOW)

    refused(arrived(pair, browser, onward), "recognition.not_in_standing")
    with pair.at(HERE):
        assert browser.get(f"/network/sign-in-from/{HOME}").status_code == 403


def who_comes_with_a_revoked_credential_is_refused(pair, there):
    from hutong.network.mirrors.testing import Log
    from hutong.network.mirrors.tests.following import Follower

    browser = Client()
    onward = vouched(pair, there, left(pair, browser))
    with pair.at(HOME):
        from hutong.certificates.models import Certificate

        number = Certificate.objects.get(kind="party_credential").number
    with pair.at(HERE):
        log = Log(code=HOME)
        told = {"certificate": "01890c6e-0000-7000-8000-000000000001", "number": number}
        log.write("certificates.Issued", {**told, "certificate_kind": "party_credential"})
        log.write("certificates.Revoked", told)
        log.sign()
        Follower(log).follow(log)

    refused(arrived(pair, browser, onward), "recognition.revoked")


def a_home_venue_that_is_away_is_named(pair, there):
    browser = Client()
    onward = vouched(pair, there, left(pair, browser))
    pair.wrong = ["lost"]

    refused(arrived(pair, browser, onward), "sign_in.no_answer")
    assert nobody(pair)


SCENES = [
    what_was_not_asked_for_in_this_browser_signs_nobody_in,
    anothers_code_does_not_answer_this_sign_in,
    a_code_is_good_once_and_for_a_minute,
    nobody_is_vouched_for_at_a_venue_that_is_no_member,
    a_code_given_for_one_venue_is_nothing_to_another,
    a_home_venue_that_is_away_is_named,
    who_comes_with_a_revoked_credential_is_refused,
    a_suspended_venue_vouches_for_nobody_here,
]


def test_nobody_is_signed_in_but_as_asked_once_and_while_their_venues_word_counts(pair, there):
    """One story for all, for two venues take long to build; each scene leaves nobody behind."""
    for scene in SCENES:
        scene(pair, there)
        assert nobody(pair), scene.__name__

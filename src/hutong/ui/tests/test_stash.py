"""Nothing typed is lost when the sign-in ran out while a form was filled in."""

import pytest
from django.test import Client

from hutong.parties import queries
from hutong.parties.testing import PASSWORD, member_of, verified_party
from hutong.ui.testing import browsing

pytestmark = pytest.mark.django_db
TYPED = {
    "act": "enter",
    "kind": "know_how",
    "title_zh": "一种表面处理工艺",
    "abstract_zh": "很长的说明" * 50,
    "_once": "t",
}
PAGE = "/my/technologies/new"


def signed_out_in_the_middle(member) -> Client:
    """A browser whose session is gone, and which then sent a long form."""
    client = Client(headers={"accept-language": "en"})
    answer = client.post(PAGE, TYPED)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=%2Fmy%2Ftechnologies%2Fnew")
    return client


def sign_in(client: Client, member) -> None:
    client.force_login(queries.user(member.person))


def test_what_was_typed_is_in_the_form_after_signing_in_again(venue) -> None:
    member = member_of(verified_party())
    client = signed_out_in_the_middle(member)
    sign_in(client, member)
    page = client.get(PAGE)
    assert "一种表面处理工艺" in page.content.decode()
    assert "很长的说明" * 50 in page.content.decode()
    assert "What you typed is back." in page.content.decode()
    assert "一种表面处理工艺" not in client.get(PAGE).content.decode()  # once
    assert "一种表面处理工艺" not in client.get("/my/technologies").content.decode()  # nothing done


def test_another_page_does_not_get_it(venue) -> None:
    member = member_of(verified_party())
    client = signed_out_in_the_middle(member)
    sign_in(client, member)
    assert "一种表面处理工艺" not in client.get("/my/listings/new").content.decode()


def test_passwords_and_tokens_are_not_kept(venue) -> None:
    client = Client()
    client.post(PAGE, {**TYPED, "password": PASSWORD, "csrfmiddlewaretoken": "x"})
    kept = client.session["typed"]["text"]
    assert "password" not in kept
    assert "csrfmiddlewaretoken" not in kept


@pytest.mark.parametrize(
    ("origin", "status"), [("http://testserver", 302), ("https://evil.example", 403)]
)
def test_an_old_page_shows_what_was_typed_again_and_another_site_nothing(
    venue, origin, status
) -> None:
    member = member_of(verified_party())
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    sign_in(client, member)
    answer = client.post(PAGE, TYPED, headers={"origin": origin})
    assert answer.status_code == status
    assert ("一种表面处理工艺" in client.get(PAGE).content.decode()) == (status == 302)
    assert "一种表面处理工艺" not in browsing(member).get("/my/technologies").content.decode()


def test_a_character_no_database_can_keep_is_refused_in_words(venue) -> None:
    member = member_of(verified_party())
    technology = browsing(member).post(PAGE, TYPED)["Location"]
    answer = browsing(member).post(technology, {"act": "retire", "reason": "a\0b"})
    assert answer.status_code == 400
    assert "NUL" in answer.content.decode()

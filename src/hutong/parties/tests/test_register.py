"""The register, mandates and officers through the door (PA-1, PA-2, PA-7)."""

import pytest

from hutong.parties import queries
from hutong.parties.testing import member_of, officer, person, signed_in, verified_party
from hutong.parties.tests.calling import call, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("venue")]


def test_who_lacks_power_is_told_which():
    party = verified_party()
    member = token_of(member_of(party).person)
    for path, body, power in (
        (f"/parties/{party.id}/suspend", {"why": "x"}, "parties.suspend"),
        (f"/parties/{party.id}/decision", {"decision": "verify"}, "parties.verify"),
        ("/officers", {"email": "a@b.example", "role": "registrar"}, "parties.appoint"),
        (
            "/controls",
            {"controller": str(party.id), "controlled": str(party.id), "since": "2020-01-01"},
            "parties.verify",
        ),
    ):
        answer = call("POST", path, body, token=member)
        assert answer.status_code == 403
        assert answer.json()["facts"] == {"power": power}
        assert call("POST", path, body).status_code == 401
    assert queries.party(party.id).status == "verified"


def test_mandates_officers_and_control_through_the_door():
    party, other = verified_party(), verified_party("上海某公司", "enterprise")
    agent = person(email="agent@firm.example")
    owner = token_of(member_of(party).person)
    invited = call(
        "POST",
        f"/parties/{party.id}/mandates",
        {"email": agent.email, "role": "agent"},
        token=owner,
    )
    assert invited.status_code == 201
    theirs = token_of(agent.id)
    (found,) = call("GET", "/me/invitations", token=theirs).json()
    assert (found["id"], found["party"]["id"]) == (invited.json()["id"], str(party.id))
    granted = call("POST", f"/me/invitations/{found['id']}/accept", token=theirs)
    assert granted.status_code == 201
    roles = [m["role"] for m in call("GET", f"/parties/{party.id}/mandates", token=owner).json()]
    assert roles == ["owner", "agent"]
    ended = call("DELETE", f"/parties/{party.id}/mandates/{granted.json()['mandate']}", token=owner)
    assert ended.status_code == 204

    chief = token_of(officer("administrator").person, second_factor=True)
    appointed = {"email": agent.email, "role": "registrar"}
    assert call("POST", "/officers", appointed, token=chief).status_code == 204
    assert agent.email in call("GET", "/officers", token=chief).content.decode()

    registrar = token_of(agent.id, second_factor=True)
    made = call(
        "POST",
        "/controls",
        {
            "controller": str(party.id),
            "controlled": str(other.id),
            "since": "2020-01-01",
            "share_bp": 5100,
        },
        token=registrar,
    )
    assert made.status_code == 201
    found = call("GET", f"/parties/{other.id}/affiliates", token=registrar).json()
    assert set(found) == {str(party.id), str(other.id)}
    end = call(
        "POST", f"/controls/{made.json()['id']}/end", {"until": "2022-01-01"}, token=registrar
    )
    assert end.status_code == 204
    assert call("GET", f"/parties/{other.id}/affiliates", token=owner).status_code == 404

    gone = call("POST", f"/officers/{agent.id}/dismiss", {"role": "registrar"}, token=chief)
    assert gone.status_code == 204
    assert call("GET", "/verification-queue", token=registrar).status_code == 403


def test_who_invites_reads_only_the_address_and_may_withdraw():
    party = verified_party()
    owner, known = token_of(member_of(party).person), person(email="agent@firm.example")
    answers = [
        call("POST", f"/parties/{party.id}/mandates", {"email": e, "role": "agent"}, token=owner)
        for e in (known.email, "nobody@firm.example")
    ]
    assert [(a.status_code, set(a.json())) for a in answers] == [(201, {"id"})] * 2

    sent = call("GET", f"/parties/{party.id}/invitations", token=owner).json()
    assert [set(i) for i in sent] == [{"id", "email", "role", "invited_at", "expires_at"}] * 2
    assert [i["email"] for i in sent] == [known.email, "nobody@firm.example"]
    mandates = call("GET", f"/parties/{party.id}/mandates", token=owner).json()
    assert [m["role"] for m in mandates] == ["owner"]

    first = f"/parties/{party.id}/invitations/{sent[0]['id']}"
    assert call("DELETE", first, token=owner).status_code == 204
    theirs = token_of(known.id)
    assert call("GET", "/me/invitations", token=theirs).json() == []
    gone = call("POST", f"/me/invitations/{sent[0]['id']}/accept", token=theirs)
    assert gone.status_code == 404


def test_a_repeated_registration_acts_once():
    token = token_of(person().id)
    body = {"kind": "enterprise", "name_zh": "上海某公司"}
    answers = [
        call("POST", "/parties", body, token=token, Idempotency_Key="the same") for _ in range(2)
    ]

    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert len(queries.parties_page(signed_in(officer("registrar").person))["items"]) == 1


def test_refusals_are_told_in_the_readers_language():
    body = {"kind": "enterprise"}
    token = token_of(person().id)
    for language, words in (("en", "Give the party a name"), ("zh-hans", "请填写")):
        answer = call("POST", "/parties", body, token=token, Accept_Language=language)
        assert answer.json()["code"] == "parties.name_missing"
        assert words in answer.json()["title"]

"""What officers do: issue on evidence, word the certificates, reissue; and what follows a party."""

import threading
from copy import deepcopy
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections

from hutong.certificates import actions, queries, wording
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.models import Certificate, Proposal
from hutong.certificates.queries import Standing
from hutong.certificates.rules import ProposalStatus, Refusal, TemplateStatus
from hutong.certificates.schemas import SAID
from hutong.certificates.tests.test_life import REAL_NOW, discrepancies, refused
from hutong.certificates.verification import Outcome, StepName
from hutong.kit.actor import ANONYMOUS, SYSTEM
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal
from hutong.parties import actions as parties
from hutong.parties.testing import member_of, officer, unverified_party, verified_party


def wrong(venue, **changes):
    data = {**wording.default(Kind.TRAINING).plain(), **changes}
    return {"now": venue.now, "kind": Kind.TRAINING, "data": data, "note": "new words"}


def test_what_one_officer_proposes_another_issues(working, venue, clerk, chief, proposed, trainer):
    proposal = proposed()
    assert proposal.said["trainer"]["name_zh"] == "某培训机构"
    act = {"now": venue.now, "proposal": proposal.id}
    refused(CommonRefusal.SAME_EYES, actions.approve, actor=clerk, **act)
    assert not Certificate.objects.filter(kind="training").exists()
    issued = actions.approve(actor=chief, **act)
    assert issued.number == "SHTE-DEMO-PX-2022-000001"
    assert issued.title == SAID["training"]["course"]
    refused(Refusal.PROPOSAL_DECIDED, actions.approve, actor=chief, **act)
    working()
    report = queries.verify(queries.file(SYSTEM, issued.number, "pdf")[1], now=venue.now)
    assert report.verified, report.failures()
    assert report.content["person"]["name"] == SAID["person"]["name"]
    [named] = report.content["evidence"]
    assert named["name"] == "results.pdf"
    assert issued.parties == (trainer.id,)
    assert discrepancies() == []


def test_what_is_refused_is_not_issued(venue, clerk, chief, proposed):
    act = {"now": venue.now, "proposal": proposed().id, "reason": " the papers say otherwise "}
    refused(CommonRefusal.SAME_EYES, actions.refuse, actor=clerk, **act)
    decided = actions.refuse(actor=chief, **act)
    assert decided.status is ProposalStatus.REFUSED
    assert decided.reason == "the papers say otherwise"
    refused(Refusal.PROPOSAL_DECIDED, actions.refuse, actor=chief, **act)


def test_a_proposal_that_does_not_fit_is_refused_and_leaves_nothing(venue, clerk, paper, proposed):
    propose = {"actor": clerk, "now": venue.now, "kind": Kind.TRAINING, "said": deepcopy(SAID)}
    refused(Refusal.EVIDENCE_MISSING, actions.propose, **propose, evidence=[])
    refused(CommonRefusal.NOT_FOUND, actions.propose, **propose, evidence=[new_id()])
    refused(CommonRefusal.INVALID, actions.propose, **propose, evidence=[paper, paper])
    refused(
        Refusal.FOLLOWS_BY_ITSELF,
        actions.propose,
        **{**propose, "kind": Kind.TRANSACTION},
        evidence=[paper],
    )
    for trainer in ("91310000607311573J", "nobody", str(uuid4()), 7, None, ""):
        changed = {**deepcopy(SAID), "trainer": trainer}
        refused(
            Refusal.CONTENT_INVALID,
            actions.propose,
            **{**propose, "said": changed},
            evidence=[paper],
        )
    refused(
        CommonRefusal.POWER_MISSING,
        actions.propose,
        **{**propose, "actor": officer("listing", now=venue.now)},
        evidence=[paper],
    )
    refused(CommonRefusal.NOT_SIGNED_IN, queries.proposals, actor=ANONYMOUS)
    assert not Proposal.objects.exists()


def test_many_officers_at_once_issue_without_gap_and_each_once(
    own_database, venue, clerk, chief, trainer, paper, keyring_of_the_venue
):
    said = {**deepcopy(SAID), "trainer": str(trainer.id)}
    act = {"actor": clerk, "now": venue.now, "kind": Kind.TRAINING, "evidence": [paper]}
    ids = [actions.propose(**act, said=said).id for _ in range(6)]
    outcomes = []

    def work():
        for id in ids:
            try:
                actions.approve(actor=chief, now=venue.now, proposal=id)
                outcomes.append("issued")
            except Exception as error:
                outcomes.append(type(error).__name__)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert outcomes.count("issued") == 6
    assert set(outcomes) == {"issued", "Refused"}
    numbers = Certificate.objects.filter(kind="training").values_list("sequence", flat=True)
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]
    places = Certificate.objects.values_list("status_index", flat=True)
    assert len(set(places)) == len(places)


@pytest.fixture
def keyring_of_the_venue(settings, tmp_path):
    from hutong.certificates.tests.making import NOW, VENUE
    from hutong.transparency.keys import Keyring

    settings.STATE = tmp_path
    return Keyring.create(tmp_path / "keys", "tests only", venue=VENUE, made_at=NOW)


def test_words_are_adopted_by_another_officer_and_used_from_then_on(
    working, venue, clerk, chief, proposed
):
    first = actions.approve(actor=chief, now=venue.now, proposal=proposed().id)
    words = wrong(venue, heading=["某某省技术市场管理办公室", "Office of the Technology Market"])
    template = actions.propose_template(actor=clerk, **words)
    assert (template.version, template.status) == (1, TemplateStatus.PROPOSED)
    refused(Refusal.TEMPLATE_PENDING, actions.propose_template, actor=chief, **words)
    act = {"now": venue.now, "kind": Kind.TRAINING, "version": 1}
    refused(CommonRefusal.SAME_EYES, actions.adopt_template, actor=clerk, **act)
    actions.adopt_template(actor=chief, **act)
    refused(Refusal.TEMPLATE_DECIDED, actions.adopt_template, actor=chief, **act)
    second = actions.approve(actor=chief, now=venue.now, proposal=proposed().id)
    assert (first.template_version, second.template_version) == (0, 1)
    working()
    assert discrepancies() == []

    before = queries.file(SYSTEM, first.number, "pdf")[1]
    again = actions.reissue(
        actor=clerk,
        now=venue.now,
        real_now=REAL_NOW,
        certificate=first.number,
        reason="The heading is new.",
    )
    assert (again.edition, again.template_version) == (2, 1)
    assert again.content_digest == first.content_digest
    after = queries.file(SYSTEM, first.number, "pdf")[1]
    assert after != before
    for paper in (before, after):
        assert queries.verify(paper, now=venue.now).verified
    assert discrepancies() == []


def test_a_dismissed_template_is_never_used(venue, clerk, chief, proposed):
    actions.propose_template(actor=clerk, **wrong(venue))
    act = {"now": venue.now, "kind": Kind.TRAINING, "version": 1, "reason": "not ours to say"}
    actions.dismiss_template(actor=chief, **act)
    assert queries.template_in_force(Kind.TRAINING).version == 0
    assert actions.propose_template(actor=clerk, **wrong(venue)).version == 2


def test_a_certificate_without_files_or_revoked_is_not_reissued(venue, clerk, chief, proposed):
    number = actions.approve(actor=chief, now=venue.now, proposal=proposed().id).number
    act = {"now": venue.now, "real_now": REAL_NOW, "certificate": number, "reason": "why"}
    refused(Refusal.NOT_READY, actions.reissue, actor=clerk, **act)
    refused(CommonRefusal.NOT_SIGNED_IN, actions.reissue, actor=ANONYMOUS, **act)


def test_a_verified_party_has_a_credential_that_follows_its_standing(working, venue):
    firm = verified_party("某企业", "enterprise", now=venue.now)
    working()
    [row] = queries.of_party(firm.id)
    credential = queries.view(row)
    assert credential.kind is Kind.PARTY_CREDENTIAL
    assert credential.about == "某企业"  # organisations are public, people are not (PA-1)
    person = verified_party("某发明人", "individual", now=venue.now)
    working()
    assert [queries.view(row).about for row in queries.of_party(person.id)] == [""]
    assert str(credential.valid_until) == "2024-06-19"
    report = queries.verify(queries.file(SYSTEM, credential.number, "json")[1], now=venue.now)
    assert report.verified
    assert report.content["holder"]["name_zh"] == "某企业"
    later = queries.verify(
        queries.file(SYSTEM, credential.number, "json")[1], now=venue.now + timedelta(days=800)
    )
    assert [step.name for step in later.failures()] == [StepName.VALIDITY]

    officers = officer("compliance", now=venue.now)
    act = {"now": venue.now, "party": firm.id, "why": "a doubt"}
    parties.suspend(actor=officers, **act)
    working()
    assert queries.certificate(credential.number).standing is Standing.SUSPENDED
    held = queries.verify(queries.file(SYSTEM, credential.number, "json")[1], now=venue.now)
    assert [step.sentence() for step in held.failures()] == ["Suspended since 2022-06-20."]
    assert discrepancies() == []


def test_a_member_asks_for_the_credential_and_gets_the_one_that_holds(working, venue):
    firm = verified_party("某企业", "enterprise", now=venue.now)
    working()
    asking = member_of(firm)
    first = actions.ask_party_credential(actor=asking, now=venue.now)
    assert actions.ask_party_credential(actor=asking, now=venue.now) == first
    later = venue.now + timedelta(days=800)
    second = actions.ask_party_credential(actor=asking, now=later)
    assert second.number == "SHTE-DEMO-ZT-2024-000001"
    assert queries.certificate(first.number).superseded_by == second.number
    assert queries.certificate(second.number).supersedes == first.number
    stranger = member_of(unverified_party("某个体", "enterprise", now=venue.now))
    refused(Refusal.PARTY_NOT_VERIFIED, actions.ask_party_credential, actor=stranger, now=later)


def test_the_status_lists_are_public_and_tell_who_is_revoked(
    client, working, venue, clerk, chief, proposed
):
    number = actions.approve(actor=chief, now=venue.now, proposal=proposed().id).number
    working()
    file = queries.file(SYSTEM, number, "json")[1]

    def lists():
        return [
            client.get(f"/certificates/status/{purpose}/0").content
            for purpose in ("revocation", "suspension")
        ]

    from hutong.certificates.verification import verify
    from hutong.transparency import queries as transparency

    keys = transparency.public_keys()
    assert verify(file, keys, status_lists=lists()).steps[-1].outcome is Outcome.OK
    act = {"now": venue.now, "certificate": number}
    actions.ask_revocation(actor=clerk, reason="a mistake", **act)
    actions.approve_revocation(actor=chief, **act)
    revoked = verify(file, keys, status_lists=lists())
    assert [step.name for step in revoked.failures()] == [StepName.REVOCATION]
    assert client.get("/certificates/status/revocation/1").status_code == 404
    assert client.get("/certificates/status/nothing/0").status_code == 404


def test_the_register_is_found_by_kind_year_and_standing(client, venue, chief, proposed):
    number = actions.approve(actor=chief, now=venue.now, proposal=proposed().id).number

    def found(query):
        items = client.get(f"/api/v1/certificates?{query}").json()["items"]
        return [item["number"] for item in items]

    for query in ("kind=training", "year=2022&kind=training", "standing=issued&kind=training"):
        assert found(query) == [number]
    for query in ("kind=licence", "year=2021", "standing=revoked", "standing=superseded"):
        assert found(query) == []
    assert client.get("/api/v1/certificates?mine=true").status_code == 401
    assert client.get("/api/v1/certificates?standing=lost").status_code == 422


def test_every_kind_is_described_to_whoever_asks(client, venue):
    described = client.get("/api/v1/certificate-kinds").json()
    assert [kind["kind"] for kind in described] == [kind.value for kind in Kind]
    for kind in described:
        assert len(kind["fields"]) == len(KINDS[Kind(kind["kind"])].fields)

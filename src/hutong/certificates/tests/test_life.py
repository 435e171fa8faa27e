"""A certificate's life on a real database: issued, in the log, rendered, revoked, audited."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connections, transaction

from hutong.certificates import actions, queries
from hutong.certificates.kinds import Kind
from hutong.certificates.models import Certificate, Counter
from hutong.certificates.rules import Refusal, Status
from hutong.certificates.tests.making import BLADES, FIRM, REGISTRATION, SALE, UNIVERSITY
from hutong.journal import queries as journal
from hutong.kit.actor import ACT, ANONYMOUS, READ, SYSTEM, Actor, PartyId, PersonId
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.transparency.actions import sequence_once
from hutong.transparency.keys import Keyring
from hutong.transparency.queries import NotYetIncluded
from hutong.transparency.venue_keys import Venue

REAL_NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
TECHNOLOGY = UUID(BLADES.id)


def officer(*powers):
    return Actor(person=PersonId(uuid4()), powers=frozenset(powers), second_factor=True)


REVOKER = officer("certificates.revoke", "certificates.approve_revocation")
APPROVER = officer("certificates.approve_revocation")
HOLDER = Actor(
    person=PersonId(uuid4()), party=PartyId(UUID(UNIVERSITY.id)), powers=frozenset({READ, ACT})
)
OTHER = Actor(person=PersonId(uuid4()), party=PartyId(uuid4()), powers=frozenset({READ, ACT}))


@pytest.fixture
def keyring(settings, tmp_path):
    settings.STATE = tmp_path
    venue = Venue(
        code="SHTE-DEMO", name_zh="上海技术交易所", name_en="Exchange", origin="shte-demo.example"
    )
    return Keyring.create(tmp_path / "keys", "tests only", venue=venue, made_at=REAL_NOW)


@pytest.fixture
def issued(keyring, venue):
    """Issue certificates for as many sources as are named; `right_entry:2` is the title's second."""

    def issue(source="right_entry:1", matter=REGISTRATION):
        if matter is REGISTRATION:
            matter = replace(REGISTRATION, sequence=int(source.partition(":")[2]))
        return actions.issue(
            actor=SYSTEM, now=venue.now, source=source, matter=matter, technologies=[TECHNOLOGY]
        )

    return issue


@pytest.fixture
def rendered(issued, keyring, venue, fonts, settings):
    settings.FONT_DIRECTORIES = fonts

    def render(source="right_entry:1", matter=REGISTRATION):
        certificate = issued(source, matter)
        sequence_once(keyring.checkpoint_signer)
        return actions.render(
            actor=SYSTEM, now=venue.now, real_now=REAL_NOW, certificate=certificate.id
        )

    return render


def discrepancies():
    return [str(found) for found in queries.audit()]


def refused(why, function, /, **arguments):
    with pytest.raises(Refused) as caught:
        function(**arguments)
    assert caught.value.reason is why


def as_superuser(database, statement, *values):
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("SET session_replication_role = replica")
        assert connection.execute(statement, values).rowcount == 1


def test_an_issued_certificate_is_numbered_and_committed_to(issued):
    certificate = issued()
    assert certificate.number == "SHTE-DEMO-DJ-2022-000001"
    assert certificate.status is Status.ISSUED
    assert certificate.title == BLADES.title_zh
    (entry,) = journal.of_subject(f"certificate:{certificate.id}")
    assert entry.facts["content_digest"] == certificate.content_digest
    assert "上海某大学" not in str(entry.facts)
    assert discrepancies() == []


def test_one_source_leads_to_one_certificate_of_a_kind(issued):
    assert issued() == issued()
    assert issued(matter=SALE).number == "SHTE-DEMO-JY-2022-000001"
    assert issued("right_entry:2").number == "SHTE-DEMO-DJ-2022-000002"
    assert Certificate.objects.count() == 3


def test_only_the_venue_itself_issues(keyring, venue):
    refused(
        CommonRefusal.POWER_MISSING,
        actions.issue,
        actor=HOLDER,
        now=venue.now,
        source="right_entry:1",
        matter=REGISTRATION,
        technologies=[],
    )
    assert not Counter.objects.exists()


def test_numbers_begin_again_each_year_by_the_venues_calendar(issued, venue):
    issued()
    venue.now = datetime(2022, 12, 31, 16, 30, tzinfo=UTC)  # already 2023 in Shanghai
    assert issued("right_entry:2").number == "SHTE-DEMO-DJ-2023-000001"


def test_a_number_taken_in_vain_is_given_back(issued):
    with transaction.atomic():
        issued()
        transaction.set_rollback(True)
    assert issued("right_entry:2").number.endswith("000001")
    assert discrepancies() == []


def test_many_at_once_leave_no_gap_and_no_double(own_database, issued):
    issued("right_entry:1")
    failures = []

    def work(number):
        try:
            for source in range(8):
                issued(f"right_entry:{(source * 3 + number) % 8 + 1}")
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures
    numbers = sorted(Certificate.objects.values_list("sequence", flat=True))
    assert numbers == list(range(1, 9))
    assert discrepancies() == []


def test_what_was_issued_cannot_be_changed_even_by_us(issued):
    issued()
    for change in ({"content": {}}, {"number": "X"}, {"content_digest": "sha256:0"}):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            Certificate.objects.update(**change)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Certificate.objects.all().delete()


def test_before_the_log_holds_it_there_are_no_files(issued, keyring, venue):
    certificate = issued()
    for _ in range(2):
        with pytest.raises(NotYetIncluded):
            actions.render(
                actor=SYSTEM, now=venue.now, real_now=REAL_NOW, certificate=certificate.id
            )
        assert queries.certificate(certificate.number).status is Status.ISSUED
    refused(Refusal.NOT_READY, queries.file, actor=SYSTEM, number=certificate.number, form="pdf")


def test_both_files_verify_offline_and_with_the_venue(rendered, keyring, venue):
    certificate = rendered()
    assert certificate.status is Status.RENDERED
    for form, media_type in (("pdf", "application/pdf"), ("json", "application/json")):
        told, data = queries.file(SYSTEM, certificate.number, form)
        assert told == media_type
        report = queries.verify(data, now=venue.now)
        assert report.verified, report.failures()
        assert report.steps[-1].sentence() == "Not revoked as of 2022-06-20."
        assert report.content["number"] == certificate.number
    assert discrepancies() == []


def test_rendering_again_changes_nothing(rendered, venue):
    first = rendered()
    again = actions.render(actor=SYSTEM, now=venue.now, real_now=REAL_NOW, certificate=first.id)
    assert again == first


def test_files_are_open_to_parties_officers_and_whoever_has_the_code(rendered):
    number = rendered().number
    code = queries.printed_code(number)
    for actor, given, opens in (
        (HOLDER, "", True),
        (replace(HOLDER, party=PartyId(UUID(FIRM.id))), "", True),
        (REVOKER, "", True),
        (SYSTEM, "", True),
        (OTHER, "", False),
        (ANONYMOUS, "", False),
        (ANONYMOUS, code, True),
        (ANONYMOUS, code.lower().replace("-", ""), True),
        (ANONYMOUS, "0000-0000-0000-0000", False),
        (replace(REVOKER, second_factor=False), "", False),
    ):
        if opens:
            assert queries.file(actor, number, "json", given)[1]
            assert queries.content(actor, number, given)["number"] == number
        else:
            refused(
                CommonRefusal.NOT_FOUND,
                queries.file,
                actor=actor,
                number=number,
                form="json",
                code=given,
            )
            refused(CommonRefusal.NOT_FOUND, queries.content, actor=actor, number=number)


def test_a_later_registration_supersedes_the_earlier(rendered, issued):
    first = rendered()
    third = issued("right_entry:3")
    second = issued("right_entry:2")  # had to wait
    chain = {c.number: c.superseded_by for c in queries.of_technology(TECHNOLOGY)}
    assert chain == {
        first.number: second.number,
        second.number: third.number,
        third.number: "",
    }
    assert discrepancies() == []
    Certificate.objects.filter(number=first.number).update(superseded_by="")
    assert any("superseded_by" in line for line in discrepancies())


def test_revocation_takes_two_officers_and_is_public(rendered, venue):
    number = rendered().number
    act = {"now": venue.now, "certificate": number}
    actions.ask_revocation(actor=REVOKER, reason=" entered by mistake ", **act)
    assert queries.certificate(number).stands
    refused(CommonRefusal.SAME_EYES, actions.approve_revocation, actor=REVOKER, **act)
    revoked = actions.approve_revocation(actor=APPROVER, **act)
    assert revoked.status is Status.REVOKED
    assert str(revoked.revoked_on) == "2022-06-20"
    entry = journal.latest_of(f"certificate:{revoked.id}", "certificates.Revoked")
    assert entry.content["reason"] == "entered by mistake"
    report = queries.verify(queries.file(SYSTEM, number, "json")[1], now=venue.now)
    assert [step.sentence() for step in report.failures()] == ["Revoked on 2022-06-20."]
    assert discrepancies() == []


def test_a_dismissed_revocation_leaves_the_certificate_standing(rendered, venue):
    number = rendered().number
    act = {"now": venue.now, "certificate": number}
    actions.ask_revocation(actor=REVOKER, reason="a doubt", **act)
    assert [c.number for c in queries.revocations_asked()] == [number]
    refused(CommonRefusal.SAME_EYES, actions.dismiss_revocation, actor=REVOKER, reason="no", **act)
    actions.dismiss_revocation(actor=APPROVER, reason="unfounded", **act)
    assert queries.certificate(number).stands
    assert queries.revocations_asked() == []
    actions.ask_revocation(actor=REVOKER, reason="a second doubt", **act)
    assert queries.certificate(number).revocation_reason == "a second doubt"


REFUSALS = [
    (Refusal.REASON_MISSING, "ask_revocation", REVOKER, {"reason": "  "}),
    (Refusal.REASON_TOO_LONG, "ask_revocation", REVOKER, {"reason": "x" * 2001}),
    (CommonRefusal.INVALID, "ask_revocation", REVOKER, {"reason": "a\x00b"}),
    (CommonRefusal.POWER_MISSING, "ask_revocation", APPROVER, {"reason": "no power"}),
    (CommonRefusal.POWER_MISSING, "ask_revocation", HOLDER, {"reason": "no officer"}),
    (CommonRefusal.NOT_SIGNED_IN, "approve_revocation", ANONYMOUS, {}),
    (Refusal.NO_REVOCATION_PENDING, "approve_revocation", APPROVER, {}),
    (Refusal.NO_REVOCATION_PENDING, "dismiss_revocation", APPROVER, {"reason": "x"}),
    (CommonRefusal.NOT_FOUND, "ask_revocation", REVOKER, {"certificate": "X", "reason": "x"}),
]


def test_what_may_not_be_is_refused_and_changes_nothing(rendered, venue):
    certificate = rendered()
    for reason, name, actor, arguments in REFUSALS:
        act = {"now": venue.now, "certificate": certificate.number, **arguments}
        refused(reason, getattr(actions, name), actor=actor, **act)
        assert queries.certificate(certificate.number) == certificate


def test_a_revoked_certificate_is_not_revoked_twice(rendered, venue):
    act = {"now": venue.now, "certificate": rendered().number}
    actions.ask_revocation(actor=REVOKER, reason="first", **act)
    refused(Refusal.REVOCATION_PENDING, actions.ask_revocation, actor=REVOKER, reason="x", **act)
    actions.approve_revocation(actor=APPROVER, **act)
    refused(Refusal.ALREADY_REVOKED, actions.ask_revocation, actor=REVOKER, reason="x", **act)
    refused(Refusal.ALREADY_REVOKED, actions.approve_revocation, actor=APPROVER, **act)


TAMPERING = {
    "content": "UPDATE certificates_certificate SET content ="
    " jsonb_set(content, '{holders,0,ownership}', '\"1/1\"') WHERE number = %s",
    "content_digest": "UPDATE certificates_certificate SET content_digest = 'sha256:00'"
    " WHERE number = %s",
    "status": "UPDATE certificates_certificate SET status = 'revoked', revoked_on = '2022-06-20',"
    " revoked_by = gen_random_uuid() WHERE number = %s",
    "pdf_digest": "UPDATE certificates_certificate SET pdf_digest = 'sha256:00' WHERE number = %s",
    "a row": "DELETE FROM certificates_certificate WHERE number = %s",
}


@pytest.mark.parametrize("what", TAMPERING)
def test_the_audit_names_what_was_changed_in_the_table(own_database, rendered, what):
    certificate = rendered()
    assert discrepancies() == []
    as_superuser(own_database, TAMPERING[what], certificate.number)
    found = discrepancies()
    assert any(certificate.number in line and what in line for line in found), found


def test_the_audit_names_a_certificate_with_one_changed_byte(rendered, settings):
    certificate = rendered()
    assert discrepancies() == []
    (file,) = [
        path
        for path in settings.STATE.rglob("*")
        if path.is_file() and path.read_bytes().startswith(b"%PDF")
    ]
    data = bytearray(file.read_bytes())
    data[5000] ^= 1
    file.chmod(0o600)
    file.write_bytes(data)
    assert [line.partition(":")[0] for line in discrepancies()] == [
        f"certificates.certificate {certificate.number} pdf file"
    ]


def test_a_gap_in_the_numbers_is_named(own_database, issued):
    for n in (1, 2, 3):
        issued(f"right_entry:{n}")
    as_superuser(own_database, "DELETE FROM certificates_certificate WHERE sequence = %s", 2)
    found = "\n".join(discrepancies())
    assert "a certificate with sequence 2" in found
    assert "000002" in found


def test_the_public_register_shows_what_is_public(client, rendered):
    certificate = rendered(matter=SALE, source="deal:1")
    listed = client.get("/api/v1/certificates").json()["items"]
    assert [item["number"] for item in listed] == [certificate.number]
    assert "268" not in str(listed)
    assert "某大学" not in str(listed)
    one = client.get(f"/api/v1/certificates/{certificate.number}").json()
    assert one["status"] == "rendered"
    assert one["title"] == BLADES.title_zh
    assert client.get("/api/v1/certificates?kind=rights_registration").json()["items"] == []
    assert client.get("/api/v1/certificates?number=shte-demo-jy").json()["items"]
    for absent in ("NONE", "%00", "%F0%9F%92%A9", "x" * 300):
        assert client.get(f"/api/v1/certificates/{absent}").status_code == 404
        assert client.get(f"/api/v1/certificates/{absent}/pdf?code=%00").status_code == 404
    assert client.get("/api/v1/certificates?number=%00x").json()["items"] == []


def test_files_are_served_by_code_and_otherwise_not_found(client, rendered):
    number = rendered().number
    address = f"/api/v1/certificates/{number}"
    assert client.get(f"{address}/pdf").status_code == 404
    code = queries.printed_code(number)
    pdf = client.get(f"{address}/pdf?code={code}")
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert client.get(f"{address}/credential?code={code}").json()["proof"]
    told = client.get(f"{address}/content?code={code}").json()
    assert told["check_code"] == code
    assert told["content"]["holders"][0]["party"]["name_zh"] == "上海某大学"


def test_anybody_has_a_file_verified(client, rendered):
    _, data = queries.file(SYSTEM, rendered().number, "pdf")
    for content, verified in ((data, True), (data[:-1000], False), (b"nothing", False)):
        answer = client.post(
            "/api/v1/verify",
            {"file": SimpleUploadedFile("certificate.pdf", content)},
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert answer.status_code == 200, answer.content
        assert answer.json()["verified"] is verified


def test_revoking_through_the_api_needs_to_be_signed_in(client, rendered):
    answer = client.post(
        f"/api/v1/certificates/{rendered().number}/revocation",
        {"reason": "because"},
        content_type="application/json",
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == 401


def test_kinds_are_told_apart_by_source(issued):
    issued()
    assert queries.find(Kind.RIGHTS_REGISTRATION, "right_entry:1") is not None
    assert queries.find(Kind.TRANSACTION, "right_entry:1") is None
    assert [c.kind for c in queries.by_subject("right_entry:1")] == [Kind.RIGHTS_REGISTRATION]

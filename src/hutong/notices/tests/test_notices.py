"""Telling people: in the site, by e-mail, in their language, as they choose."""

import json
import time
from uuid import uuid4

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils.translation import override
from procrastinate.contrib.django.models import ProcrastinateJob

from hutong.journal import queries as journal
from hutong.kit.actor import ANONYMOUS
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.notices import actions, queries, rules, tasks
from hutong.notices.rules import TEXTS, Many, Text, tidied
from hutong.notices.stopping import Refusal as StoppingRefusal
from hutong.notices.stopping import read, token_of
from hutong.notices.wording import written
from hutong.parties import actions as parties
from hutong.parties.sign_in import Language
from hutong.parties.testing import person, signed_in

pytestmark = pytest.mark.django_db
KIND = "tests.paid"
TEXT = Text(KIND, title="{amount_fen} came in", body="On {paid_at} for {deal}.")
QUIET = Text("tests.quiet", title="Something small", body="", mail=False)
MANY = Text(
    "tests.many",
    title="Paper {number} is there",
    body="",
    mail=False,
    many=Many(title="{count} papers are there", body="{number} came last.", link="/my/all"),
)
FACTS = {"amount_fen": 123456, "paid_at": "2022-06-20T01:00:00.000000Z", "deal": "D-1"}


@pytest.fixture(autouse=True)
def texts():
    """Kinds of these tests alone, among those the areas register."""
    rules.register(TEXT, QUIET, MANY)
    yield
    for kind in [kind for kind in rules.TEXTS if kind.startswith("tests.")]:
        del rules.TEXTS[kind]


def choices_of(who):
    return {c.kind: c.mail for c in queries.mail_choices(who.id) if c.kind.startswith("tests.")}


def tell(venue, *to, kind=KIND, **more):
    given = {"facts": FACTS, "link": "/my/deals/1", "subject": "deal:1", **more}
    return actions.notify(now=venue.now, to=[who.id for who in to], kind=kind, **given)


def mails_queued():
    jobs = ProcrastinateJob.objects.filter(task_name=actions.MAIL)
    return [job.args["notice"] for job in jobs.order_by("id")]


def test_each_person_gets_a_notice_and_the_journal_keeps_who(venue):
    buyer, seller = person(), person()
    tell(venue, buyer, seller, buyer)

    (notice,) = queries.notices_page(buyer.id)["items"]
    assert notice.title == "¥1,234.56 came in"
    assert notice.body == "On 2022年6月20日 09:00 for D-1."
    with override("en"):
        (notice,) = queries.notices_page(buyer.id)["items"]
        assert notice.body == "On 20 June 2022 09:00 for D-1."
    assert notice.link == "/my/deals/1"
    assert queries.unread_count(seller.id) == 1
    (entry,) = journal.of_subject("deal:1")
    assert entry.facts["persons"] == [str(buyer.id), str(seller.id)]
    assert entry.visibility.value == "journalled", "never in the public log"


def test_a_mail_goes_out_once_in_the_readers_language(venue, settings):
    settings.ORIGIN = "https://exchange.example"
    reader = person()
    parties.change_person(actor=signed_in(reader), now=venue.now, language=Language.ENGLISH)
    (id,) = tell(venue, reader)
    assert mails_queued() == [str(id)]

    tasks.mail(str(id))
    tasks.mail(str(id))

    (sent,) = mail.outbox
    assert sent.to == [reader.email]
    assert sent.subject == "¥1,234.56 came in"
    assert "https://exchange.example/my/deals/1" in sent.body
    assert "You choose what comes by e-mail" in sent.body
    [(page, kind)] = sent.alternatives
    assert kind == "text/html"
    assert 'lang="en"' in page
    assert 'href="https://exchange.example/my/deals/1"' in page
    stop = sent.extra_headers["List-Unsubscribe"]
    assert read(stop.strip("<>").rsplit("/", 1)[-1]) == (reader.id, KIND)


def test_a_mail_that_fails_is_tried_again_and_not_marked(venue, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    (id,) = tell(venue, person())

    with pytest.raises(OSError):
        tasks.mail(str(id))
    assert not queries.is_mailed(id)
    assert tasks.mail.retry_strategy.max_attempts == 10


def test_mails_leave_only_with_the_transaction_that_tells(venue):
    with transaction.atomic():
        tell(venue, person())
        transaction.set_rollback(True)

    assert mails_queued() == []


def test_kinds_come_by_mail_as_each_person_chooses(venue):
    reader, other = person(), person()
    choose = {"actor": signed_in(reader), "now": venue.now}
    actions.choose_mail(**choose, kind=KIND, mail=False)
    actions.choose_mail(**choose, kind="tests.quiet", mail=True)

    quiet = tell(venue, reader, other, kind="tests.quiet")
    loud = tell(venue, reader, other)

    assert mails_queued() == [str(quiet[0]), str(loud[1])]
    assert choices_of(reader) == {
        KIND: False,
        "tests.quiet": True,
        MANY.kind: False,
    }
    assert choices_of(other) == {
        KIND: True,
        "tests.quiet": False,
        MANY.kind: False,
    }


def test_reading_marks_ones_own_notices_only(venue):
    reader, other = person(), person()
    first, theirs = tell(venue, reader, other)
    second, _ = tell(venue, reader, other)

    marked = actions.mark_read(actor=signed_in(reader), now=venue.now, notices=[first, theirs])
    assert marked == 1
    assert [n.id for n in queries.notices_page(reader.id, unread=True)["items"]] == [second]
    assert queries.unread_count(other.id) == 2
    assert actions.mark_read(actor=signed_in(reader), now=venue.now) == 1
    assert actions.mark_read(actor=signed_in(reader), now=venue.now) == 0


def test_nobody_told_is_nothing_done(venue):
    assert tell(venue) == []


def test_a_kind_without_words_and_a_link_elsewhere_are_mistakes(venue):
    with pytest.raises(ValueError, match="no text is registered"):
        tell(venue, person(), kind="tests.unknown")
    with pytest.raises(IntegrityError), transaction.atomic():
        tell(venue, person(), link="https://elsewhere.example/")
    with pytest.raises(IntegrityError), transaction.atomic():
        tell(venue, person(), link="//elsewhere.example/")
    with pytest.raises(ValueError, match="two texts"):
        rules.register(Text(KIND, title="other words", body=""))
    rules.register(TEXT)


def test_a_notice_outlives_the_words_of_its_kind(venue):
    reader = person()
    tell(venue, reader, facts={})
    assert queries.notices_page(reader.id)["items"][0].body == "On … for …."
    del rules.TEXTS[KIND]

    assert queries.notices_page(reader.id)["items"][0].title == KIND


def test_notices_are_worded_in_the_language_of_the_moment(venue):
    reader = person()
    rules.register(Text("tests.words", title="Yes", body=""))  # Django itself translates it
    tell(venue, reader, kind="tests.words")

    with override("zh-hans"):
        chinese = queries.notices_page(reader.id)["items"][0].title
    with override("en"):
        english = queries.notices_page(reader.id)["items"][0].title
    assert (english, chinese) == ("Yes", "是")


def test_without_signing_in_there_are_no_notices(venue):
    with pytest.raises(Refused) as refused:
        actions.mark_read(actor=ANONYMOUS, now=venue.now)
    assert refused.value.reason is CommonRefusal.NOT_SIGNED_IN


def test_the_api_lists_reads_and_chooses(venue):
    reader = person()
    for n in range(3):
        tell(venue, reader, facts={**FACTS, "deal": f"D-{n}"})
        venue.later(minutes=1)
    token = parties.issue_token(actor=signed_in(reader), now=venue.now, label="x").secret

    def call(method, path, body=None):
        headers = {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": str(time.monotonic_ns()),
            "Accept-Language": "en",
        }
        data = json.dumps(body).encode() if body is not None else b""
        return Client().generic(
            method, f"/api/v1{path}", data, content_type="application/json", headers=headers
        )

    first = call("GET", "/notices?limit=2").json()
    assert [n["body"][-4:-1] for n in first["items"]] == ["D-2", "D-1"]
    rest = call("GET", f"/notices?limit=2&cursor={first['next']}").json()
    assert [n["body"][-4:-1] for n in rest["items"]] == ["D-0"]
    assert call("GET", "/notices/unread").json() == {"unread": 3}
    named = {"notices": [first["items"][0]["id"], str(uuid4())]}
    assert call("POST", "/notices/read", named).json() == {"marked": 1}
    assert call("POST", "/notices/read", {}).json() == {"marked": 2}
    assert call("PUT", f"/notices/mail/{KIND}", {"mail": False}).status_code == 204
    assert call("PUT", "/notices/mail/tests.unknown", {"mail": False}).status_code == 404
    assert {c["kind"]: c["mail"] for c in call("GET", "/notices/mail").json()}[KIND] is False
    assert Client().get("/api/v1/notices").status_code == 401


def test_what_is_not_wanted_here_comes_by_mail_alone(venue):
    reader = person()
    me = {"actor": signed_in(reader), "now": venue.now}
    assert actions.choose(**me, chosen={KIND: (False, True), "tests.quiet": (True, False)}) == 1
    assert actions.choose(**me, chosen={KIND: (False, True)}) == 0
    (id,) = tell(venue, reader)
    assert queries.notices_page(reader.id)["items"] == []
    assert queries.unread_count(reader.id) == 0
    assert mails_queued() == [str(id)]
    kinds = [entry.kind for entry in journal.of_subject(f"person:{reader.id}")]
    assert kinds.count("notices.SiteChosen") == 1


def test_a_letter_stops_its_kind_without_signing_in(venue):
    reader = person()
    page = Client(enforce_csrf_checks=True)
    place = f"/my/notices/stop/{token_of(reader.id, KIND)}"
    assert page.get(place).status_code == 200
    assert choices_of(reader)[KIND], "opening the link changes nothing"
    assert page.post(place, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not choices_of(reader)[KIND]
    assert page.post(place).status_code == 200, "once more is no fault"
    assert page.get(place[:-2] + "xx").status_code == 404
    with pytest.raises(Refused) as refused:
        read("no token")
    assert refused.value.reason is StoppingRefusal.LINK_UNKNOWN


def test_roles_and_days_are_written_as_the_reader_speaks():
    with override("zh-hans"):
        assert written("role", "agent") == "经办人"
        assert written("sign_by", "2022-08-12") == "2022年8月12日"
    with override("en"):
        assert written("role", "registrar") == "Registrar"
        assert written("ends_at", "2022-07-19T09:00:00.000000Z") == "19 July 2022 17:00"
    assert written("reason", "2022-08-12") == "2022-08-12"


def test_every_kind_of_notice_has_a_name_without_gaps():
    import hutong.node.reactions  # noqa: F401  every area's kinds are known

    assert tidied("成交  已确认") == "成交已确认"
    assert tidied("Listing : an auction decides") == "Listing: an auction decides"
    reader = person()
    for language in ("zh-hans", "en"):
        with override(language):
            for choice in queries.mail_choices(reader.id):
                if choice.kind.startswith("tests."):
                    continue
                assert "…" not in choice.title, choice
                assert "{" not in choice.title, choice
    assert len(TEXTS) > 40


def certificate(venue, number, *to):
    facts, link = {"number": number}, f"/certificates/{number}"
    return tell(venue, *to, kind=MANY.kind, facts=facts, link=link)


def waiting(who):
    found = queries.notices_page(who.id, unread=True)["items"]
    return [(notice.title, notice.body, notice.link) for notice in found]


def test_what_waits_unread_and_is_of_one_kind_is_one_notice(venue):
    reader, other = person(), person()
    (first,) = certificate(venue, "C-1", reader)
    assert waiting(reader) == [("Paper C-1 is there", "", "/certificates/C-1")]
    certificate(venue, "C-2", reader)
    third = certificate(venue, "C-3", reader, other)
    assert third[0] == first
    assert waiting(reader) == [("3 papers are there", "C-3 came last.", "/my/all")]
    assert waiting(other) == [("Paper C-3 is there", "", "/certificates/C-3")]
    assert queries.unread_count(reader.id) == 1


def test_what_was_read_takes_nothing_in(venue):
    reader = person()
    certificate(venue, "C-1", reader)
    actions.mark_read(actor=signed_in(reader), now=venue.now)
    certificate(venue, "C-2", reader)
    assert waiting(reader) == [("Paper C-2 is there", "", "/certificates/C-2")]


def test_who_wants_mails_of_a_kind_gets_one_for_each(venue):
    reader = person()
    actions.choose_mail(actor=signed_in(reader), now=venue.now, kind=MANY.kind, mail=True)
    certificate(venue, "C-1", reader)
    certificate(venue, "C-2", reader)
    assert len(waiting(reader)) == len(mails_queued()) == 2

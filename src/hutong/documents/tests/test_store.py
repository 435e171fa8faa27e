"""Storing files: what is taken, what is refused, what survives (issue point 6)."""

import hashlib
import io
import zipfile
from dataclasses import replace

import pytest
from django.db import transaction

from hutong.documents import access, actions, queries, rules, storage
from hutong.documents.rules import Access, Refusal
from hutong.kit.actor import ANONYMOUS
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.testing import member_of, officer, unverified_party

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nbody\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.STATE = tmp_path
    settings.DOCUMENTS_URL = ""
    return tmp_path / "documents"


@pytest.fixture
def seller(venue):
    return member_of(unverified_party())


def keep(actor, venue, data=PDF, name="licence.pdf", media_type="application/pdf", **more):
    return actions.store(
        actor=actor,
        now=venue.now,
        owner=more.pop("owner", "party:0"),
        name=name,
        media_type=media_type,
        data=data,
        **more,
    )


def packed(*parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for part in parts:
            archive.writestr(part, "x")
    return file.getvalue()


def test_a_file_is_kept_under_its_digest_and_read_back(venue, seller, folder):
    stored = keep(seller, venue)

    digest = hashlib.sha256(PDF).hexdigest()
    assert stored.digest == f"sha256:{digest}"
    assert (folder / digest[:2] / digest).read_bytes() == PDF
    assert queries.read_bytes(stored.id) == PDF
    assert list(queries.audit()) == []


def test_the_same_content_lies_once_whoever_owns_it(venue, seller, folder):
    first, second = keep(seller, venue), keep(seller, venue, name="copy.pdf")

    assert first.id != second.id
    assert first.digest == second.digest
    assert len(list(storage.store().list())) == 1


REFUSALS = {
    "empty": (b"", "a.pdf", "application/pdf", Refusal.EMPTY),
    "a picture called pdf": (b"\x89PNG\r\n\x1a\n", "a.pdf", "application/pdf", Refusal.MISTYPED),
    "a page called pdf": (b"<html>", "a.pdf", "application/pdf", Refusal.MISTYPED),
    "a pdf called png": (PDF, "a.png", "image/png", Refusal.MISTYPED),
    "another extension": (PDF, "a.txt", "application/pdf", Refusal.EXTENSION),
    "a type not listed": (b"<html>", "a.html", "text/html", Refusal.TYPE_NOT_ALLOWED),
    "a program": (b"MZ\x90", "a.exe", "application/octet-stream", Refusal.TYPE_NOT_ALLOWED),
    "no extension": (PDF, "licence", "application/pdf", Refusal.NAME_INVALID),
    "only an extension": (PDF, ".pdf", "application/pdf", Refusal.NAME_INVALID),
    "control bytes in text": (b"a\x00b", "a.txt", "text/plain", Refusal.MISTYPED),
    "broken json": (b"{", "a.json", "application/json", Refusal.MISTYPED),
    "a broken zip": (b"PK\x03\x04junk", "a.zip", "application/zip", Refusal.BROKEN),
    "a zip called xlsx": (packed("a.txt"), "a.xlsx", rules.XLSX, Refusal.MISTYPED),
    "a docx called xlsx": (packed("word/document.xml"), "a.xlsx", rules.XLSX, Refusal.MISTYPED),
    "macros": (
        packed("xl/workbook.xml", "xl/vbaProject.bin"),
        "a.xlsx",
        rules.XLSX,
        Refusal.MACROS,
    ),
}


@pytest.mark.parametrize(
    ("data", "name", "media_type", "why"), REFUSALS.values(), ids=REFUSALS.keys()
)
def test_what_is_not_what_it_says_is_refused(venue, seller, folder, data, name, media_type, why):
    with pytest.raises(Refused) as refused:
        keep(seller, venue, data, name, media_type)

    assert refused.value.reason is why
    assert queries.of_owner("party:0") == []
    assert not [f for f in folder.rglob("*") if f.is_file()], "nothing half done"


TAKEN = {
    "pdf": (PDF, "执照.PDF", "application/pdf"),
    "gb18030 table": ("名称,编号\n".encode("gb18030"), "a.csv", "text/csv"),
    "utf-8 text": ("说明" * 3000, "说明.txt", "text/plain; charset=utf-8"),
    "a table by its old name": (b"a,b\n", "a.csv", "application/vnd.ms-excel"),
    "a workbook": (packed("xl/workbook.xml"), "a.xlsx", rules.XLSX),
    "a folder and a name": (PDF, "C:\\files\\licence.pdf", "application/pdf"),
    "json": (b'{"a": 1}', "a.json", "application/json"),
}


@pytest.mark.parametrize(("data", "name", "media_type"), TAKEN.values(), ids=TAKEN.keys())
def test_what_is_what_it_says_is_taken(venue, seller, data, name, media_type):
    stored = keep(seller, venue, data.encode() if isinstance(data, str) else data, name, media_type)

    assert "/" not in stored.name
    assert "\\" not in stored.name


def test_a_file_over_the_limit_is_refused_while_it_comes_in(venue, seller, folder, monkeypatch):
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            self.given += size
            return b"%PDF-" + b"x" * (size - 5)

        def seekable(self):
            return False

    stream = Endless()
    with pytest.raises(Refused) as refused:
        keep(seller, venue, stream)

    assert refused.value.reason is Refusal.TOO_LARGE
    assert stream.given <= 52 * 1024 * 1024, "it was not read to an end"
    assert not [f for f in folder.rglob("*") if f.is_file()]


def test_nobody_stores_without_signing_in(venue):
    with pytest.raises(Refused) as refused:
        keep(ANONYMOUS, venue)

    assert refused.value.reason is CommonRefusal.NOT_SIGNED_IN


def test_secret_files_are_read_by_their_party_and_by_who_examines_them(venue, seller):
    stored = keep(seller, venue)
    stranger = member_of(unverified_party("上海另一大学"))

    assert access.may_read(seller, stored)
    for examiner in ("registrar", "listing", "compliance", "supervisor"):
        assert access.may_read(officer(examiner), stored), examiner
    for other in ("trading", "settlement", "certificates", "administrator"):
        assert not access.may_read(officer(other), stored), other
    assert not access.may_read(replace(officer("registrar"), second_factor=False), stored)
    assert not access.may_read(stranger, stored)
    assert not access.may_read(ANONYMOUS, stored)


def test_each_office_reads_the_papers_of_its_own_cases(venue, seller):
    paper = keep(seller, venue, owner="right_application:1")

    assert access.may_read(officer("registrar"), paper)
    assert not access.may_read(officer("listing"), paper)
    assert not access.may_read(officer("registrar"), keep(seller, venue, owner="unheard_of:1"))
    assert access.may_read(officer("supervisor"), keep(seller, venue, owner="unheard_of:1"))


def test_public_files_are_read_by_all(venue, seller):
    stored = keep(seller, venue, access=Access.PUBLIC)

    assert access.may_read(ANONYMOUS, stored)


def test_an_owner_area_decides_for_its_subjects(venue, seller, monkeypatch):
    monkeypatch.setattr(access, "_deciders", {})
    access.register("party", lambda actor, document: actor is ANONYMOUS)

    assert access.may_read(ANONYMOUS, keep(seller, venue))
    assert not access.may_read(seller, keep(seller, venue))


def test_a_byte_changed_in_the_store_is_named(venue, seller, folder):
    stored = keep(seller, venue)
    file = folder / stored.digest[7:9] / stored.digest[7:]
    file.write_bytes(PDF[:-1] + b"!")

    (found,) = queries.audit()
    assert found.place == f"documents.store {stored.digest}"


def test_lost_bytes_are_named_and_reading_says_so(venue, seller):
    stored = keep(seller, venue)
    storage.store().delete(stored.digest)

    (found,) = queries.audit()
    assert found.found == "nothing"
    with pytest.raises(Refused) as refused:
        queries.open_bytes(stored.id)
    assert refused.value.reason is Refusal.LOST


def test_a_row_pointed_at_another_content_is_named(venue, seller):
    from hutong.documents.models import Document

    stored = keep(seller, venue)
    other = keep(seller, venue, b"%PDF-other")
    Document.objects.filter(id=stored.id).update(digest=other.digest)

    assert f"documents.document {stored.id} digest" in {d.place for d in queries.audit()}


def test_the_sweep_takes_what_nobody_has_and_spares_the_rest(venue, seller, folder):
    import os
    from datetime import UTC, datetime, timedelta

    used = keep(seller, venue)
    removed = keep(seller, venue, b"%PDF-removed")
    actions.remove(actor=seller, now=venue.now, document=removed.id)
    with transaction.atomic():
        failed = keep(seller, venue, b"%PDF-rolled back")
        transaction.set_rollback(True)
    (folder / "incoming" / "document-half").write_bytes(b"%PDF-ha")
    later = datetime.now(UTC) + timedelta(days=2)

    assert actions.sweep(real_now=datetime.now(UTC)) == [], "the young are spared"
    gone = actions.sweep(real_now=later)

    assert set(gone) == {removed.digest, failed.digest, "document-half"}
    assert queries.read_bytes(used.id) == PDF
    assert os.listdir(folder / "incoming") == []

"""Genuine certificates verify offline; whatever was done to one is named."""

import json
import subprocess
import zlib
from copy import deepcopy
from dataclasses import replace
from io import BytesIO
from shutil import which

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from hutong.certificates import bounded, rendering
from hutong.certificates.tests.making import REGISTRATION, SALE, VENUE, Maker
from hutong.certificates.verification import (
    MAX_BYTES,
    Outcome,
    Standing,
    StepName,
    verify,
    with_standing,
)
from hutong.transparency.venue_keys import Venue


@pytest.fixture(scope="module")
def keys(maker):
    return maker.keyring.public()


@pytest.fixture(scope="module", params=[REGISTRATION, SALE], ids=["registration", "sale"])
def paper(request, maker, fonts):
    return maker.pdf(maker.content(request.param), fonts)


@pytest.fixture(scope="module")
def credential(maker):
    return maker.credential(maker.content(SALE))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    other = Venue(code="OTHER", name_zh="另一交易所", name_en="Other", origin="other.example")
    return Maker.of(tmp_path_factory.mktemp("other") / "keys", other)


@pytest.fixture(scope="module")
def impostor(tmp_path_factory):
    """Has our name but not our keys."""
    return Maker.of(tmp_path_factory.mktemp("impostor") / "keys")


def failed(report):
    assert not report.verified
    return {step.name for step in report.failures()}


def as_file(credential):
    return json.dumps(credential, ensure_ascii=False).encode()


def test_a_pdf_verifies_and_only_its_revocation_is_unknown(paper, keys):
    report = verify(paper, keys)
    assert report.verified
    assert report.form == "pdf"
    assert {step.name for step in report.steps if step.outcome is Outcome.UNKNOWN} == {
        StepName.TIMESTAMP,
        StepName.WITNESSES,
        StepName.REVOCATION,
    }
    assert len(report.steps) == 11


def test_a_credential_verifies(credential, keys):
    report = verify(as_file(credential), keys)
    assert report.verified
    assert report.form == "json"
    assert report.content == credential["credentialSubject"]


def test_a_file_laid_out_anew_still_verifies(credential, keys):
    shuffled = dict(reversed(credential.items()))
    assert verify(json.dumps(shuffled, indent=4).encode(), keys).verified


def test_revocation_is_told_as_last_known(credential, keys):
    report = verify(as_file(credential), keys)
    assert with_standing(report, Standing(as_of="2026-03-05")).verified
    revoked = with_standing(report, Standing(as_of="2026-03-05", revoked_on="2026-03-04"))
    assert failed(revoked) == {StepName.REVOCATION}
    assert revoked.steps[-1].sentence() == "Revoked on 2026-03-04."
    suspended = with_standing(report, Standing(as_of="2026-03-05", suspended_on="2026-03-04"))
    assert failed(suspended) == {StepName.REVOCATION}


def test_a_superseded_certificate_is_genuine_and_says_what_replaced_it(credential, keys):
    later = Standing(as_of="2026-03-05", superseded_by="SHTE-DEMO-JY-2022-000002")
    report = with_standing(verify(as_file(credential), keys), later)
    assert report.verified
    assert report.steps[-1].name is StepName.LATER
    assert report.steps[-1].outcome is Outcome.NOTE
    assert "SHTE-DEMO-JY-2022-000002" in report.steps[-1].sentence()


def test_a_changed_price_is_named(credential, keys):
    forged = deepcopy(credential)
    forged["credentialSubject"]["deal"]["price_fen"] += 1
    report = verify(as_file(forged), keys)
    assert failed(report) == {StepName.CONTENT, StepName.CREDENTIAL}
    assert report.content is None


def test_a_change_signed_by_the_impostor_fails_everywhere(impostor, keys):
    forged = impostor.credential(impostor.content(SALE))
    assert failed(verify(as_file(forged), keys)) == {StepName.CREDENTIAL, StepName.CHECKPOINT}


def test_a_content_that_the_log_never_saw_is_named(maker, keys):
    content = maker.content(SALE)
    other = maker.credential(content, content_digest="sha256:" + "1" * 64)
    assert failed(verify(as_file(other), keys)) == {StepName.CONTENT}
    other = maker.credential(content, number="SHTE-DEMO-JY-2022-000002")
    assert failed(verify(as_file(other), keys)) == {StepName.CONTENT}


def test_an_entry_that_is_not_in_the_log_is_named(maker, keys, credential):
    elsewhere = maker.credential(maker.content(SALE))
    forged = {name: part for name, part in credential.items() if name != "proof"}
    forged["evidence"] = [
        credential["evidence"][0] | {"tlogProof": elsewhere["evidence"][0]["tlogProof"]}
    ]
    assert failed(verify(as_file(maker.signed(forged)), keys)) == {StepName.INCLUSION}


def test_another_venues_certificate_is_named_as_such(stranger, keys):
    report = verify(as_file(stranger.credential(stranger.content(SALE))), keys)
    assert StepName.ISSUER in failed(report)
    assert "other.example" in report.failures()[0].sentence()


def test_one_changed_byte_of_a_pdf_is_found_wherever_it_is(paper, keys):
    """Also where the signature itself lies, which no signature can cover."""
    signature = paper.index(b"/ByteRange")
    places = [*range(7, len(paper), len(paper) // 25), *range(signature, len(paper), 331)]
    for place in places:
        changed = bytearray(paper)
        changed[place] ^= 0x20  # turns a capital letter small: the same number in hexadecimal
        assert failed(verify(bytes(changed), keys)), f"byte {place}"


def test_a_changed_page_is_not_blamed_on_the_chain(paper, keys):
    changed = bytearray(paper)
    changed[30_000] ^= 1
    report = verify(bytes(changed), keys)
    assert failed(report) == {StepName.DOCUMENT}
    assert [s.sentence() for s in report.failures()] == ["The PDF was changed after it was signed."]


def test_something_added_to_a_pdf_is_found(paper, keys):
    writer = IncrementalPdfFileWriter(BytesIO(paper))
    writer.root["/Addition"] = writer.root["/Type"]
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert StepName.DOCUMENT in failed(verify(out.getvalue(), keys))


def test_an_unsigned_pdf_is_found(maker, keys, fonts):
    content = maker.content()
    page = maker.page(content, maker.credential(content), fonts)
    assert failed(verify(page, keys)) == {StepName.DOCUMENT}


def test_a_genuine_credential_in_another_hands_pdf_is_found(maker, impostor, keys, fonts):
    content = maker.content()
    page = maker.page(content, maker.credential(content), fonts)
    forged = rendering.signed_pdf(page, content, hand=impostor.keyring.certificate_signer)
    assert failed(verify(forged, keys)) == {StepName.CHAIN}


def test_the_same_page_is_set_to_the_same_bytes(maker, fonts):
    content = maker.content()
    credential = maker.credential(content)
    assert maker.page(content, credential, fonts) == maker.page(content, credential, fonts)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 100,
        b"%PDF-1.7",
        b"%PDF-1.7\n%%EOF",
        b"{}",
        b"[]",
        b"null",
        b'{"credentialSubject": {"format": "hutong-certificate/1"}}',
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        "{“a”: 1}".encode("gbk"),
        b" " * 5_000_000,
    ],
)
def test_what_is_no_certificate_is_called_so(data, keys):
    report = verify(data, keys)
    assert not report.readable
    assert not report.verified
    assert report.steps[0].sentence()


def test_a_file_over_the_limit_is_refused_by_its_size(keys):
    report = bounded.verify(b"%PDF-" + b" " * MAX_BYTES, keys)
    assert "larger than 50 MB" in report.steps[0].sentence()


@pytest.mark.parametrize(
    "change",
    [
        {"credentialSubject": 7},
        {"credentialSubject": {"format": "hutong-certificate/1", "kind": "other", "number": "1"}},
        {"evidence": None},
        {"evidence": [7]},
        {"evidence": [{"type": ["TransparencyLogInclusion"], "entry": "!", "tlogProof": ""}]},
        {"evidence": [{"type": ["TransparencyLogInclusion"], "entry": "e30=", "tlogProof": "x"}]},
    ],
)
def test_a_credential_with_parts_of_another_shape_is_unreadable(credential, keys, change):
    assert not verify(as_file(credential | change), keys).readable


def test_in_a_process_of_its_own_the_answer_is_the_same(paper, keys):
    assert bounded.verify(paper, keys) == verify(paper, keys)


def test_a_bomb_in_a_pdf_hurts_nobody(keys):
    """Two gigabytes of zeros in two megabytes, where the list of objects should be."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = ((128 << 24) % 65_521 << 16 | 1).to_bytes(4)
    bomb = b"\x78\x9c" + block * 128 + b"\x03\x00" + checksum
    head = b"%PDF-1.7\n"
    stream = (
        b"1 0 obj\n<</Type/XRef/W[1 2 1]/Size 2/Root 1 0 R/Filter/FlateDecode/Length "
        + str(len(bomb)).encode()
        + b">>\nstream\n"
        + bomb
        + b"\nendstream\nendobj\n"
    )
    file = head + stream + b"startxref\n%d\n%%%%EOF\n" % len(head)
    report = bounded.verify(file, keys, seconds=10)
    assert not report.readable


def places(value, at=()):
    """Every place in a JSON value."""
    yield at
    inside = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else inside
    for name, part in inside:
        yield from places(part, (*at, name))


ANYTHING = st.sampled_from([None, True, 0, -1, 2**70, "", "x", "\ud800", [], [[]], {}, {"": 0}])


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_stands_anywhere_in_a_credential_there_is_a_verdict(maker, keys, data):
    forged = maker.credential(maker.content(SALE))
    *above, last = data.draw(st.sampled_from([at for at in places(forged) if at]))
    part = forged
    for name in above:
        part = part[name]
    other = data.draw(ANYTHING)
    assume(json.dumps(part[last]) != json.dumps(other))
    part[last] = other
    assert not verify(json.dumps(forged).encode(), keys).verified


def test_an_attachment_that_grows_without_end_is_named(maker, keys, fonts):
    content = maker.content(SALE)
    large = {**maker.credential(content), "padding": "a" * 6_000_000}
    paper = maker.page(content, large, fonts)
    assert len(paper) < 200_000
    report = verify(paper, keys)
    assert not report.readable
    assert "the attached credential is too large" in report.steps[0].sentence()


@pytest.mark.parametrize("kind", ["other", "", None, 7, [], {}])
def test_a_kind_from_elsewhere_is_called_unknown(maker, keys, kind):
    forged = maker.credential(maker.content(SALE))
    forged["credentialSubject"]["kind"] = kind
    report = verify(as_file(forged), keys)
    assert not report.readable
    assert "not known here" in report.steps[0].sentence()


@pytest.mark.skipif(which("pdftotext") is None, reason="poppler's pdftotext is not installed")
def test_what_a_title_says_is_text_and_never_markup(maker, fonts, tmp_path):
    title = 'Recovery #panic("x") *bold* $x$ <script> \\u{1} "quoted"'
    technology = replace(REGISTRATION.technology, title_zh="", title_en=title)
    file = tmp_path / "certificate.pdf"
    file.write_bytes(maker.pdf(maker.content(replace(REGISTRATION, technology=technology)), fonts))
    shown = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert title in shown
    assert "技术权益登记证书" in shown.replace(" ", "")


@pytest.mark.skipif(which("pdfsig") is None, reason="poppler's pdfsig is not installed")
def test_popplers_own_verifier_finds_the_signature_valid(paper, tmp_path):
    file = tmp_path / "certificate.pdf"
    file.write_bytes(paper)
    told = subprocess.run(
        ["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=True
    ).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert VENUE.name_zh in told

"""The verify command: each step printed, and an exit code for scripts."""

import base64
import json
from io import StringIO

import pytest

from hutong.certificates.command import verify_file
from hutong.certificates.tests.making import SALE, Maker
from hutong.transparency.venue_keys import Venue


@pytest.fixture
def files(tmp_path, maker):
    certificate = maker.credential(maker.content(SALE))
    (tmp_path / "certificate.json").write_text(json.dumps(certificate))
    (tmp_path / "keys.json").write_bytes(maker.keyring.public().file())
    forged = json.loads(json.dumps(certificate).replace("26805000", "26805001"))
    (tmp_path / "forged.json").write_text(json.dumps(forged))
    (tmp_path / "note.txt").write_text("nothing of the kind")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "code", "last"),
    [
        ("certificate.json", 0, "The certificate is genuine and unchanged."),
        ("forged.json", 1, "The certificate is NOT verified."),
        ("note.txt", 2, "This file is not a certificate that can be read."),
    ],
)
def test_the_exit_code_tells_scripts_what_the_last_line_tells_people(files, name, code, last):
    out = StringIO()
    assert verify_file(files / name, files / "keys.json", out=out) == code
    assert out.getvalue().rstrip().split("\n")[-1] == last


def test_missing_files_and_keys_are_named(files):
    for certificate, key in (("absent", "keys.json"), ("certificate.json", "note.txt")):
        out = StringIO()
        assert verify_file(files / certificate, files / key, out=out) == 2
        assert out.getvalue().startswith("Cannot verify: ")


def test_the_report_is_json_where_a_script_wants_it(files):
    out = StringIO()
    verify_file(files / "forged.json", files / "keys.json", as_json=True, out=out)
    told = json.loads(out.getvalue())
    assert told["verified"] is False
    assert [step["name"] for step in told["steps"] if step["outcome"] == "failed"] == [
        "content",
        "credential",
    ]


# -- countersigned by another venue (NE-4) -----------------------------------------------------------

OTHER = Venue(code="SZTE", name_zh="深圳交易所", name_en="Shenzhen", origin="szte.example")


@pytest.fixture
def other(tmp_path):
    return Maker.of(tmp_path / "other" / "keys", OTHER)


def verified_with(files, told, *keys):
    """The exit code, and what is said of the countersignature `told`."""
    (files / "told.json").write_text(json.dumps(told))
    for n, maker in enumerate(keys):
        (files / f"keys{n}.json").write_bytes(maker.keyring.public().file())
    out = StringIO()
    code = verify_file(
        files / "certificate.json",
        files / "keys.json",
        witnesses=[files / f"keys{n}.json" for n in range(len(keys))],
        countersignatures=[files / "told.json"],
        as_json=True,
        out=out,
    )
    (step,) = [s for s in json.loads(out.getvalue())["steps"] if s["name"] == "countersignature"]
    return code, step["outcome"], step["text"]


@pytest.fixture
def content(files):
    return json.loads((files / "certificate.json").read_text())["credentialSubject"]


def test_a_countersignature_names_the_venue_and_its_entry(files, content, other):
    code, outcome, text = verified_with(files, other.countersigned(content), other)

    assert (code, outcome) == (0, "ok")
    assert text == "Countersigned by 深圳交易所 Shenzhen: entry 5 of its public log."


def test_without_that_venues_keys_it_stays_unknown_and_the_certificate_genuine(
    files, content, other
):
    code, outcome, text = verified_with(files, other.countersigned(content))

    assert (code, outcome) == (0, "unknown")
    assert "SZTE" in text


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"certificate": "SHTE-DEMO-JY-2022-000002"}, "another certificate"),
        ({"content_digest": "sha256:" + "1" * 64}, "another certificate"),
        ({"at": "2026-03-02T08:30:01.000000Z"}, "did not sign"),
        ({"signature": "z111"}, "did not sign"),
        ({"key": "z6Mk"}, "no usable key"),
        ({"format": "hutong-countersignature/2"}, "not in the form"),
        ({"more": "x"}, "not in the form"),
    ],
)
def test_a_countersignature_that_was_changed_fails(files, content, other, changes, why):
    code, outcome, text = verified_with(files, other.countersigned(content, **changes), other)

    assert (code, outcome) == (1, "failed")
    assert why in text


def test_a_countersignature_that_its_venues_log_does_not_hold_fails(files, content, other):
    told = other.countersigned(content)
    leaf, proof = other.entered("network.Other", {"digest": "sha256:" + "0" * 64})
    elsewhere = {**told, "entry": base64.b64encode(leaf).decode()}
    for falsified, why in (
        (elsewhere, "does not hold it"),
        ({**elsewhere, "tlogProof": proof.text()}, "holds something else there"),
    ):
        code, outcome, text = verified_with(files, falsified, other)
        assert (code, outcome) == (1, "failed")
        assert why in text


def test_nobody_countersigns_with_the_keys_of_another(files, content, other, maker):
    told = maker.countersigned(content, venue=OTHER.code)

    code, outcome, text = verified_with(files, told, other)

    assert (code, outcome) == (0, "unknown"), "the certificate is genuine, whoever stands for it"
    assert "not among its keys" in text


# -- asked of an exchange ----------------------------------------------------------------------------


def asked(files, told, *makers):
    """The exit code, and what is said of what an exchange showed."""
    numbers, out = [], StringIO()

    def ask(number):
        numbers.append(number)
        return told, [maker.keyring.public() for maker in makers]

    code = verify_file(
        files / "certificate.json", files / "keys.json", ask=ask, as_json=True, out=out
    )
    report = json.loads(out.getvalue())
    assert numbers == [report["number"]]
    return code, [(one["venue"], one["holds"]) for one in report["countersignatures"]]


def test_what_an_exchange_shows_is_said_with_whether_it_holds(files, content, other):
    assert asked(files, [other.countersigned(content)], other) == (0, [("SZTE", True)])
    assert asked(files, [other.countersigned(content)]) == (0, [("SZTE", None)])


def test_an_exchange_that_lies_takes_nothing_from_a_genuine_certificate(files, content, other):
    false = other.countersigned(content, at="2026-03-02T08:30:01.000000Z")
    code, said = asked(files, [false, "nothing", other.countersigned(content)], other)
    assert code == 0
    assert said == [("SZTE", False), (None, False), ("SZTE", True)]


def test_an_exchange_that_does_not_answer_is_named(files):
    def ask(number):
        raise ValueError("no whole answer within 10 s")

    out = StringIO()
    assert verify_file(files / "certificate.json", files / "keys.json", ask=ask, out=out) == 2
    assert "no whole answer" in out.getvalue()

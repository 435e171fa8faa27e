"""The verify command: each step printed, and an exit code for scripts."""

import json
from io import StringIO

import pytest

from hutong.certificates.command import verify_file
from hutong.certificates.tests.making import SALE


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

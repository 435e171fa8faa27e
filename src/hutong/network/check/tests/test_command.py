"""The report is said in the reader's language, and a program gets it as one line."""

import argparse
import json

import pytest

from hutong.network.check import command
from hutong.network.check.testing import served
from hutong.network.check.tests.paper import PaperExchange


def asked(*arguments):
    parser = argparse.ArgumentParser()
    command.configure(parser)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args([*arguments, "--pause", "0"])


@pytest.fixture(scope="module")
def exchange():
    return PaperExchange()


def test_a_program_gets_every_item_with_what_was_done(exchange, capsys):
    with served(exchange) as url:
        assert command.run(asked(url, "--json", "--language", "en")) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["format"], told["venue"]) == ("hutong-network-check/1", "SHTE")
    found = {one["id"]: one for one in told["items"]}
    assert found["log.tree"]["outcome"] == "kept"
    assert found["log.tree"]["did"][0].startswith("GET /log/tile/")
    assert found["member.ping"]["found"] == "needs the key of a member (--as)"


def test_people_read_it_in_chinese(exchange, capsys):
    from hutong.ui import translations

    translations.compile_all()
    lie = lambda asked, given: (  # noqa: E731
        setattr(given, "status", 200) if asked.path == "/network/paddle" else None
    )
    with served(exchange, lie) as url:
        assert command.run(asked(url, "--only", "paddle", "--language", "zh")) == 1
    said = capsys.readouterr().out
    assert "违反：paddle.refused" in said
    assert "返回 HTTP 200，应为 403" in said
    assert "docs/network.md: Trade across venues" in said


def test_an_item_stands_in_a_paragraph_of_the_protocol():
    from pathlib import Path

    from hutong.network.check.running import EVERY

    page = (Path(__file__).parents[5] / "docs" / "network.md").read_text(encoding="utf-8")
    headings = {line.lstrip("# ") for line in page.splitlines() if line.startswith("#")}
    for one in EVERY:
        for part in one.at.split(": "):
            assert any(heading.startswith(part) for heading in headings), (one.id, part)


def test_a_member_signs_with_the_keys_of_a_directory(tmp_path, monkeypatch):
    from hutong.venues.testing import paper_venue

    made = paper_venue("SZTE", directory=tmp_path, passphrase="tests only")
    monkeypatch.setenv("HUTONG_PASSPHRASE", "tests only")
    me = command._member(tmp_path / "szte")
    assert me.code == "SZTE"
    assert me.signer.public_key == made.message.public_key


def test_where_there_are_no_keys_nothing_is_asked(tmp_path):
    with pytest.raises(command.Unusable):
        command.run(asked("https://x.example", "--as", str(tmp_path)))


def test_where_nothing_answers_it_is_not_usable(capsys):
    assert command.run(asked("http://127.0.0.1:9", "--language", "en")) == 2
    assert "Nothing answers" in capsys.readouterr().out

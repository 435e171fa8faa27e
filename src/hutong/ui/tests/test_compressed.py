"""What is sent is small, and the same as without compression."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from hutong.ui.compressed import press

GZIP = {"accept-encoding": "gzip, deflate, br"}
STYLE = "/static/ui/style.css"


@pytest.mark.django_db
def test_a_page_is_compressed_for_who_takes_it(venue: Any) -> None:
    plain = Client().get("/style")
    small = Client().get("/style", headers=GZIP)
    assert "Content-Encoding" not in plain
    assert small["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small["Vary"]
    assert int(small["Content-Length"]) < len(plain.content) / 3
    assert b"</html>" in gzip.decompress(small.content)


def test_a_static_file_is_pressed_once_and_is_the_same(settings: Any, tmp_path: Path) -> None:
    settings.STATE = tmp_path
    client = Client()
    plain, small = client.get(STYLE), client.get(STYLE, headers=GZIP)
    said = b"".join(plain)
    assert "Content-Encoding" not in plain
    assert small["Content-Encoding"] == "gzip"
    assert small["Content-Type"] == plain["Content-Type"]
    assert gzip.decompress(b"".join(small)) == said
    [kept] = (tmp_path / "pressed").iterdir()
    assert int(small["Content-Length"]) == kept.stat().st_size < len(said)
    again = client.get(STYLE, headers={**GZIP, "if-none-match": small["ETag"]})
    assert again.status_code == 304


def test_part_of_a_file_is_sent_as_it_is(settings: Any, tmp_path: Path) -> None:
    settings.STATE = tmp_path
    part = Client().get(STYLE, headers={**GZIP, "range": "bytes=0-9"})
    assert part.status_code == 206
    assert "Content-Encoding" not in part


def test_what_changes_is_pressed_anew(settings: Any, tmp_path: Path) -> None:
    settings.STATE = tmp_path
    file = tmp_path / "a.css"
    file.write_text("a" * 2_000)
    first = press(file)
    file.write_text("b" * 2_000)
    assert press(file) != first
    assert gzip.decompress(press(file).read_bytes()) == b"b" * 2_000

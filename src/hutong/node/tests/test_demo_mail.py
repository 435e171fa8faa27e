"""
The demo reads its mail like a person: the code in the letter to me, whoever else got letters.
"""

from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend

from hutong.node.demo.client import Api
from hutong.node.demo.people import Registration


@pytest.fixture
def registration(tmp_path: Path) -> Registration:
    return Registration(Api("http://127.0.0.1:1"), tmp_path)


def test_of_several_letters_in_one_file_each_reader_finds_the_own(
    tmp_path: Path, registration: Registration
) -> None:
    post = EmailBackend(file_path=str(tmp_path))
    for number, who in enumerate(["registrar", "trading", "second-registrar"]):
        body = f"11111{number} confirms your e-mail address.\n\nhttp://127.0.0.1:8000\n"
        post.send_messages([EmailMessage("Code", body, "venue@example", [f"{who}@demo.example"])])
    assert len(list(tmp_path.iterdir())) == 1
    assert registration._code_for("registrar@demo.example") == "111110"
    assert registration._code_for("trading@demo.example") == "111111"
    assert registration._code_for("nobody@demo.example") is None

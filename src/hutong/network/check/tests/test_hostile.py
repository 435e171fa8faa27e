"""A server that is slow, endless, huge or packed to burst costs a bounded time and is named."""

import gzip
import time

import pytest

from hutong.network.check.items import Outcome, Run
from hutong.network.check.running import check
from hutong.network.check.testing import Given, served
from hutong.network.check.wire import AddressInvalid, Exhausted, Silent, Wire


def slowly():
    while True:
        time.sleep(0.05)
        yield b" "


def endlessly():
    while True:
        yield b" " * 65_536


BOMB = gzip.compress(b" " * 200_000_000, compresslevel=9)
WHY = {
    "slow": (lambda: Given(200, {}, slowly()), "no whole answer"),
    "endless": (lambda: Given(200, {}, endlessly()), "more than"),
    "a zip bomb": (lambda: Given(200, {"Content-Encoding": "gzip"}, BOMB), "more than"),
    "packed twice": (lambda: Given(200, {"Content-Encoding": "gzip, gzip"}, BOMB), "packed as"),
    "badly packed": (lambda: Given(200, {"Content-Encoding": "gzip"}, b"x" * 50), "unpacked"),
}


@pytest.mark.parametrize("how", WHY)
def test_an_answer_out_of_bounds_is_no_answer(how):
    given, why = WHY[how]
    with served(lambda asked: given()) as url:
        wire = Wire(url, seconds=0.5)
        began = time.monotonic()
        with pytest.raises(Silent, match=why):
            wire.get("/")
        assert time.monotonic() - began < 3


def test_headers_that_never_end_are_no_answer():
    import socket
    import threading

    def trickle(server):
        line, _ = server.accept()
        line.recv(65_536)
        line.sendall(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                line.sendall(b"X: y\r\n")
                time.sleep(0.05)
        except OSError:
            line.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=trickle, args=(server,), daemon=True).start()
        wire = Wire(f"http://127.0.0.1:{server.getsockname()[1]}", seconds=0.5)
        began = time.monotonic()
        with pytest.raises(Silent):
            wire.get("/")
        assert time.monotonic() - began < 3


def test_the_whole_check_ends_when_its_time_is_up():
    with served(lambda asked: Given(200, {}, slowly())) as url:
        began = time.monotonic()
        report = check(Run(Wire(url, seconds=5, seconds_in_all=0.5)))
        assert time.monotonic() - began < 3
    assert report.findings[0].outcome is Outcome.NOT_CHECKED
    assert report.exit_code == 2  # nothing was learnt


def test_the_whole_check_takes_so_many_bytes_and_no_more():
    with served(lambda asked: Given(200, {}, b" " * 600_000)) as url:
        wire = Wire(url, bytes_left=1_000_000)
        wire.get("/")
        with pytest.raises(Exhausted):
            wire.get("/")


def test_a_redirect_is_not_followed():
    asked_for = []

    def away(asked):
        asked_for.append(asked.path)
        return Given(302, {"Location": "/elsewhere"})

    with served(away) as url:
        report = check(Run(Wire(url)))
    assert "/elsewhere" not in asked_for
    assert {"describe.served", "http.redirects"} <= set(report.broken)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.example",
        "https://",
        "https://x.example/path",
        "https://user@x.example",
        "https://x.example?y",
        "https://x.example:99999",
        "http://x.example",
        "x.example",
    ],
)
def test_what_is_no_address_of_a_venue_is_not_asked(url):
    with pytest.raises(AddressInvalid):
        Wire(url)


def test_what_it_says_cannot_command_a_terminal():
    with served(lambda asked: Given(200, {}, b'{"format": "\\u001b[2J\\u202e"}')) as url:
        report = check(Run(Wire(url)))
    assert str(report.findings[0].found).isprintable()

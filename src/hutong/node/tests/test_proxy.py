"""The proxy between a real uvicorn and a real gunicorn."""

import contextlib
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

PATIENCE = 60
MIB = 1024 * 1024


def until(what):
    deadline = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.02)
    return found


class Pair:
    """Gunicorn on a unix socket, uvicorn on a free port before it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.env = {
            **os.environ,
            "HUTONG_WEB_SOCKET": str(place / "web"),
            "PROBE_MARKS": str(place),
            "PYTHONPATH": "src",
        }
        self.web = self.start_web()
        self.front = self._run(
            *("uvicorn", "hutong.node.tests.probe:front", "--port", str(self.port)),
            *("--host", "127.0.0.1", "--log-level", "critical", "--lifespan", "off"),
        )
        until(lambda: self._status() == 200)

    def start_web(self):
        return self._run(
            *("gunicorn", "hutong.node.tests.probe:web", "--bind", f"unix:{self.place / 'web'}"),
            *("--worker-class", "gthread", "--threads", "4", "--log-level", "critical"),
            *("--graceful-timeout", "1", "--no-control-socket"),
        )

    def _run(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _status(self):
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(self.url("/"), timeout=5).status_code
        return None

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def raw(self, text):
        """Send bytes as they are; return all that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as sent:
            sent.sendall(text)
            answer = b""
            while chunk := sent.recv(65536):
                answer += chunk
        return answer

    def peak_memory(self):
        status = Path(f"/proc/{self.front.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def stop_web(self):
        self.web.terminate()
        self.web.wait(PATIENCE)

    def end(self):
        for process in (self.front, self.web):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    pair = Pair(tmp_path_factory.mktemp("proxy"))
    yield pair
    pair.end()


def get(pair, path="/", **options):
    return httpx.get(pair.url(path), timeout=20, **options)


def test_web_learns_the_visitor_from_the_front_and_not_from_the_visitor(pair):
    lies = {
        "X-Hutong-Client": "8.8.8.8",
        "X_Hutong_Client": "8.8.4.4",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
        "Forwarded": "for=1.1.1.1",
        "X-Real-IP": "1.1.1.1",
        "X-Honest": "kept",
    }
    got = get(pair, headers=lies).json()["headers"]
    assert got["HTTP_X_HUTONG_CLIENT"] == "127.0.0.1"
    assert got["HTTP_X_HONEST"] == "kept"
    assert "evil" not in json.dumps(got)
    assert "1.1.1.1" not in json.dumps(got)
    assert got["HTTP_HOST"] == f"127.0.0.1:{pair.port}"


def test_a_reverse_proxy_on_this_machine_is_believed_about_the_visitor(pair):
    """uvicorn's own rule: X-Forwarded-For counts when it comes from FORWARDED_ALLOW_IPS."""
    said = {"X-Forwarded-For": "8.8.8.8, 203.0.113.7", "X-Forwarded-Proto": "https"}
    got = get(pair, headers=said).json()
    assert got["headers"]["HTTP_X_HUTONG_CLIENT"] == "203.0.113.7"
    assert got["scheme"] == "https"


def test_headers_of_the_connection_stay_on_it(pair):
    got = pair.raw(
        b"GET / HTTP/1.1\r\nHost: venue.example\r\nConnection: close, X-Secret\r\n"
        b"X-Secret: 1\r\nTE: trailers\r\nX-Kept: 2\r\n\r\n"
    )
    headers = json.loads(got.partition(b"\r\n\r\n")[2])["headers"]
    assert headers["HTTP_X_KEPT"] == "2"
    assert not {"HTTP_X_SECRET", "HTTP_TE"} & headers.keys()
    assert headers["HTTP_HOST"] == "venue.example"


@pytest.mark.parametrize("target", ["/a%2Fb//c?q=%E4%B8%AD&x=1+2", "/~%7e?", "/%zz", "/a|b?{}"])
def test_the_address_arrives_as_it_was_sent(pair, target):
    got = pair.raw(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    assert json.loads(got.partition(b"\r\n\r\n")[2])["target"].rstrip("?") == target.rstrip("?")


def test_an_address_that_http_does_not_allow_is_the_visitors_mistake(pair):
    got = pair.raw(b"GET /\xe4\xb8 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 400 ")


def test_redirects_and_cookies_go_to_the_visitor_and_are_not_kept(pair):
    answer = get(pair, "/away")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/elsewhere?a=1")
    assert answer.headers["Set-Cookie"] == "who=me"
    assert "HTTP_COOKIE" not in get(pair).json()["headers"]


def test_head_has_headers_and_no_body(pair):
    answer = httpx.head(pair.url("/"), timeout=20)
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) > 100
    assert answer.content == b""


def test_the_answer_has_one_date(pair):
    names = [name.lower() for name, _ in get(pair).headers.raw]
    assert names.count(b"date") == 1


@pytest.mark.parametrize("sized", [True, False], ids=["with a length", "in chunks"])
def test_fifty_megabytes_pass_without_being_kept(pair, sized):
    piece = bytes(range(256)) * 4096
    before = pair.peak_memory()

    def pieces():
        for _ in range(50):
            yield piece

    headers = {"Content-Length": str(50 * MIB)} if sized else {}
    answer = httpx.post(pair.url("/"), content=pieces(), headers=headers, timeout=60).json()
    assert answer["size"] == 50 * MIB
    assert answer["sha256"] == hashlib.sha256(piece * 50).hexdigest()
    assert pair.peak_memory() - before < 12 * MIB


def test_a_visitor_who_goes_ends_the_request_to_web(pair):
    mark = pair.place / "closed"
    mark.unlink(missing_ok=True)
    with httpx.stream("GET", pair.url("/forever"), timeout=20) as answer:
        assert next(answer.iter_raw()).startswith(b"data: still here")
    until(mark.exists)


def test_half_an_upload_is_not_passed_for_the_whole(pair):
    """Web reads to the end of what came, then waits no more; nothing is answered or kept open."""
    with socket.create_connection(("127.0.0.1", pair.port), timeout=20) as sent:
        sent.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 999)
    assert get(pair).status_code == 200


def test_half_an_answer_is_not_passed_for_the_whole(pair):
    with pytest.raises(httpx.RemoteProtocolError):
        get(pair, "/half")
    until(lambda: pair._status() == 200)


def test_web_killed_in_the_middle_leaves_the_outcome_open(pair):
    answer = get(pair, "/die")
    assert (answer.status_code, answer.json()["code"]) == (502, "interrupted")
    until(lambda: pair._status() == 200)


def test_web_too_slow_is_said(pair):
    answer = get(pair, "/slow")
    assert (answer.status_code, answer.json()["code"]) == (504, "too_slow")


def test_web_down_is_said_and_up_again_is_served(pair):
    pair.stop_web()
    answer = get(pair)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
    page = get(pair, headers={"Accept": "text/html,*/*"})
    assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert 'http-equiv="refresh"' in page.text
    pair.web = pair.start_web()
    until(lambda: pair._status() == 200)

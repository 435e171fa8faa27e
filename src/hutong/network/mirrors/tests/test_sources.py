"""A log read over HTTP: several files at once, texts in as many answers as it takes."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hutong.network.mirrors.sources import Web
from hutong.network.mirrors.testing import Log
from hutong.transparency import texts
from hutong.transparency.reading import Unreachable


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def web(log):
    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            try:
                self.answer(200, log.fetch(self.path.removeprefix("/log/")))
            except LookupError:
                self.answer(404, b"")

        def do_POST(self):
            asked = texts.read_digests(self.rfile.read(int(self.headers["Content-Length"])))
            some = asked[:3]  # the rest is asked for again
            found = [(one, log.blobs.get(one, texts.UNKNOWN_TEXT)) for one in some]
            self.answer(200, texts.write_answers(found))

        def answer(self, status, body):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    web = Web(f"http://127.0.0.1:{server.server_port}/log")
    yield web
    web.close()
    server.shutdown()
    server.server_close()


def test_files_come_in_the_order_asked_for_though_fetched_at_once(log, web):
    log.entries += [b"%d" % n for n in range(600)]
    log.sign()
    paths = ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/88", "tile/0/001"]
    fetch = web.fetch_all(paths)
    assert [fetch(path) for path in paths] == [log.fetch(path) for path in paths]
    with pytest.raises(LookupError):
        web.fetch("tile/0/007")


def test_texts_are_asked_for_until_each_was_answered(log, web):
    names = [log.text(f"文 {n}") for n in range(10)]
    log.blobs[names[4]] = None
    unknown = "sha256:" + "0" * 64
    assert web.texts([*names, unknown]) == {name: log.blobs[name] for name in names}


def test_a_door_that_answers_nothing_of_what_was_asked_is_away(web, monkeypatch):
    monkeypatch.setattr(web, "_ask", lambda *args: b"hello\n")
    with pytest.raises(Unreachable, match="none of what was asked"):
        web.texts(["sha256:" + "0" * 64])


def test_who_does_not_answer_is_away():
    web = Web("http://127.0.0.1:9/log")
    with pytest.raises(Unreachable):
        web.fetch("checkpoint")
    web.close()

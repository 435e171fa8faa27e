"""
From the command to the first page: `up` on a venue that is set up, against a bare gunicorn.

    ours    ./hutong up on a founded state directory, until the home page answers 200
    limit   gunicorn with an application that does nothing, until it answers

There is no peer: nobody else's venue starts.
"""

import contextlib
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.common import ROOT, Case, main

ROUNDS = 3
PATIENCE_SECONDS = 120
EMPTY = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return [b""]
"""


def measure() -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="hutong-start-", dir="/tmp") as directory:
        place = Path(directory)
        place.chmod(0o755)
        (place / "empty.py").write_text(EMPTY)
        _up(place)  # set up, and the files of the programs read once
        ours, limit = [], []
        for _ in range(ROUNDS):
            ours.append(_up(place))
            limit.append(_bare(place))
        yield Case(
            bench="start",
            case="from `up` to the first page, set up before",
            unit="s",
            ours=statistics.median(ours),
            limit=statistics.median(limit),
            limit_name="gunicorn with an empty application",
            less_is_better=True,
        )


def _up(place: Path) -> float:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("HUTONG_")}
    port = _free_port()
    command = [str(ROOT / "hutong"), "up", "--demo", "--port", str(port)]
    return _until_answered(command, port, {**inherited, "HUTONG_STATE": str(place / "venue")})


def _bare(place: Path) -> float:
    port = _free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "empty:application", "--bind", f"127.0.0.1:{port}"),
        *("--chdir", str(place), "--worker-class", "gthread", "--threads", "8"),
    ]
    return _until_answered(command, port, dict(os.environ))


def _until_answered(command: list[str], port: int, env: dict[str, str]) -> float:
    """Seconds from the start of `command` until `/` answers 200; then it is stopped."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env=env, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            while not _answers(port):
                if process.poll() is not None or time.perf_counter() - began > PATIENCE_SECONDS:
                    said.seek(0)
                    raise RuntimeError(f"it never answered:\n{said.read().decode()[-3000:]}")
                time.sleep(0.005)
            return time.perf_counter() - began
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            process.wait(60)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main(measure)

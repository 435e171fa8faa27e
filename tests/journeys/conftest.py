"""A demo venue that has played its whole case, once for all journeys of a run."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hutong.node import postgres
from hutong.node.paths import postgres_directory

FROM_OUTSIDE = {"HUTONG_DATABASE_URL", "HUTONG_OWNER_DATABASE_URL", "HUTONG_EMAIL_URL"}


@dataclass(frozen=True)
class PlayedVenue:
    """What `./hutong demo --once --json` left behind."""

    state: Path
    summary: dict[str, Any]
    output: str

    @property
    def env(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k not in FROM_OUTSIDE}
        return {**kept, "HUTONG_STATE": str(self.state)}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `./hutong ARGUMENTS` on this venue."""
        return subprocess.run(
            [sys.executable, "-m", "hutong.node.cli", *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    @contextmanager
    def superuser(self) -> Iterator[psycopg.Connection]:
        """A connection that may do anything, triggers aside."""
        with (
            postgres.reachable(postgres_directory(self.state)) as cluster,
            psycopg.connect(cluster.superuser_url("hutong"), autocommit=True) as connection,
        ):
            connection.execute("SET session_replication_role = replica")
            yield connection


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayedVenue]:
    if given := os.environ.get("HUTONG_PLAYED"):  # a demo's state kept from before
        yield PlayedVenue(Path(given), json.loads((Path(given) / "demo.json").read_text()), "")
        return
    state = tmp_path_factory.mktemp("demo") / "state"
    venue = PlayedVenue(state, {}, "")
    done = venue.command("demo", "--once", "--json", "--port", str(_free_port()))
    assert done.returncode == 0, done.stderr[-4000:]
    yield PlayedVenue(state, json.loads(done.stdout.splitlines()[-1]), done.stderr)
    postgres.discard(postgres_directory(state))

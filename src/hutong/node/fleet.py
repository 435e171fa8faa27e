"""
Several venues on one machine: for the network's demo, its tests and its benches.

    fleet ┬ postgres   one server; to each venue a database and roles that reach no other's
          ├ SHTE       ./hutong up  ─► schema, web, front, worker, as of any venue
          ├ SZTE       ./hutong up
          └ …

    <home>/postgres   <home>/fleet.json (passwords and ports)   <home>/<code>/ (a state directory)

Nothing is shared but the server's process: a venue of a fleet knows of the others only by network.

    python -m hutong.node.fleet HOME VENUES.json     runs it until told to stop
"""

import argparse
import contextlib
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

import psycopg
from psycopg import sql

from hutong.node import postgres
from hutong.node.first_rulebook import demo_rulebook, real_rulebook
from hutong.node.paths import private_directory
from hutong.node.postgres.cluster import APP, OWNER, Cluster
from hutong.node.presence import who_runs
from hutong.node.supervisor import Child, Supervisor, answers
from hutong.node.up import free_port

FILE = "fleet.json"
FIRST_PORT = 8100
CONNECTIONS_EACH = 45
START_SECONDS = 240
# A venue of ten on one machine takes less than one that has the machine for itself.
SMALL = {"HUTONG_WEB_WORKERS": "1", "HUTONG_WEB_THREADS": "6"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetVenue:
    """
    One venue of a fleet, as it is founded. `code` names its directory and database, too.

    With a `namespace` (Linux: `ip netns`) it has a loopback of its own.
    """

    code: str
    name_zh: str
    name_en: str
    region: str
    namespace: str = ""

    @property
    def database(self) -> str:
        return "venue_" + self.code.lower().replace("-", "_")

    @property
    def inside(self) -> list[str]:
        """What a command is begun with to run where the venue is."""
        return ["ip", "netns", "exec", self.namespace] if self.namespace else []


class Fleet:
    """The venues of one home directory: laid out once, then the same at every start."""

    def __init__(
        self, home: Path, venues: Sequence[FleetVenue], *, durable: bool = True, demo: bool = True
    ) -> None:
        self.home = private_directory(home, passable=True)
        self.venues = tuple(venues)
        self.demo = demo
        self.cluster = postgres.prepare(self.home / "postgres", durable=durable)
        self._kept = self._keep()

    def url(self, code: str) -> str:
        """Where the venue's pages are."""
        return f"http://127.0.0.1:{self._kept[code]['port']}"

    def state(self, code: str) -> Path:
        return private_directory(self.home / code, passable=True)

    def environment(self, code: str) -> dict[str, str]:
        """What a command needs to look at one of the venues."""
        venue, kept = self._of(code), self._kept[code]
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("HUTONG_")},
            **SMALL,
            "HUTONG_STATE": str(self.state(code)),
            "HUTONG_DATABASE_URL": _url(self.cluster, venue.database, APP, kept["app"]),
            "HUTONG_OWNER_DATABASE_URL": _url(self.cluster, venue.database, OWNER, kept["owner"]),
            "HUTONG_ORIGIN": self.url(code),
            "HUTONG_RULEBOOK": str(self.state(code) / "rulebook.json"),
            "HUTONG_EMAIL_URL": f"file:{self.state(code) / 'mail'}",
            "PYTHONUNBUFFERED": "1",
        }

    def run_command(self, code: str, *arguments: str, given: str = "") -> str:
        """Run `./hutong …` at one of the venues; returns what it printed. Raises RuntimeError."""
        done = subprocess.run(
            [*self._of(code).inside, sys.executable, "-m", "hutong.node.cli", *arguments],
            env=self.environment(code),
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stderr or done.stdout)[-800:]
            raise RuntimeError(f"{code}: hutong {' '.join(arguments[:2])}: {said}")
        return done.stdout

    def kill(self, code: str) -> None:
        """End one venue without warning; its supervisor is started again a moment later."""
        if running := who_runs(self.state(code)):
            os.kill(running.pid, signal.SIGKILL)

    def children(self) -> Iterator[Child]:
        """The server, the databases, and every venue, in the order they start."""
        yield postgres.Server(self.cluster).as_child()
        yield Child(
            name="databases",
            argv=[
                *(sys.executable, "-m", "hutong.node.fleet", "--lay-out", str(self.home)),
                *(() if self.cluster.durable else ("--throwaway",)),
            ],
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            once=True,
        )
        for venue in self.venues:
            yield Child(
                name=venue.code,
                argv=[
                    *venue.inside,
                    *(sys.executable, "-m", "hutong.node.cli", "up"),
                    *("--port", str(self._kept[venue.code]["port"])),
                    *(["--demo"] if self.demo else []),
                ],
                env=self.environment(venue.code),
                relay=False,
                stop_timeout=25,
            )

    def lay_out(self) -> None:
        """Make the databases that are not there, as copies of one migrated template."""
        template = self._template()
        with psycopg.connect(self.cluster.superuser_url(), autocommit=True) as connection:
            for venue in self.venues:
                if not postgres.database_exists(self.cluster, venue.database):
                    _copy(connection, venue.database, template)
                self._equip(connection, venue)

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until every venue answers. Raises TimeoutError, naming those that do not."""
        until = time.monotonic() + seconds
        waiting = [venue.code for venue in self.venues]
        while waiting:
            waiting = [code for code in waiting if not answers(self.url(code) + "/readyz")]
            if time.monotonic() > until:
                raise TimeoutError(f"{', '.join(waiting)} did not answer in {seconds:.0f} s")
            time.sleep(0.2)

    def _of(self, code: str) -> FleetVenue:
        return next(venue for venue in self.venues if venue.code == code)

    def _keep(self) -> dict[str, dict[str, Any]]:
        """Ports and passwords, chosen once; and each venue's first rulebook."""
        file = self.home / FILE
        kept = json.loads(file.read_text()) if file.exists() else {"venues": {}}
        taken = {one["port"] for one in kept["venues"].values()}
        for venue in self.venues:
            if venue.code in kept["venues"]:
                continue
            port = _port(taken)
            taken.add(port)
            kept["venues"][venue.code] = {
                **asdict(venue),
                "port": port,
                "app": secrets.token_urlsafe(24),
                "owner": secrets.token_urlsafe(24),
            }
            said = {name: getattr(venue, name) for name in ("code", "name_zh", "name_en", "region")}
            book = (demo_rulebook if self.demo else real_rulebook)(**said)
            (self.state(venue.code) / "rulebook.json").write_text(json.dumps(book))
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(kept, out)
        _allow(self.cluster, CONNECTIONS_EACH * len(kept["venues"]) + 20)
        return dict(kept["venues"])

    def _template(self) -> str:
        """The name of a migrated database; made when this version of the code has none."""
        from hutong.node.schema import mark

        name = f"template_{hashlib.sha256(mark().encode()).hexdigest()[:12]}"
        if postgres.database_exists(self.cluster, name):
            return name
        making = f"making_{secrets.token_hex(6)}"
        postgres.create_database(self.cluster, making)
        url = self.cluster.owner_url(making)
        done = subprocess.run(
            [sys.executable, "-m", "hutong.node.cli", "manage", "migrate", "--skip-checks", "-v0"],
            env={
                **os.environ,
                "HUTONG_STATE": str(self.home / "template"),
                "HUTONG_DATABASE_URL": url,
                "HUTONG_OWNER_DATABASE_URL": url,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"the template was not migrated: {done.stderr[-800:]}")
        with psycopg.connect(self.cluster.superuser_url(), autocommit=True) as connection:
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(making), sql.Identifier(name)))
        return name

    def _equip(self, connection: psycopg.Connection, venue: FleetVenue) -> None:
        """Give the venue's two roles their passwords, and this database alone."""
        kept = self._kept[venue.code]
        for role, password in ((APP, kept["app"]), (OWNER, kept["owner"])):
            own = f"{role}_{venue.database}"
            names = {"own": sql.Identifier(own), "role": sql.Identifier(role)}
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [own])
            if found.fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE ROLE {own} LOGIN IN ROLE {role}").format(**names)
                )
            statements = (
                sql.SQL("ALTER ROLE {own} PASSWORD {password}"),
                # What it makes belongs to the common role, as in a venue that stands alone.
                sql.SQL("ALTER ROLE {own} SET role = {role}"),
                sql.SQL("REVOKE CONNECT ON DATABASE {database} FROM PUBLIC, {app}, {owner}"),
                sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {own}"),
            )
            for statement in statements:
                connection.execute(
                    statement.format(
                        **names,
                        password=sql.Literal(password),
                        database=sql.Identifier(venue.database),
                        app=sql.Identifier(APP),
                        owner=sql.Identifier(OWNER),
                    )
                )


@contextlib.contextmanager
def running(
    home: Path,
    venues: Sequence[FleetVenue],
    *,
    durable: bool = False,
    laid_out: Callable[[Fleet], object] = lambda fleet: None,
) -> Iterator[Fleet]:
    """A fleet in the background while the block lasts; ready when it begins.

    `laid_out` is told of it when its addresses are known and nothing runs yet.
    """
    fleet = Fleet(home, venues, durable=durable)
    laid_out(fleet)
    with (home / "fleet.log").open("wb") as said:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "hutong.node.fleet", str(home)),
                *(() if durable else ("--throwaway",)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        fleet.wait_ready()
        yield fleet
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run(
    fleet: Fleet, *, also: Sequence[Child] = (), stay: bool, output: TextIO | None = None
) -> int:
    """Run the fleet until told to stop, or with `stay=False` until the steps of `also` are done."""
    return Supervisor([*fleet.children(), *also], output=output, stay=stay).run()


def opened(home: Path, *, durable: bool) -> Fleet:
    """The fleet that was laid out in `home`."""
    kept = json.loads((home / FILE).read_text())["venues"].values()
    names = [field.name for field in fields(FleetVenue)]
    return Fleet(home, [FleetVenue(**{n: one[n] for n in names}) for one in kept], durable=durable)


def _url(cluster: Cluster, database: str, role: str, password: str) -> str:
    where = quote(str(cluster.socket_directory), safe="/")
    return f"postgresql://{role}_{database}:{password}@/{database}?host={where}&port=5432"


def _port(taken: set[int]) -> int:
    port = FIRST_PORT
    while True:
        if port not in taken:
            with contextlib.suppress(Exception):
                return free_port(port)
        port += 1


def _copy(connection: psycopg.Connection, name: str, template: str) -> None:
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY")
    names = (sql.Identifier(part) for part in (name, template, OWNER))
    connection.execute(copy.format(*names))


def _allow(cluster: Cluster, connections: int) -> None:
    """Let the server take as many connections as its venues may need."""
    file = cluster.data_directory / "local.conf"
    file.write_text(f"max_connections = {connections}\n")
    if cluster.user is not None:
        os.chown(file, cluster.user.uid, cluster.user.gid)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="hutong fleet")
    parser.add_argument("home", type=Path)
    parser.add_argument("--lay-out", action="store_true", help="make the databases, and end")
    parser.add_argument("--throwaway", action="store_true", help="a server that need not survive")
    options = parser.parse_args(arguments)
    fleet = opened(options.home, durable=not options.throwaway)
    if options.lay_out:
        fleet.lay_out()
        return 0
    return run(fleet, stay=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

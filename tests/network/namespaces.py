"""
A network of its own for each venue, on one machine (Linux, as root; `ip netns`).

    shte  127.0.0.1:8100 ◄─ 10.77.0.1 ┐                    ┌ 127.0.0.1:8100 ─► 10.77.0.1  here
          127.0.0.1:8101 ─► 10.77.0.2 ┤ hub: one bridge    ├ 127.0.0.1:8101 ─► 10.77.0.2
    szte  127.0.0.1:8101 ◄─ 10.77.0.2 ┘                    ┘
          127.0.0.1:8100 ─► 10.77.0.1

Every venue listens on its own loopback, where it finds the others under their own addresses, too: a
carrier in each namespace takes what is for another over the link. So whatever one venue knows of
another has come over a link, and a link can be cut.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from hutong.node.fleet import Fleet, FleetVenue

SUBNET = "10.77.0"
HERE = 254
CONNECT_SECONDS = 3


class Namespaces:
    """Makes and removes them; names carry this process's id, so that runs do not meet."""

    def __init__(self, venues: Sequence[FleetVenue]) -> None:
        self._mark = f"ht{os.getpid() % 100_000}"
        self.hub = f"{self._mark}-hub"
        self.venues = tuple(
            replace(venue, namespace=f"{self._mark}-{venue.code.lower()}") for venue in venues
        )
        self._carriers: list[subprocess.Popen[bytes]] = []

    def make(self) -> None:
        _ip("netns", "add", self.hub)
        _ip("-n", self.hub, "link", "add", "br0", "type", "bridge")
        _ip("-n", self.hub, "link", "set", "br0", "up")
        for n, venue in enumerate(self.venues, 1):
            _ip("netns", "add", venue.namespace)
            _ip("-n", venue.namespace, "link", "set", "lo", "up")
            self._plug(n, venue.namespace)
        self._plug(HERE, "")

    def carry(self, fleet: Fleet) -> None:
        """Let each venue, and us, find the others by their addresses."""
        ports = {
            n: int(fleet.url(venue.code).rpartition(":")[2])
            for n, venue in enumerate(self.venues, 1)
        }
        for here, inside in ((HERE, []), *((n, v.inside) for n, v in enumerate(self.venues, 1))):
            ways = [
                f"{SUBNET}.{n}:{port}=127.0.0.1:{port}"
                if n == here
                else f"127.0.0.1:{port}={SUBNET}.{n}:{port}"
                for n, port in ports.items()
            ]
            self._carriers.append(subprocess.Popen([*inside, sys.executable, __file__, *ways]))

    def remove(self) -> None:
        for carrier in self._carriers:
            carrier.terminate()
            carrier.wait(10)
        for name in (*(venue.namespace for venue in self.venues), self.hub):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)

    def cut(self, code: str) -> None:
        """Nothing goes to this venue or comes from it any more, not even for the tests."""
        self._set(code, "down")

    def mend(self, code: str) -> None:
        self._set(code, "up")

    def _set(self, code: str, state: str) -> None:
        n = next(n for n, venue in enumerate(self.venues, 1) if venue.code == code)
        _ip("-n", self.hub, "link", "set", f"v{n}", state)

    def _plug(self, n: int, namespace: str) -> None:
        """One end at the bridge, the other in the namespace (or with us), with its address."""
        port, end = f"v{n}", f"{self._mark}v{n}"
        _ip("link", "add", end, "type", "veth", "peer", "name", port, "netns", self.hub)
        _ip("-n", self.hub, "link", "set", port, "master", "br0", "up")
        at: tuple[str, ...] = ()
        if namespace:
            _ip("link", "set", end, "netns", namespace)
            at = ("-n", namespace)
        _ip(*at, "address", "add", f"{SUBNET}.{n}/24", "dev", end)
        _ip(*at, "link", "set", end, "up")


@contextmanager
def namespaces(venues: Sequence[FleetVenue]) -> Iterator[Namespaces]:
    made = Namespaces(venues)
    try:
        made.make()
        yield made
    finally:
        made.remove()


def why_not() -> str:
    """Why this machine cannot do it; empty when it can."""
    if shutil.which("ip") is None:
        return "there is no `ip` command"
    name = f"ht{os.getpid() % 100_000}-{time.monotonic_ns() % 1000}"
    add = ["ip", "netns", "add", name]
    probe = subprocess.run(add, capture_output=True, text=True, check=False)
    if probe.returncode:
        return f"no network namespaces here: {probe.stderr.strip()}"
    bridge = subprocess.run(
        ["ip", "-n", name, "link", "add", "br0", "type", "bridge"], capture_output=True, check=False
    )
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    return "no bridges here" if bridge.returncode else ""


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


# -- the carrier: `python namespaces.py FROM=TO …` -------------------------------------------------------


async def _serve(ways: list[str]) -> None:
    for way in ways:
        start, end = (_address(part) for part in way.split("="))
        await asyncio.start_server(lambda r, w, end=end: _through(r, w, *end), *start)
    await asyncio.Event().wait()


async def _through(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int
) -> None:
    try:
        there = asyncio.open_connection(host, port)
        far_reader, far_writer = await asyncio.wait_for(there, CONNECT_SECONDS)
    except (OSError, TimeoutError):
        writer.close()
        return
    await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def _address(part: str) -> tuple[str, int]:
    host, _, port = part.rpartition(":")
    return host, int(port)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1:]))

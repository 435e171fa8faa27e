"""
Part of bench `network`: what a network costs each of its venues, at 10, 100 and 1,000 of them.

A simulation with a seeded scheduler: who shows what to whom and who asks whom is decided by the code
that venues run (venues/relaying.py, the pauses of network/mirrors); bytes are those of real notes,
proofs and bundles with gzip; entries come to each venue as a Poisson process. Half a minute of the
network is played, and what it costs is told a venue a day.

The peer is a network in which everybody asks everybody else every second.
"""

import gzip
import heapq
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.common import Case, percentile

SIZES = (10, 100, 1000)
PLAYED_SECONDS = 30.0
NEWS_A_DAY = 1_728  # checkpoints of a venue: one in fifty seconds
ENTRIES = 4  # of each
SEED = 20261120
HEADERS = 420  # bytes of a request and its answer besides their bodies
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes, with the answer's: of one question of each kind."""

    note: int  # a checkpoint with sixteen cosignatures
    shown: int  # a checkpoint with its consistency proof, and the cosignature that comes back
    entries: int  # the partial tiles and the partial bundle with the entries of one checkpoint
    stored: int  # of an entry, kept


@dataclass(slots=True)
class Costs:
    sent: int = 0  # requests
    answered: int = 0
    bytes: int = 0


@dataclass
class Play:
    """Half a minute of a network of `count` venues."""

    count: int
    weights: Weights
    costs: dict[str, Costs] = field(default_factory=lambda: defaultdict(Costs))
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        from hutong.venues import relaying

        self.random = random.Random(SEED)
        self.codes = [f"V{n:04}" for n in range(self.count)]
        self.relays = set(relaying.relays("network", self.codes))
        self.shown = {c: relaying.shown(c, "network", self.codes) for c in self.codes}
        self.asked = {c: relaying.asked(c, "network", self.codes)[:1] for c in self.codes}

    def run(self) -> "Play":
        news = self._shown_first_hand()
        self._asked_of_relays(news)
        self._looked_at()
        return self

    def _shown_first_hand(self) -> dict[str, list[tuple[float, str, float]]]:
        """Each home shows its news; returns what each relay knows: (when, of whom, since when)."""
        known: dict[str, list[tuple[float, str, float]]] = defaultdict(list)
        queue = [(self._next(0.0), code) for code in self.codes]
        heapq.heapify(queue)
        while queue and queue[0][0] < PLAYED_SECONDS:
            at, home = heapq.heappop(queue)
            heapq.heappush(queue, (self._next(at), home))
            for other in self.shown[home]:
                self._ask(home, other, self.weights.shown)
                self._ask(other, home, self.weights.entries)
                there = at + self._way() + self._way()
                self.waits.append(there - at)
                if other in self.relays:
                    known[other].append((there, home, at))
        return known

    def _asked_of_relays(self, known: dict[str, list[tuple[float, str, float]]]) -> None:
        from hutong.network.mirrors.jobs import RELAY_SECONDS

        for told in known.values():
            told.sort()
        for mine in self.codes:
            for relay in self.asked[mine]:
                shown_to_me = {home for home in self.codes if mine in self.shown[home]}
                told, place = known[relay], 0
                at = self.random.random() * RELAY_SECONDS
                while at < PLAYED_SECONDS + RELAY_SECONDS:
                    news = 0
                    while place < len(told) and told[place][0] <= at:
                        _, home, since = told[place]
                        place += 1
                        news += 1
                        if home != mine and home not in shown_to_me:
                            self._ask(mine, relay, self.weights.entries)
                            self.waits.append(at + 2 * self._way() - since)
                    self._ask(mine, relay, HEADERS + news * self.weights.note)
                    at += RELAY_SECONDS

    def _looked_at(self) -> None:
        """Homes looked at first hand, and all notes asked of one member: by their pauses."""
        from hutong.network.mirrors.jobs import GOSSIP_SECONDS
        from hutong.network.mirrors.states import LONGEST_PAUSE
        from hutong.venues.relaying import slower

        looks = PLAYED_SECONDS / slower(LONGEST_PAUSE, self.count)
        gossip = PLAYED_SECONDS / slower(GOSSIP_SECONDS, self.count)
        for mine in self.codes:
            for other in self.codes:
                if other != mine and self.random.random() < looks:
                    self._ask(mine, other, HEADERS + self.weights.note)
            for _ in range(int(gossip) + (self.random.random() < gossip % 1)):
                other = self.random.choice([code for code in self.codes if code != mine])
                self._ask(mine, other, HEADERS + self.count * self.weights.note)

    def _ask(self, who: str, whom: str, weight: int) -> None:
        self.costs[who].sent += 1
        self.costs[whom].answered += 1
        self.costs[who].bytes += weight
        self.costs[whom].bytes += weight

    def _next(self, at: float) -> float:
        return at + self.random.expovariate(NEWS_A_DAY / DAY)

    def _way(self) -> float:
        """Seconds of one question: 10 to 60 ms."""
        return self.random.uniform(0.010, 0.060)

    def mean(self, name: str, *, relays: bool = False) -> float:
        some = [c for c in self.codes if (c in self.relays) == relays]
        return sum(getattr(self.costs[c], name) for c in some) / max(1, len(some))


def measure() -> Iterator[Case]:
    weights = _weights()
    a_day = DAY / PLAYED_SECONDS
    for count in SIZES:
        play = Play(count, weights).run()
        everybody = (count - 1) * DAY * 2.0  # asked and asking, every second
        yield _case(
            f"{count} venues: requests of one a day, asking and asked",
            (play.mean("sent") + play.mean("answered")) * a_day,
            "requests",
            peer=everybody,
        )
        yield _case(
            f"{count} venues: bytes to and from one a day", play.mean("bytes") * a_day / 1e6, "MB"
        )
        if play.relays:
            yield _case(
                f"{count} venues: requests of a relay a second",
                (play.mean("sent", relays=True) + play.mean("answered", relays=True))
                / PLAYED_SECONDS,
                "requests/s",
            )
        kept = (count - 1) * NEWS_A_DAY * ENTRIES * weights.stored / 1e6
        yield _case(f"{count} venues: the others' logs, kept by one, a day", kept, "MB")
        yield _case(
            f"{count} venues: news of one at all others, median",
            percentile(play.waits, 50) * 1000,
            "ms",
            p99_ms=percentile(play.waits, 99) * 1000,
        )


def _case(name: str, ours: float, unit: str, *, peer: float | None = None, **more: float) -> Case:
    return Case(
        bench="network",
        case=name,
        unit=unit,
        ours=ours,
        peer=peer,
        peer_name="everybody asks everybody every second" if peer else None,
        less_is_better=True,
        **more,
    )


def _weights() -> Weights:
    """Of what a venue of middling size really sends."""
    from hutong.network.mirrors.testing import Log
    from hutong.transparency import note
    from hutong.transparency.signers import Ed25519Signer

    log = Log()
    facts = {"lot": "0" * 36, "price_fen": 1, "leader": 1, "last": 1, "accepted": 3}
    for n in range(128):
        log.write("auctions.BidsJudged", {**facts, "price_fen": n}, subject=f"lot:{n:036}")
    log.sign()
    signed = log.checkpoint(len(log.entries))
    text = signed.partition("\n\n")[0] + "\n"
    signer = Ed25519Signer(log.key)
    cosigned = [str(note.cosign(text, f"witness{n}.example", signer, 1)) for n in range(16)]
    proof = 17 * 45  # hashes of a consistency proof in a tree of 100,000, in base64
    bundle = len(gzip.compress(log.fetch("tile/entries/000.p/128"), compresslevel=1))
    return Weights(
        note=len(signed) + sum(len(line) + 1 for line in cosigned) + 160,
        shown=2 * HEADERS + len(signed) + proof + len(cosigned[0]),
        entries=3 * HEADERS + 128 * 32 + bundle,
        stored=sum(map(len, log.entries)) // len(log.entries) + 40,
    )

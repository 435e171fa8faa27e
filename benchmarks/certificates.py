"""
Bench `certificates`: one PDF set and signed; a thousand certificates issued, proven and signed in a
batch, through the database and the log; one file verified.

The limits: setting the page alone, which no signing can undercut; and the goals the venue promises
(300 ms a certificate, 180 s a thousand).
"""

import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1]),
    str(Path(__file__).resolve().parents[1] / "src"),
]

from benchmarks import common  # noqa: E402
from benchmarks.common import Case, percentile, venue_database  # noqa: E402

NOW = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
SINGLES, BATCH, VERIFIED = 60, 1_000, 30
GOAL_MS, GOAL_SECONDS = 300.0, 180.0


def measure() -> Iterator[Case]:
    with venue_database() as _database:
        from hutong.node.founding import demo_rulebook, found
        from hutong.node.keys import make_keyring

        found(rulebook=demo_rulebook(), now=NOW)
        made = make_keyring().keyring
        yield _batch(made)
        yield from _singles(made)
        yield _verifying()


def _said(n: int) -> dict[str, Any]:
    return {
        "person": {"name": f"学员{n}"},
        "training": {
            "course": "技术经理人初级研修班",
            "hours": 48,
            "starts_on": "2022-06-01",
            "ends_on": "2022-06-15",
            "result": "passed",
        },
        "trainer": {
            "id": "0190a000-0000-7000-8000-000000000001",
            "name_zh": "某培训机构",
            "name_en": "A Training Institution",
            "identifiers": [["uscc", "91310000607311573J"]],
        },
    }


def _batch(keyring: Any) -> Case:
    """Issue, sequence and render a thousand: content to signed files, every commit durable."""
    from hutong.certificates import actions
    from hutong.certificates.content import Stated
    from hutong.certificates.kinds import Kind
    from hutong.kit.actor import SYSTEM
    from hutong.transparency.actions import sequence_once

    def issue(n: int) -> Any:
        matter = Stated(kind=Kind.TRAINING, said=_said(n))
        return actions.issue(
            actor=SYSTEM, now=NOW, source=f"bench:{n}", matter=matter, technologies=[]
        ).id

    def render(certificate: Any) -> None:
        actions.render(actor=SYSTEM, now=NOW, real_now=datetime.now(UTC), certificate=certificate)

    warm = issue(0)
    sequence_once(keyring.checkpoint_signer)
    render(warm)
    began = time.perf_counter()
    issued = [issue(n) for n in range(1, BATCH + 1)]
    while sequence_once(keyring.checkpoint_signer):
        pass
    for certificate in issued:
        render(certificate)
    return Case(
        bench="certificates",
        case=f"{BATCH:,} issued, proven and signed",
        unit="s",
        ours=time.perf_counter() - began,
        limit=GOAL_SECONDS,
        limit_name="goal",
        durability="every commit synced",
        less_is_better=True,
    )


def _singles(keyring: Any) -> Iterator[Case]:
    """Set and sign one at a time, from what the batch left; and set it alone, in turn."""
    import json

    from django.conf import settings

    from hutong.certificates import layout, queries, rendering, wording
    from hutong.certificates.kinds import Kind
    from hutong.kit.actor import SYSTEM

    whole, alone = [], []
    rows = list(queries.register(kind=Kind.TRAINING).order_by("id")[:SINGLES])
    for row in rows:
        certificate = queries.view(row)
        made = json.loads(queries.file(SYSTEM, certificate.number, "json")[1])

        def page(content: Any = row.content, made: Any = made) -> bytes:
            place = layout.Place(log_origin=keyring.venue.log_origin, index=1, size=2)
            return rendering.pdf(
                content,
                made,
                wording=wording.default(Kind.TRAINING),
                place=place,
                origin_url="https://shte.example",
                fonts=settings.FONT_DIRECTORIES,
            )

        began = time.perf_counter()
        rendering.signed_pdf(page(), row.content, hand=keyring.certificate_signer)
        whole.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        page()
        alone.append((time.perf_counter() - began) * 1000)
    for name, limit, what in (
        ("PDF set and signed", statistics.median(alone), "setting the page alone (typst)"),
        ("PDF set and signed, against the goal", GOAL_MS, "goal"),
    ):
        yield Case(
            bench="certificates",
            case=name,
            unit="ms",
            ours=statistics.median(whole),
            p99_ms=percentile(whole, 99),
            limit=limit,
            limit_name=what,
            less_is_better=True,
        )


def _verifying() -> Case:
    """Verify a PDF offline, in this process: parsing, signature, chain, credential, log proof."""
    from hutong.certificates import queries
    from hutong.certificates.kinds import Kind
    from hutong.certificates.verification import verify
    from hutong.kit.actor import SYSTEM
    from hutong.transparency import queries as transparency

    keys, times = transparency.public_keys(), []
    for row in queries.register(kind=Kind.TRAINING).order_by("id")[:VERIFIED]:
        data = queries.file(SYSTEM, row.number, "pdf")[1]
        began = time.perf_counter()
        report = verify(data, keys)
        times.append((time.perf_counter() - began) * 1000)
        assert report.verified, report.failures()
    return Case(
        bench="certificates",
        case="PDF verified offline",
        unit="ms",
        ours=statistics.median(times),
        p99_ms=percentile(times, 99),
        less_is_better=True,
    )


if __name__ == "__main__":
    common.main(measure)

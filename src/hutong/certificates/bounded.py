"""
Verifying what strangers send: the same verification in a process of its own, with little memory
and little time, so that a file made to choke its reader chokes only itself.

    parent ── length ‖ question (JSON) ‖ file ──► child (limits set, then read) ──► report (JSON)
"""

import base64
import json
import logging
import resource
import struct
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from hutong.certificates import verification
from hutong.certificates.verification import Outcome, Report, Step, StepName
from hutong.kit.refusal import N_
from hutong.transparency.note import VerifierKey
from hutong.transparency.venue_keys import VenueKeys

SECONDS: Final = 20
MEMORY_BYTES: Final = 1024 * 1024 * 1024


def verify(
    data: bytes,
    keys: VenueKeys,
    *,
    authorities: Sequence[str] = (),
    status_lists: Sequence[bytes] = (),
    witnesses: Sequence[VerifierKey] = (),
    seconds: int = SECONDS,
) -> Report:
    """Verify as `verification.verify`, within `seconds` and a gigabyte of memory.

    Only PDFs need it: JSON is refused by its length before it can grow.
    """
    if len(data) > verification.MAX_BYTES or not verification.is_pdf(data):
        return verification.verify(
            data,
            keys,
            authorities=authorities,
            status_lists=status_lists,
            witnesses=witnesses,
        )
    question = json.dumps(
        {
            "keys": keys.file().decode(),
            "authorities": list(authorities),
            "status_lists": [base64.b64encode(raw).decode() for raw in status_lists],
            "witnesses": [key.text() for key in witnesses],
            "seconds": seconds,
        }
    ).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "hutong.certificates.bounded"],
            input=struct.pack(">Q", len(question)) + question + data,
            capture_output=True,
            timeout=seconds + 5,
            check=True,
        )
        return _read(json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError, KeyError, TypeError):
        text = N_("The file could not be read with the time and memory a certificate needs.")
        return Report(form="", steps=(Step(StepName.FORMAT, Outcome.FAILED, text),))


def main() -> None:
    """The child: read the question, set the limits, answer."""
    from hutong.certificates import pades  # noqa: F401  (loaded before the limits hold)

    logging.disable(logging.CRITICAL)  # what is wrong is in the report
    (length,) = struct.unpack(">Q", sys.stdin.buffer.read(8))
    question = json.loads(sys.stdin.buffer.read(length))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (question["seconds"], question["seconds"]))
    data = sys.stdin.buffer.read(verification.MAX_BYTES + 1)
    report = verification.verify(
        data,
        VenueKeys.parse(question["keys"].encode()),
        authorities=question["authorities"],
        status_lists=[base64.b64decode(raw) for raw in question["status_lists"]],
        witnesses=[VerifierKey.parse(text) for text in question["witnesses"]],
    )
    sys.stdout.write(json.dumps(_written(report)))


def _written(report: Report) -> dict[str, object]:
    return {
        "form": report.form,
        "steps": [[s.name, s.outcome, s.text, dict(s.facts)] for s in report.steps],
        "number": report.number,
        "content": report.content,
    }


def _read(data: dict[str, object]) -> Report:
    steps = data["steps"]
    assert isinstance(steps, list)
    return Report(
        form=str(data["form"]),
        steps=tuple(
            Step(StepName(name), Outcome(outcome), text, facts)
            for name, outcome, text, facts in steps
        ),
        number=str(data["number"]),
        content=data["content"],  # type: ignore[arg-type]
    )


if __name__ == "__main__":
    main()

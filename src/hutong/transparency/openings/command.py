"""
`hutong verify FILE` for an opening: each step, then what was opened; offline.

Exit codes: 0 verified, 1 not verified, 2 cannot be read.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from hutong.kit.refusal import N_
from hutong.transparency.openings.document import MAX_BYTES, TITLES, Report, is_opening, verify
from hutong.transparency.venue_keys import KeyFileInvalid, VenueKeys


def read_opening(path: Path) -> bytes | None:
    """The bytes of an opening, or None when the file is something else."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError:
        return None
    return raw if is_opening(raw) else None


def verify_opening(
    raw: bytes,
    key_file: Path,
    *,
    as_json: bool = False,
    translate: Callable[[str], str] = str,
    out: TextIO | None = None,
) -> int:
    """Verify with the venue's key file, print each step, return the exit code."""
    out = out or sys.stdout
    try:
        keys = VenueKeys.parse(key_file.read_bytes())
    except (OSError, KeyFileInvalid) as error:
        out.write(translate(N_("Cannot verify: {problem}")).format(problem=error) + "\n")
        return 2
    report = verify(raw, keys)
    if as_json:
        out.write(json.dumps(summary(report, translate), ensure_ascii=False) + "\n")
    else:
        out.write("\n".join(_lines(report, translate)) + "\n")
    if not report.readable:
        return 2
    return 0 if report.verified else 1


def summary(report: Report, translate: Callable[[str], str] = str) -> dict[str, Any]:
    """The report as plain JSON, for scripts and pages."""
    return {
        "verified": report.verified,
        "readable": report.readable,
        "form": "opening",
        "verdict": translate(verdict(report)),
        "index": report.index,
        "kind": report.entry["kind"] if report.entry else None,
        "subject": report.entry["subject"] if report.entry else None,
        "fields": dict(report.fields),
        "steps": [
            {
                "name": step.name.value,
                "title": translate(TITLES[step.name]),
                "outcome": "ok" if step.ok else "failed",
                "text": translate(step.text).format(
                    **{
                        name: translate(said) if name == "problem" else said
                        for name, said in step.facts.items()
                    }
                ),
            }
            for step in report.steps
        ],
    }


def verdict(report: Report) -> str:
    if report.verified:
        return N_("The opened fields are what the public log commits to.")
    return N_("The opening is NOT verified.")


def _lines(report: Report, translate: Callable[[str], str]) -> list[str]:
    told = summary(report, translate)
    marks = {"ok": "✓", "failed": "✗"}
    said = [f"{marks[step['outcome']]} {step['title']}: {step['text']}" for step in told["steps"]]
    if report.entry is not None:
        said += [f"  {told['kind']} {told['subject']}"]
        said += [
            f"  {name} = {json.dumps(value, ensure_ascii=False)}"
            for name, value in sorted(told["fields"].items())
        ]
    return [*said, told["verdict"]]

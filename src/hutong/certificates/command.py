"""
`hutong verify FILE [--key FILE] [--status FILE…] [--witness FILE…] [--countersignature FILE…]
[--timestamps FILE]`: verify a certificate at a terminal, offline.

Exit codes for scripts: 0 verified, 1 not verified, 2 the file or the keys cannot be read.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TextIO

from hutong.certificates import bounded, pem, verification
from hutong.certificates.report import StepName
from hutong.certificates.verification import TITLES, Outcome, Report
from hutong.certificates.verification import countersigned as countersigning
from hutong.kit.refusal import N_
from hutong.transparency.venue_keys import VenueKeys

VERIFIED: Final = 0
NOT_VERIFIED: Final = 1
UNREADABLE: Final = 2

_MARKS: Final = {Outcome.OK: "✓", Outcome.FAILED: "✗", Outcome.UNKNOWN: "?", Outcome.NOTE: "!"}
_HOLDS: Final[Mapping[Outcome, bool | None]] = {
    Outcome.OK: True,
    Outcome.FAILED: False,
    Outcome.UNKNOWN: None,  # with these keys nobody can tell
    Outcome.NOTE: False,  # somebody who was asked showed it, and it does not hold
}

Asked = Callable[[str], tuple[Sequence[Any], Sequence[VenueKeys]]]
"""A certificate's number → its countersignatures, and keys of venues that may have made them."""


def verify_file(
    path: Path,
    key_file: Path,
    *,
    status_lists: Sequence[Path] = (),
    witnesses: Sequence[Path] = (),
    timestamp_authorities: Path | None = None,
    countersignatures: Sequence[Path] = (),
    ask: Asked | None = None,
    as_json: bool = False,
    translate: Callable[[str], str] = str,
    out: TextIO | None = None,
) -> int:
    """Verify the certificate at `path` with the venue's key file, print each step, return the code.

    Beside the keys: the venue's status lists as fetched (for revocation), key files of witnessing
    venues, countersignatures of such venues, and the certificates (PEM) of trusted timestamp
    authorities. `ask` looks for countersignatures elsewhere. `translate` turns English sentences into the reader's language.
    """
    out = out or sys.stdout
    try:
        keys = VenueKeys.parse(_read(key_file, verification.MAX_JSON_BYTES))
        data = _read(path, verification.MAX_BYTES)
        lists = [_read(file, verification.MAX_JSON_BYTES) for file in status_lists]
        others = [VenueKeys.parse(_read(file, verification.MAX_JSON_BYTES)) for file in witnesses]
        countersigned = [
            json.loads(_read(file, countersigning.MAX_BYTES)) for file in countersignatures
        ]
        trusted = pem.certificates_in(timestamp_authorities or "")
    except (OSError, ValueError) as error:
        out.write(translate(N_("Cannot verify: {problem}")).format(problem=error) + "\n")
        return UNREADABLE
    report = bounded.verify(
        data,
        keys,
        authorities=trusted,
        status_lists=lists,
        witnesses=[key for other in others for key in other.witness],
    )
    try:
        told, known = ask(report.number) if ask is not None and report.content else ((), ())
    except ValueError as error:
        out.write(translate(N_("Cannot verify: {problem}")).format(problem=error) + "\n")
        return UNREADABLE
    report = countersigning.with_countersignatures(report, countersigned, others)
    report = _with_asked(report, told, [*others, *known])
    if as_json:
        out.write(json.dumps(summary(report, translate), ensure_ascii=False) + "\n")
    else:
        for line in lines(report, translate):
            out.write(line + "\n")
    if not report.readable:
        return UNREADABLE
    return VERIFIED if report.verified else NOT_VERIFIED


def _with_asked(report: Report, told: Sequence[Any], known: Sequence[VenueKeys]) -> Report:
    """With what an exchange that was asked showed: what of it does not hold is said, and takes
    nothing from the certificate, or whoever is asked could have any called false."""
    start = len(report.steps)
    found = countersigning.with_countersignatures(report, told, known).steps
    shown = [
        replace(step, outcome=Outcome.NOTE) if step.outcome is Outcome.FAILED else step
        for step in found[start:]
    ]
    return replace(report, steps=(*report.steps, *shown))


def lines(report: Report, translate: Callable[[str], str]) -> list[str]:
    """The report as lines of text: one a step, then the verdict."""
    said = [
        f"{_MARKS[step.outcome]} {translate(TITLES[step.name])}: {step.sentence(translate)}"
        for step in report.steps
    ]
    return [*said, translate(verdict(report))]


def summary(report: Report, translate: Callable[[str], str]) -> dict[str, object]:
    """The report as plain JSON, the same that the API answers."""
    return {
        "verified": report.verified,
        "readable": report.readable,
        "form": report.form or None,
        "number": report.number or None,
        "verdict": translate(verdict(report)),
        "steps": [
            {
                "name": step.name.value,
                "title": translate(TITLES[step.name]),
                "outcome": step.outcome.value,
                "text": step.sentence(translate),
            }
            for step in report.steps
        ],
        "countersignatures": [
            {
                "venue": step.facts.get("code"),
                "holds": _HOLDS[step.outcome],
                "log_index": int(step.facts["index"]) if "index" in step.facts else None,
                "text": step.sentence(translate),
            }
            for step in report.steps
            if step.name is StepName.COUNTERSIGNATURE
        ],
    }


def verdict(report: Report) -> str:
    if not report.readable:
        return N_("This file is not a certificate that can be read.")
    if report.verified:
        return N_("The certificate is genuine and unchanged.")
    return N_("The certificate is NOT verified.")


def _read(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit + 1)  # one more, so that verification sees that it is too large

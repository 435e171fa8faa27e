"""
What a verification found: its steps, its verdict, and how the certificate stands today.

Pure. Sentences are English msgids; whoever shows them translates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from hutong.kit.refusal import N_


class StepName(StrEnum):
    FORMAT = "format"
    ISSUER = "issuer"
    CONTENT = "content"
    CREDENTIAL = "credential"
    DOCUMENT = "document"
    CHAIN = "chain"
    TIMESTAMP = "timestamp"
    INCLUSION = "inclusion"
    CHECKPOINT = "checkpoint"
    WITNESSES = "witnesses"
    REVOCATION = "revocation"
    VALIDITY = "validity"
    LATER = "later"
    COUNTERSIGNATURE = "countersignature"


# What a genuine file may leave open: others than the venue's keys answer for it.
BESIDE: Final = frozenset(
    {
        *(StepName.TIMESTAMP, StepName.WITNESSES, StepName.REVOCATION, StepName.VALIDITY),
        StepName.COUNTERSIGNATURE,
    }
)


TITLES: Final = {
    StepName.FORMAT: N_("Format"),
    StepName.ISSUER: N_("Issuer"),
    StepName.CONTENT: N_("Content"),
    StepName.CREDENTIAL: N_("Signature of the credential"),
    StepName.DOCUMENT: N_("Signature of the PDF"),
    StepName.CHAIN: N_("Certificate chain"),
    StepName.TIMESTAMP: N_("Timestamp"),
    StepName.INCLUSION: N_("Place in the public log"),
    StepName.CHECKPOINT: N_("Signature of the log"),
    StepName.WITNESSES: N_("Witnesses"),
    StepName.REVOCATION: N_("Revocation"),
    StepName.VALIDITY: N_("Validity"),
    StepName.LATER: N_("Later certificates"),
    StepName.COUNTERSIGNATURE: N_("Countersignature"),
}


class Outcome(StrEnum):
    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOTE = "note"  # worth knowing, and no fault of the certificate


@dataclass(frozen=True, slots=True)
class Step:
    """One answer. `text` is an English sentence (a msgid) that `facts` fill."""

    name: StepName
    outcome: Outcome
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The answer in words; `translate` turns English sentences into the reader's language."""
        facts = {
            name: translate(said) if name == "problem" else said
            for name, said in self.facts.items()
        }
        return translate(self.text).format(**facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a certificate stands, as the venue had it on the day `as_of`; empty: it does not."""

    as_of: str
    revoked_on: str = ""
    suspended_on: str = ""
    superseded_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found. `content` is given only when its signature and digest are right."""

    form: str  # "pdf", "json", or "" when the file is neither
    steps: tuple[Step, ...]
    number: str = ""  # as the file has it, believed or not
    content: Mapping[str, Any] | None = None

    @property
    def readable(self) -> bool:
        return self.steps[0].outcome is Outcome.OK

    @property
    def verified(self) -> bool:
        return all(
            step.outcome is Outcome.OK
            or step.outcome is Outcome.NOTE
            or (step.name in BESIDE and step.outcome is Outcome.UNKNOWN)
            for step in self.steps
        )

    def failures(self) -> list[Step]:
        return [step for step in self.steps if step.outcome is Outcome.FAILED]


def with_standing(report: Report, standing: Standing | None) -> Report:
    """The same report, with what the venue's register says today in place of what was last known."""
    if not report.readable or standing is None:
        return report
    steps = [
        *(step for step in report.steps if step.name not in _TOLD_BY_REGISTER),
        _standing_step(standing),
        *(_held(step, standing) for step in report.steps if step.name is StepName.VALIDITY),
    ]
    if standing.superseded_by:
        text = N_("A later certificate stands in its place: {number}.")
        steps.append(Step(StepName.LATER, Outcome.NOTE, text, {"number": standing.superseded_by}))
    return replace(report, steps=tuple(steps))


_TOLD_BY_REGISTER: Final = {StepName.REVOCATION, StepName.VALIDITY, StepName.LATER}


def _standing_step(standing: Standing) -> Step:
    if standing.revoked_on:
        text = N_("Revoked on {on}.")
        return Step(StepName.REVOCATION, Outcome.FAILED, text, {"on": standing.revoked_on})
    if standing.suspended_on:
        text = N_("Suspended since {on}.")
        return Step(StepName.REVOCATION, Outcome.FAILED, text, {"on": standing.suspended_on})
    text = N_("Not revoked as of {as_of}.")
    return Step(StepName.REVOCATION, Outcome.OK, text, {"as_of": standing.as_of})


def _held(step: Step, standing: Standing) -> Step:
    until = step.facts["until"]
    if until < standing.as_of:
        return Step(StepName.VALIDITY, Outcome.FAILED, N_("It held until {until}."), step.facts)
    return replace(step, outcome=Outcome.OK)

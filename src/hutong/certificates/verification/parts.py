"""
A certificate's file taken apart: credential, content, log entry and proof. Nothing is believed yet.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from hutong.certificates import credential as vc
from hutong.certificates.content import FORMAT
from hutong.certificates.kinds import Kind
from hutong.certificates.report import Outcome, Step, StepName
from hutong.kit.refusal import N_
from hutong.transparency import note
from hutong.transparency.proof import LogProof

MAX_JSON_BYTES: Final = 4_000_000


class Unreadable(Exception):
    """The file is not a certificate; the sentence and its facts say why."""

    def __init__(self, text: str, **facts: str) -> None:
        super().__init__(text)
        self.step = Step(StepName.FORMAT, Outcome.FAILED, text, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A certificate taken apart; nothing in it is believed yet."""

    credential: dict[str, Any]
    content: dict[str, Any]
    leaf: bytes
    entry: dict[str, Any]
    proof: LogProof


def take_apart(data: bytes) -> Parts:
    whole = read_json(data)
    content = whole.get("credentialSubject")
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise Unreadable(
            N_("This is not a certificate: it is not in the form {form}."), form=FORMAT
        )
    kind, number = content.get("kind"), content.get("number")
    if not isinstance(kind, str) or kind not in set(Kind) or not isinstance(number, str):
        raise Unreadable(N_("This certificate is of a kind that is not known here."))
    venue = content.get("venue")
    if not isinstance(venue, dict) or not isinstance(venue.get("origin"), str):
        raise Unreadable(N_("This certificate does not name its venue."))
    try:
        leaf, proof_text = vc.evidence(whole)
        proof = LogProof.parse(proof_text)
        entry = read_json(leaf)
    except (vc.CredentialInvalid, note.NoteInvalid) as error:
        raise Unreadable(
            N_("This certificate carries no readable proof of the log: {problem}."),
            problem=str(error),
        ) from error
    return Parts(credential=whole, content=content, leaf=leaf, entry=entry, proof=proof)


def read_json(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_JSON_BYTES:
        raise Unreadable(N_("The JSON is larger than {limit} bytes."), limit=str(MAX_JSON_BYTES))
    try:
        whole = json.loads(data, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(N_("The file is neither a PDF nor JSON that can be read.")) from error
    if not isinstance(whole, dict):
        raise Unreadable(N_("The file is JSON, but not a certificate."))
    return whole


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name given twice: readers would disagree about which one counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON")

"""
An opening as a file: an entry, the proof that the log holds it, and chosen private fields of it.

    {"format": "hutong-opening/1",
     "venue": "shte-demo.example",          whose log
     "entry": "<base64>",                   the entry's bytes
     "proof": "c2sp.org/tlog-proof@v1…",
     "fields": {"seller": {"salt", "value"}}}

Verified step by step, offline, with the venue's public keys. Pure: bytes in, answers out.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from hutong.kit.canonical import commitment
from hutong.kit.refusal import N_
from hutong.transparency import merkle, note, trust
from hutong.transparency.proof import LogProof
from hutong.transparency.venue_keys import VenueKeys

FORMAT: Final = "hutong-opening/1"
MAX_BYTES: Final = 2_000_000
WHO_ACTED: Final = "by"


class OpeningInvalid(ValueError):
    """The file is not an opening. The message says what is wrong."""


class StepName(StrEnum):
    FORMAT = "format"
    VENUE = "venue"
    CHECKPOINT = "checkpoint"
    INCLUSION = "inclusion"
    FIELDS = "fields"


TITLES: Final = {
    StepName.FORMAT: N_("Format"),
    StepName.VENUE: N_("Venue"),
    StepName.CHECKPOINT: N_("Signature of the log"),
    StepName.INCLUSION: N_("Place in the public log"),
    StepName.FIELDS: N_("Opened fields"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One answer: right or not, in an English sentence (a msgid) that `facts` fill."""

    name: StepName
    ok: bool
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. `entry` and `fields` are given only when every step is right."""

    steps: tuple[Step, ...]
    entry: Mapping[str, Any] | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    index: int | None = None

    @property
    def verified(self) -> bool:
        return all(step.ok for step in self.steps)

    @property
    def readable(self) -> bool:
        return self.steps[0].ok


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An opening taken apart; nothing in it is believed yet."""

    venue: str
    leaf: bytes
    proof: LogProof
    fields: Mapping[str, Mapping[str, Any]]

    def file(self) -> bytes:
        """Write the file."""
        told = {
            "format": FORMAT,
            "venue": self.venue,
            "entry": base64.b64encode(self.leaf).decode(),
            "proof": self.proof.text(),
            "fields": self.fields,
        }
        return json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"

    @classmethod
    def parse(cls, raw: bytes) -> "Opened":
        """Read the file. Raises OpeningInvalid."""
        data = _object(raw)
        if data.get("format") != FORMAT:
            raise OpeningInvalid(N_("the file is not an opening of private fields"))
        fields = data.get("fields")
        if not isinstance(fields, dict) or not fields or not all(map(_is_field, fields.values())):
            raise OpeningInvalid(N_("the opened fields each need a salt and a value"))
        try:
            leaf = base64.b64decode(data["entry"], validate=True)
            venue, proof = data["venue"], LogProof.parse(data["proof"])
        except (KeyError, TypeError, AttributeError, binascii.Error, note.NoteInvalid) as error:
            raise OpeningInvalid(N_("the entry or its proof cannot be read")) from error
        if not isinstance(venue, str):
            raise OpeningInvalid(N_("the venue is not named"))
        return cls(venue=venue, leaf=leaf, proof=proof, fields=fields)


def is_opening(raw: bytes) -> bool:
    """Whether the bytes are meant as an opening, sound or not."""
    try:
        return _object(raw).get("format") == FORMAT
    except OpeningInvalid:
        return False


def verify(raw: bytes, keys: VenueKeys) -> Report:
    """Verify an opening with the venue's public keys. Never raises on bad input."""
    try:
        opened = Opened.parse(raw)
        entry = _object(opened.leaf)
    except OpeningInvalid as error:
        text = N_("This cannot be read as an opening: {problem}.")
        return Report((Step(StepName.FORMAT, False, text, {"problem": str(error)}),))
    steps = (
        Step(StepName.FORMAT, True, N_("An opening of private fields of one log entry.")),
        _venue(opened, keys),
        *_log(opened, keys),
        _fields(opened, entry),
    )
    if not all(step.ok for step in steps):
        return Report(steps)
    values = {name: given["value"] for name, given in opened.fields.items()}
    return Report(steps, entry, values, opened.proof.index)


def _venue(opened: Opened, keys: VenueKeys) -> Step:
    known = opened.venue == keys.venue.origin
    text = (
        N_("From the log of {venue}.")
        if known
        else N_("From the log of {venue}; the trusted keys are those of {trusted}.")
    )
    facts = {"venue": opened.venue[:200], "trusted": keys.venue.origin}
    return Step(StepName.VENUE, known, text, facts)


def _log(opened: Opened, keys: VenueKeys) -> tuple[Step, Step]:
    unproven = N_("Without a signed checkpoint the place in the log proves nothing.")
    try:
        checkpoint = trust.open_checkpoint(opened.proof.checkpoint, keys)
    except note.NoteInvalid as error:
        text = N_("The log's checkpoint is not signed by the venue: {problem}.")
        return (
            Step(StepName.CHECKPOINT, False, text, {"problem": str(error)}),
            Step(StepName.INCLUSION, False, unproven),
        )
    signed = Step(
        StepName.CHECKPOINT,
        True,
        N_("The log signed its state at {size} entries."),
        {"size": str(checkpoint.size)},
    )
    try:
        merkle.verify_inclusion(
            index=opened.proof.index,
            size=checkpoint.size,
            leaf=merkle.leaf_hash(opened.leaf),
            proof=opened.proof.hashes,
            root=checkpoint.root,
        )
    except (merkle.ProofInvalid, merkle.OutOfRange) as error:
        text = N_("The entry is not in the public log: {problem}.")
        return signed, Step(StepName.INCLUSION, False, text, {"problem": str(error)})
    text = N_("It is entry {index} of the public log.")
    return signed, Step(StepName.INCLUSION, True, text, {"index": str(opened.proof.index)})


def _fields(opened: Opened, entry: Mapping[str, Any]) -> Step:
    committed = entry.get("private")
    committed = {**committed, WHO_ACTED: entry.get("by")} if isinstance(committed, dict) else {}
    for name, given in opened.fields.items():
        if name not in committed:
            text = N_("The entry has no private field {field}.")
            return Step(StepName.FIELDS, False, text, {"field": name[:80]})
        try:
            found = commitment(given["salt"], name, given["value"])
        except (ValueError, TypeError, RecursionError):
            found = ""
        if found != committed[name]:
            text = N_("The value of {field} is not what the entry commits to.")
            return Step(StepName.FIELDS, False, text, {"field": name[:80]})
    names = ", ".join(sorted(opened.fields))
    text = N_("Each value is what the entry commits to: {fields}.")
    return Step(StepName.FIELDS, True, text, {"fields": names})


def _is_field(given: Any) -> bool:
    return isinstance(given, dict) and isinstance(given.get("salt"), str) and "value" in given


def _object(raw: bytes) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise OpeningInvalid(N_("the file is too large"))
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise OpeningInvalid(N_("the file is not JSON")) from error
    if not isinstance(data, dict):
        raise OpeningInvalid(N_("the file is not a JSON object"))
    return data

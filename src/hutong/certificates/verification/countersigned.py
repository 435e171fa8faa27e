"""
A certificate countersigned by another venue: that of a buyer who bought through it (NE-4).

    statement   that venue's word for number and content, signed with its credential key
    entry       the entry of its public log that commits to the statement, with the proof

What is signed is the digest of the content that the issuer's log commits to, so it holds for every
form and edition of the certificate.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from hutong.certificates.content import content_digest
from hutong.certificates.report import Outcome, Report, Step, StepName
from hutong.kit.canonical import canonical, digest_of
from hutong.kit.moments import iso
from hutong.kit.refusal import N_
from hutong.transparency import merkle, multikey, note, trust
from hutong.transparency.note import Signer, VerifierKey
from hutong.transparency.proof import LogProof
from hutong.transparency.venue_keys import VenueKeys

FORMAT: Final = "hutong-countersignature/1"
ENTRY: Final = "network.CertificateCountersigned"
MAX_BYTES: Final = 100_000
_FIELDS: Final = frozenset(
    {"format", "venue", "issuer", "certificate", "content_digest", "at", "key", "signature"}
)


class CountersignatureInvalid(ValueError):
    """It is none, or does not hold. The message says why."""


def state(
    *, venue: str, issuer: str, number: str, digest: str, at: datetime, signer: Signer
) -> dict[str, Any]:
    """The signed statement of `venue` for a certificate of `issuer`; `at` is real time."""
    body = {
        "format": FORMAT,
        "venue": venue,
        "issuer": issuer,
        "certificate": number,
        "content_digest": digest,
        "at": iso(at),
        "key": multikey.ed25519(signer.public_key),
    }
    return {**body, "signature": multikey.encode(signer.sign(canonical(body)))}


def bundle(statement: Mapping[str, Any], *, leaf: bytes, log_proof: str) -> dict[str, Any]:
    """The countersignature as it is handed on: the statement and its place in its venue's log."""
    return {
        "statement": dict(statement),
        "entry": base64.b64encode(leaf).decode(),
        "tlogProof": log_proof,
    }


class KeyUnknown(CountersignatureInvalid):
    """Signed with a key that is not among its venue's: another's, or one of another time."""


@dataclass(frozen=True, slots=True)
class Countersigned:
    """What a countersignature says; nothing of it is believed yet."""

    statement: dict[str, Any]
    leaf: bytes
    proof: LogProof

    @property
    def venue(self) -> str:
        return str(self.statement["venue"])

    @property
    def number(self) -> str:
        return str(self.statement["certificate"])


def read(told: Any) -> Countersigned:
    """Read a countersignature from plain JSON data. Raises CountersignatureInvalid."""
    try:
        statement = told["statement"]
        fits = statement.keys() == _FIELDS and all(
            isinstance(value, str) and len(value) <= 400 for value in statement.values()
        )
        if not fits or statement["format"] != FORMAT:
            raise CountersignatureInvalid(N_("it is not in the form of a countersignature"))
        leaf = base64.b64decode(told["entry"], validate=True)
        return Countersigned(dict(statement), leaf, LogProof.parse(told["tlogProof"]))
    except (
        TypeError,
        LookupError,
        AttributeError,
        ValueError,  # of base64, and of signs that are in none
        note.NoteInvalid,
    ) as error:
        raise CountersignatureInvalid(N_("it is not in the form of a countersignature")) from error


def check(
    found: Countersigned,
    keys: VenueKeys,
    *,
    number: str,
    digest: str,
    witnesses: Sequence[VerifierKey] = (),
) -> int:
    """Check that the venue of `keys` countersigned this content; returns the index of its entry.

    Raises CountersignatureInvalid: another certificate or content, another venue's key, not in that
    venue's log.
    """
    said = found.statement
    if (said["certificate"], said["content_digest"]) != (number, digest):
        raise CountersignatureInvalid(N_("it is about another certificate"))
    body = {name: value for name, value in said.items() if name != "signature"}
    try:
        public, signature = multikey.read_ed25519(said["key"]), multikey.decode(said["signature"])
    except multikey.MultibaseInvalid as error:
        raise CountersignatureInvalid(N_("it names no usable key")) from error
    if public not in keys.credential or said["venue"] != keys.venue.code:
        raise KeyUnknown(N_("it is signed with a key that is not its venue's"))
    if not VerifierKey("key", public).accepts(signature, canonical(body)):
        raise CountersignatureInvalid(N_("its venue did not sign it"))
    try:
        checkpoint = trust.open_checkpoint(found.proof.checkpoint, keys, witnesses)
        merkle.verify_inclusion(
            index=found.proof.index,
            size=checkpoint.size,
            leaf=merkle.leaf_hash(found.leaf),
            proof=found.proof.hashes,
            root=checkpoint.root,
        )
    except (note.NoteInvalid, merkle.ProofInvalid, merkle.OutOfRange) as error:
        raise CountersignatureInvalid(N_("its venue's log does not hold it")) from error
    if not _commits(found.leaf, digest_of(said)):
        raise CountersignatureInvalid(N_("its venue's log holds something else there"))
    return found.proof.index


def _commits(leaf: bytes, digest: str) -> bool:
    try:
        entry = json.loads(leaf)
        return bool(entry["kind"] == ENTRY and entry["facts"]["digest"] == digest)
    except (ValueError, TypeError, LookupError, RecursionError):
        return False


def with_countersignatures(
    report: Report, told: Sequence[Any], venues: Sequence[VenueKeys]
) -> Report:
    """The report, with a step for each countersignature of its certificate.

    `venues`: the keys of those that may have countersigned; of another the step stays unknown.
    """
    if report.content is None:
        return report
    digest = content_digest(report.content)
    steps = [_step(one, venues, report.number, digest) for one in told]
    return replace(report, steps=(*report.steps, *steps))


def _step(told: Any, venues: Sequence[VenueKeys], number: str, digest: str) -> Step:
    try:
        found = read(told)
    except CountersignatureInvalid as error:
        text = N_("The countersignature cannot be read: {problem}.")
        return Step(StepName.COUNTERSIGNATURE, Outcome.FAILED, text, {"problem": str(error)})
    keys = next((one for one in venues if one.venue.code == found.venue), None)
    if keys is None:
        text = N_("Countersigned by {venue}, whose keys were not given.")
        facts = {"venue": found.venue[:60], "code": found.venue[:60]}
        return Step(StepName.COUNTERSIGNATURE, Outcome.UNKNOWN, text, facts)
    name = f"{keys.venue.name_zh} {keys.venue.name_en}".strip()
    facts = {"venue": name, "code": keys.venue.code}
    try:
        index = check(found, keys, number=number, digest=digest)
    except KeyUnknown:
        text = N_(
            "Countersigned in the name of {venue}, with a key that is not among its keys given."
        )
        return Step(StepName.COUNTERSIGNATURE, Outcome.UNKNOWN, text, facts)
    except CountersignatureInvalid as error:
        text = N_("The countersignature of {venue} does not hold: {problem}.")
        facts["problem"] = str(error)
        return Step(StepName.COUNTERSIGNATURE, Outcome.FAILED, text, facts)
    text = N_("Countersigned by {venue}: entry {index} of its public log.")
    return Step(StepName.COUNTERSIGNATURE, Outcome.OK, text, {**facts, "index": str(index)})

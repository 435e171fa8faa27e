"""
Is this certificate genuine? Answered step by step, offline, from the file and the venue's key file.

    format → issuer → content → credential signature → [PDF: signature → chain] → log inclusion
           → checkpoint signature → revocation as last known

Each step is ok, failed or unknown, with words. A file is verified when nothing failed and nothing
but its revocation is unknown.

Pure: no Django, no network, no clock. Hostile files are bounded in size here; in time and memory
by `bounded`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from hutong.certificates import credential as vc
from hutong.certificates.content import FORMAT, content_digest
from hutong.certificates.kinds import KINDS, Kind
from hutong.kit.moments import iso
from hutong.kit.refusal import N_
from hutong.transparency import merkle, note
from hutong.transparency.proof import LogProof
from hutong.transparency.venue_keys import VenueKeys

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_JSON_BYTES: Final = 4_000_000
ISSUED: Final = "certificates.Issued"


class StepName(StrEnum):
    FORMAT = "format"
    ISSUER = "issuer"
    CONTENT = "content"
    CREDENTIAL = "credential"
    DOCUMENT = "document"
    CHAIN = "chain"
    INCLUSION = "inclusion"
    CHECKPOINT = "checkpoint"
    REVOCATION = "revocation"


TITLES: Final = {
    StepName.FORMAT: N_("Format"),
    StepName.ISSUER: N_("Issuer"),
    StepName.CONTENT: N_("Content"),
    StepName.CREDENTIAL: N_("Signature of the credential"),
    StepName.DOCUMENT: N_("Signature of the PDF"),
    StepName.CHAIN: N_("Certificate chain"),
    StepName.INCLUSION: N_("Place in the public log"),
    StepName.CHECKPOINT: N_("Signature of the log"),
    StepName.REVOCATION: N_("Revocation"),
}


class Outcome(StrEnum):
    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


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
class Revocations:
    """Certificates known to be revoked (number → date), and as of when that is known."""

    as_of: str
    revoked: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found. `content` is given only when its signature and digest are right."""

    form: str  # "pdf", "json", or "" when the file is neither
    steps: tuple[Step, ...]
    content: Mapping[str, Any] | None = None

    @property
    def readable(self) -> bool:
        return self.steps[0].outcome is Outcome.OK

    @property
    def verified(self) -> bool:
        return all(
            step.outcome is Outcome.OK
            or (step.name is StepName.REVOCATION and step.outcome is Outcome.UNKNOWN)
            for step in self.steps
        )

    def failures(self) -> list[Step]:
        return [step for step in self.steps if step.outcome is Outcome.FAILED]


class _Unreadable(Exception):
    """The file is not a certificate; the sentence and its facts say why."""

    def __init__(self, text: str, **facts: str) -> None:
        super().__init__(text)
        self.step = Step(StepName.FORMAT, Outcome.FAILED, text, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """A certificate taken apart; nothing in it is believed yet."""

    credential: dict[str, Any]
    content: dict[str, Any]
    leaf: bytes
    entry: dict[str, Any]
    proof: LogProof


def verify(data: bytes, keys: VenueKeys, revocations: Revocations | None = None) -> Report:
    """Verify a certificate, PDF or JSON, with the venue's public keys. Never raises on bad input."""
    from hutong.certificates import pades  # pyHanko takes long to load

    form = "pdf" if is_pdf(data) else "json"
    reader = None
    try:
        if len(data) > MAX_BYTES:
            raise _Unreadable(N_("The file is larger than {limit} MB."), limit=str(MAX_BYTES >> 20))
        if form == "pdf":
            reader = pades.open_pdf(data)
            data = pades.attachment(reader, pades.ATTACHMENT)
        parts = _take_apart(data)
    except _Unreadable as unreadable:
        return Report(form="", steps=(unreadable.step,))
    except pades.PdfInvalid as error:
        text = N_("This is a PDF, but not a certificate that can be read: {problem}.")
        return Report(
            form="pdf",
            steps=(Step(StepName.FORMAT, Outcome.FAILED, text, {"problem": str(error)}),),
        )
    steps = [
        _format_step(form, parts),
        _issuer(parts, keys),
        _content(parts),
        _credential(parts, keys),
        *(_document(reader, keys) if reader is not None else ()),
        *_log(parts, keys),
        _revocation(parts, revocations),
    ]
    sound = all(
        step.outcome is Outcome.OK
        for step in steps
        if step.name in {StepName.ISSUER, StepName.CONTENT, StepName.CREDENTIAL}
    )
    return Report(form=form, steps=tuple(steps), content=parts.content if sound else None)


def is_pdf(data: bytes) -> bool:
    return data[:1024].lstrip().startswith(b"%PDF-")


def _take_apart(data: bytes) -> _Parts:
    whole = _read_json(data)
    content = whole.get("credentialSubject")
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _Unreadable(
            N_("This is not a certificate: it is not in the form {form}."), form=FORMAT
        )
    if content.get("kind") not in set(Kind) or not isinstance(content.get("number"), str):
        raise _Unreadable(N_("This certificate is of a kind that is not known here."))
    venue = content.get("venue")
    if not isinstance(venue, dict) or not isinstance(venue.get("origin"), str):
        raise _Unreadable(N_("This certificate does not name its venue."))
    try:
        leaf, proof_text = vc.evidence(whole)
        proof = LogProof.parse(proof_text)
        entry = _read_json(leaf)
    except (vc.CredentialInvalid, note.NoteInvalid) as error:
        raise _Unreadable(
            N_("This certificate carries no readable proof of the log: {problem}."),
            problem=str(error),
        ) from error
    return _Parts(credential=whole, content=content, leaf=leaf, entry=entry, proof=proof)


def _format_step(form: str, parts: _Parts) -> Step:
    title = KINDS[Kind(parts.content["kind"])]
    return Step(
        StepName.FORMAT,
        Outcome.OK,
        N_("{title}, no. {number}, as {form}."),
        {
            "title": f"{title.title_zh} {title.title_en}",
            "number": parts.content["number"],
            "form": form.upper(),
        },
    )


def _issuer(parts: _Parts, keys: VenueKeys) -> Step:
    named, trusted = parts.content["venue"]["origin"], keys.venue.origin
    issuer = parts.credential.get("issuer")
    issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
    if named != trusted or issuer != keys.venue.issuer:
        return Step(
            StepName.ISSUER,
            Outcome.FAILED,
            N_("The certificate names the venue {named}; the trusted keys are those of {trusted}."),
            {"named": named, "trusted": trusted},
        )
    return Step(
        StepName.ISSUER,
        Outcome.OK,
        N_("Issued by {venue} ({origin})."),
        {"venue": f"{keys.venue.name_zh} {keys.venue.name_en}", "origin": trusted},
    )


def _content(parts: _Parts) -> Step:
    facts = parts.entry.get("facts")
    committed = facts if isinstance(facts, dict) else {}
    try:
        found = content_digest(parts.content)
    except (ValueError, TypeError, RecursionError):
        found = "-"
    if parts.entry.get("kind") != ISSUED or committed.get("number") != parts.content["number"]:
        return Step(
            StepName.CONTENT, Outcome.FAILED, N_("The log entry inside is about something else.")
        )
    if committed.get("content_digest") != found:
        return Step(
            StepName.CONTENT,
            Outcome.FAILED,
            N_(
                "The content is not what was issued: the log entry commits to {issued}, not {found}."
            ),
            {"issued": str(committed.get("content_digest"))[:80], "found": found},
        )
    return Step(
        StepName.CONTENT,
        Outcome.OK,
        N_("The content is what the log entry commits to ({found})."),
        {"found": found},
    )


def _credential(parts: _Parts, keys: VenueKeys) -> Step:
    try:
        vc.verify(parts.credential, keys.credential)
    except (vc.CredentialInvalid, RecursionError) as error:
        return Step(
            StepName.CREDENTIAL,
            Outcome.FAILED,
            N_("Not signed by the venue: {problem}."),
            {"problem": str(error)},
        )
    return Step(
        StepName.CREDENTIAL, Outcome.OK, N_("Signed by the venue, unchanged (eddsa-jcs-2022).")
    )


def _document(reader: "PdfFileReader", keys: VenueKeys) -> tuple[Step, Step]:
    from hutong.certificates import pades

    try:
        facts = pades.check_signature(reader, keys.certificate_authorities)
    except pades.PdfInvalid as error:
        problem = {"problem": str(error)}
        return (
            Step(StepName.DOCUMENT, Outcome.FAILED, N_("No valid signature: {problem}."), problem),
            Step(StepName.CHAIN, Outcome.UNKNOWN, N_("Without a signature there is no chain.")),
        )
    if not facts.intact:
        text = N_("The PDF was changed after it was signed.")
        document = Step(StepName.DOCUMENT, Outcome.FAILED, text)
    elif not facts.untouched:
        text = N_("Something was added to the PDF after it was signed.")
        document = Step(StepName.DOCUMENT, Outcome.FAILED, text)
    else:
        document = Step(
            StepName.DOCUMENT,
            Outcome.OK,
            N_("Signed as a whole by {signer} at {signed_at}, unchanged (PAdES)."),
            {
                "signer": facts.signer,
                "signed_at": iso(facts.signed_at)[:19] + "Z" if facts.signed_at else "-",
            },
        )
    if facts.trusted:
        text = N_("The signing certificate belongs to the venue's certificate authority.")
        return document, Step(StepName.CHAIN, Outcome.OK, text)
    text = N_("The signing certificate {signer} does not lead to the venue's authority.")
    return document, Step(StepName.CHAIN, Outcome.FAILED, text, {"signer": facts.signer})


def _log(parts: _Parts, keys: VenueKeys) -> tuple[Step, Step]:
    checkpoint, problem = _checkpoint(parts.proof, keys)
    if checkpoint is None:
        return (
            Step(
                StepName.INCLUSION,
                Outcome.UNKNOWN,
                N_("Without a signed checkpoint the place in the log proves nothing."),
            ),
            Step(
                StepName.CHECKPOINT,
                Outcome.FAILED,
                N_("The log's checkpoint is not signed by the venue: {problem}."),
                {"problem": problem},
            ),
        )
    signed = Step(
        StepName.CHECKPOINT,
        Outcome.OK,
        N_("The log {origin} signed its state at {size} entries."),
        {"origin": checkpoint.origin, "size": str(checkpoint.size)},
    )
    try:
        merkle.verify_inclusion(
            index=parts.proof.index,
            size=checkpoint.size,
            leaf=merkle.leaf_hash(parts.leaf),
            proof=parts.proof.hashes,
            root=checkpoint.root,
        )
    except (merkle.ProofInvalid, merkle.OutOfRange) as error:
        text = N_("The certificate is not in the public log: {problem}.")
        return Step(StepName.INCLUSION, Outcome.FAILED, text, {"problem": str(error)}), signed
    text = N_("The certificate is entry {index} of the public log.")
    return Step(StepName.INCLUSION, Outcome.OK, text, {"index": str(parts.proof.index)}), signed


def _checkpoint(proof: LogProof, keys: VenueKeys) -> tuple[note.Checkpoint | None, str]:
    problem = "-"
    for key in keys.log:
        try:
            return note.open_checkpoint(proof.checkpoint, key), ""
        except note.NoteInvalid as error:
            problem = str(error)
    return None, problem


def _revocation(parts: _Parts, revocations: Revocations | None) -> Step:
    if revocations is None:
        text = N_("Not known from the file alone; ask the venue's verify page.")
        return Step(StepName.REVOCATION, Outcome.UNKNOWN, text)
    if on := revocations.revoked.get(parts.content["number"]):
        text = N_("Revoked on {on}.")
        return Step(StepName.REVOCATION, Outcome.FAILED, text, {"on": on})
    text = N_("Not revoked as of {as_of}.")
    return Step(StepName.REVOCATION, Outcome.OK, text, {"as_of": revocations.as_of})


def _read_json(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_JSON_BYTES:
        raise _Unreadable(N_("The JSON is larger than {limit} bytes."), limit=str(MAX_JSON_BYTES))
    try:
        whole = json.loads(data, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _Unreadable(N_("The file is neither a PDF nor JSON that can be read.")) from error
    if not isinstance(whole, dict):
        raise _Unreadable(N_("The file is JSON, but not a certificate."))
    return whole


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name given twice: readers would disagree about which one counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON")

"""
Is this certificate genuine? Answered step by step, offline, from the file and the venue's key file.

    format → issuer → content → credential signature → [PDF: signature → chain → timestamp]
           → log inclusion → checkpoint signature → witnesses
           → how it stands, as last known: revocation, validity, later certificates

Each step is ok, failed, unknown or a note, with words. A file is verified when nothing failed and
nothing is unknown but what the file alone cannot tell (`BESIDE`).

Pure: no Django, no network, no clock. Hostile files are bounded in size here; in time and memory
by `bounded`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hutong.certificates import credential as vc
from hutong.certificates import status_list
from hutong.certificates.content import FORMAT, content_digest
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.report import (
    TITLES,
    Outcome,
    Report,
    Standing,
    Step,
    StepName,
    with_standing,
)
from hutong.certificates.rules import Purpose
from hutong.kit.moments import iso
from hutong.kit.refusal import N_
from hutong.transparency import merkle, note, trust
from hutong.transparency.note import VerifierKey
from hutong.transparency.proof import LogProof
from hutong.transparency.venue_keys import VenueKeys

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

    from hutong.certificates import pades

__all__ = [
    "MAX_BYTES",
    "MAX_JSON_BYTES",
    "TITLES",
    "Outcome",
    "Report",
    "Standing",
    "Step",
    "StepName",
    "is_pdf",
    "verify",
    "with_standing",
]

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_JSON_BYTES: Final = 4_000_000
ISSUED: Final = "certificates.Issued"


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


def verify(
    data: bytes,
    keys: VenueKeys,
    *,
    authorities: Sequence[str] = (),
    status_lists: Sequence[bytes] = (),
    witnesses: Sequence[VerifierKey] = (),
) -> Report:
    """Verify a certificate, PDF or JSON, with the venue's public keys. Never raises on bad input.

    `authorities`: certificates (PEM) of trusted timestamp authorities. `status_lists`: the venue's
    signed status lists, as fetched; without them revocation stays unknown. `witnesses`: keys of
    other venues that may have cosigned the log.
    """
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
    log = _log(parts, keys, witnesses)
    logged = all(step.outcome is Outcome.OK for step in log)
    steps = [
        _format_step(form, parts),
        _issuer(parts, keys),
        _content(parts),
        _credential(parts, keys, logged),
        *(_document(reader, keys, authorities) if reader is not None else ()),
        *log,
        _witnesses(parts, keys, witnesses),
        _revocation(parts, keys, status_lists),
        *_validity(parts),
    ]
    sound = all(
        step.outcome is Outcome.OK
        for step in steps
        if step.name in {StepName.ISSUER, StepName.CONTENT, StepName.CREDENTIAL}
    )
    return Report(
        form=form,
        steps=tuple(steps),
        number=parts.content["number"],
        content=parts.content if sound else None,
    )


def is_pdf(data: bytes) -> bool:
    return data[:1024].lstrip().startswith(b"%PDF-")


def _take_apart(data: bytes) -> _Parts:
    whole = _read_json(data)
    content = whole.get("credentialSubject")
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _Unreadable(
            N_("This is not a certificate: it is not in the form {form}."), form=FORMAT
        )
    kind, number = content.get("kind"), content.get("number")
    if not isinstance(kind, str) or kind not in set(Kind) or not isinstance(number, str):
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


def _credential(parts: _Parts, keys: VenueKeys, logged: bool) -> Step:
    """A key declared compromised proves nothing by itself; the log, where it holds the content, does."""
    try:
        vc.verify(parts.credential, keys.credential)
    except (vc.CredentialInvalid, RecursionError) as error:
        if _signed_by_compromised(parts, keys):
            outcome = Outcome.OK if logged else Outcome.FAILED
            text = (
                N_(
                    "Signed by a key since declared compromised; the public log holds it all the same."
                )
                if logged
                else N_(
                    "Signed by a key declared compromised, and the public log does not hold it."
                )
            )
            return Step(StepName.CREDENTIAL, outcome, text)
        return Step(
            StepName.CREDENTIAL,
            Outcome.FAILED,
            N_("Not signed by the venue: {problem}."),
            {"problem": str(error)},
        )
    return Step(
        StepName.CREDENTIAL, Outcome.OK, N_("Signed by the venue, unchanged (eddsa-jcs-2022).")
    )


def _signed_by_compromised(parts: _Parts, keys: VenueKeys) -> bool:
    try:
        vc.verify(parts.credential, trust.compromised_credential_keys(keys))
    except (vc.CredentialInvalid, RecursionError):
        return False
    return True


def _document(
    reader: "PdfFileReader", keys: VenueKeys, authorities: Sequence[str]
) -> tuple[Step, ...]:
    from hutong.certificates import pades

    try:
        facts = pades.check_signature(reader, keys.certificate_authorities, authorities)
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
    since = _compromised_since(facts, keys)
    if since:
        text = N_(
            "The signing certificate was declared compromised as of {since}, and no trusted"
            " timestamp is older."
        )
        chain = Step(StepName.CHAIN, Outcome.FAILED, text, {"since": since})
    elif facts.trusted:
        text = N_("The signing certificate belongs to the venue's certificate authority.")
        chain = Step(StepName.CHAIN, Outcome.OK, text)
    else:
        text = N_("The signing certificate {signer} does not lead to the venue's authority.")
        chain = Step(StepName.CHAIN, Outcome.FAILED, text, {"signer": facts.signer})
    return document, chain, _timestamp(facts.timestamp)


def _compromised_since(facts: "pades.SignatureFacts", keys: VenueKeys) -> str:
    """Since when the signing certificate proves nothing; empty where a timestamp is older than that."""
    for life in keys.compromised("certificate"):
        since, stamp = life.compromised_from, facts.timestamp
        if life.key == facts.certificate and since is not None:
            stamped_before = stamp and stamp.intact and stamp.trusted and stamp.at < since
            return "" if stamped_before else iso(since)[:19] + "Z"
    return ""


def _timestamp(found: "pades.TimestampFacts | None") -> Step:
    if found is None:
        text = N_("None inside: the time of signing is the venue's word, and the log's.")
        return Step(StepName.TIMESTAMP, Outcome.UNKNOWN, text)
    facts = {"authority": found.authority, "at": iso(found.at)[:19] + "Z"}
    if not found.intact:
        text = N_("The timestamp by {authority} does not fit the signature.")
        return Step(StepName.TIMESTAMP, Outcome.FAILED, text, facts)
    if not found.trusted:
        text = N_("Signed before {at}, says {authority}, which is not among the authorities named.")
        return Step(StepName.TIMESTAMP, Outcome.UNKNOWN, text, facts)
    text = N_("Signed before {at}, confirmed by {authority}.")
    return Step(StepName.TIMESTAMP, Outcome.OK, text, facts)


def _log(parts: _Parts, keys: VenueKeys, witnesses: Sequence[VerifierKey]) -> tuple[Step, Step]:
    checkpoint, problem = _checkpoint(parts.proof, keys, witnesses)
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


def _checkpoint(
    proof: LogProof, keys: VenueKeys, witnesses: Sequence[VerifierKey]
) -> tuple[note.Checkpoint | None, str]:
    try:
        return trust.open_checkpoint(proof.checkpoint, keys, witnesses), ""
    except note.NoteInvalid as error:
        return None, str(error)


def _witnesses(parts: _Parts, keys: VenueKeys, witnesses: Sequence[VerifierKey]) -> Step:
    """Who else signed the log's checkpoint: checked for those whose keys the reader trusts."""
    try:
        signed = note.parse(parts.proof.checkpoint)
        checked = signed.verified_by(witnesses)
    except note.NoteInvalid as error:
        text = N_("A witness's signature is wrong: {problem}.")
        return Step(StepName.WITNESSES, Outcome.FAILED, text, {"problem": str(error)})
    own = {(key.name, key.key_id) for key in keys.every_log_key()}
    others = {line.name for line in signed.signatures if (line.name, line.key_id) not in own}
    if checked:
        facts = {"names": ", ".join(sorted({key.name for key in checked}))[:500]}
        return Step(StepName.WITNESSES, Outcome.OK, N_("Cosigned by {names}."), facts)
    if not others:
        text = N_("No other venue's signature stands on the checkpoint inside.")
        return Step(StepName.WITNESSES, Outcome.UNKNOWN, text)
    text = N_("Cosigned by {names}, whose keys were not given.")
    facts = {"names": ", ".join(sorted(others))[:500]}
    return Step(StepName.WITNESSES, Outcome.UNKNOWN, text, facts)


def _revocation(parts: _Parts, keys: VenueKeys, given: Sequence[bytes]) -> Step:
    """As the venue's status lists have it, for those that were given."""
    wanted = status_list.wanted(parts.credential)
    known: list[str] = []
    for raw in given:
        try:
            found = _read_json(raw)
            vc.verify(found, keys.credential)
        except (_Unreadable, vc.CredentialInvalid) as error:
            return Step(
                StepName.REVOCATION,
                Outcome.FAILED,
                N_("The status list given is not the venue's: {problem}."),
                {"problem": str(error)},
            )
        purpose = wanted.get(str(found.get("id")))
        if purpose is None:
            continue
        try:
            on = status_list.is_set(found, purpose.place)
        except status_list.StatusListInvalid as error:
            text = N_("The status list given cannot be read: {problem}.")
            return Step(StepName.REVOCATION, Outcome.FAILED, text, {"problem": str(error)})
        facts = {"as_of": str(found.get("validFrom"))[:40]}
        if on and purpose.name == Purpose.REVOCATION.value:
            return Step(StepName.REVOCATION, Outcome.FAILED, N_("Revoked, as of {as_of}."), facts)
        if on:
            text = N_("Suspended, as of {as_of}.")
            return Step(StepName.REVOCATION, Outcome.FAILED, text, facts)
        known.append(facts["as_of"])
    if known:
        text = N_("Not revoked as of {as_of}.")
        return Step(StepName.REVOCATION, Outcome.OK, text, {"as_of": min(known)})
    text = N_("Not known from the file alone; ask the venue's verify page.")
    return Step(StepName.REVOCATION, Outcome.UNKNOWN, text)


def _validity(parts: _Parts) -> tuple[Step, ...]:
    of = KINDS[Kind(parts.content["kind"])]
    until = next((one.of(parts.content) for one in of.fields if one.name == of.valid_until), None)
    if not isinstance(until, str):
        return ()
    text = N_("It holds until {until}.")
    return (Step(StepName.VALIDITY, Outcome.UNKNOWN, text, {"until": until[:10]}),)


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

"""
The PDF's own signature: whole and unchanged, by the venue's chain, and when (PAdES).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hutong.certificates.report import Outcome, Step, StepName
from hutong.kit.moments import iso
from hutong.kit.refusal import N_
from hutong.transparency.venue_keys import VenueKeys

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

    from hutong.certificates import pades


def document_steps(
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

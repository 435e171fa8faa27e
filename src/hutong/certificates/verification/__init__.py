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

from collections.abc import Sequence
from typing import Final

from hutong.certificates.report import (
    TITLES,
    Outcome,
    Report,
    Standing,
    Step,
    StepName,
    with_standing,
)
from hutong.certificates.verification.document import document_steps
from hutong.certificates.verification.known import revocation_step, validity_steps
from hutong.certificates.verification.logged import log_steps, witnesses_step
from hutong.certificates.verification.parts import MAX_JSON_BYTES, Unreadable, take_apart
from hutong.certificates.verification.said import (
    content_step,
    credential_step,
    format_step,
    issuer_step,
)
from hutong.kit.refusal import N_
from hutong.transparency.note import VerifierKey
from hutong.transparency.venue_keys import VenueKeys

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
            raise Unreadable(N_("The file is larger than {limit} MB."), limit=str(MAX_BYTES >> 20))
        if form == "pdf":
            reader = pades.open_pdf(data)
            data = pades.attachment(reader, pades.ATTACHMENT)
        parts = take_apart(data)
    except Unreadable as unreadable:
        return Report(form="", steps=(unreadable.step,))
    except pades.PdfInvalid as error:
        text = N_("This is a PDF, but not a certificate that can be read: {problem}.")
        return Report(
            form="pdf",
            steps=(Step(StepName.FORMAT, Outcome.FAILED, text, {"problem": str(error)}),),
        )
    log = log_steps(parts, keys, witnesses)
    logged = all(step.outcome is Outcome.OK for step in log)
    steps = [
        format_step(form, parts),
        issuer_step(parts, keys),
        content_step(parts),
        credential_step(parts, keys, logged),
        *(document_steps(reader, keys, authorities) if reader is not None else ()),
        *log,
        witnesses_step(parts, keys, witnesses),
        revocation_step(parts, keys, status_lists),
        *validity_steps(parts),
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

"""
What the certificate says of itself: its kind, who issued it, whether content and signature fit.
"""

from hutong.certificates import credential as vc
from hutong.certificates.content import content_digest
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.report import Outcome, Step, StepName
from hutong.certificates.verification.parts import Parts
from hutong.kit.refusal import N_
from hutong.transparency import trust
from hutong.transparency.venue_keys import VenueKeys

ISSUED = "certificates.Issued"


def format_step(form: str, parts: Parts) -> Step:
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


def issuer_step(parts: Parts, keys: VenueKeys) -> Step:
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


def content_step(parts: Parts) -> Step:
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


def credential_step(parts: Parts, keys: VenueKeys, logged: bool) -> Step:
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


def _signed_by_compromised(parts: Parts, keys: VenueKeys) -> bool:
    try:
        vc.verify(parts.credential, trust.compromised_credential_keys(keys))
    except (vc.CredentialInvalid, RecursionError):
        return False
    return True

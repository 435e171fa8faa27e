"""
What the verifier in the browser says, and how it names what a certificate says: the page hands both
over as data, so that the script carries no word of any language.
"""

from typing import Any

from django.utils.translation import gettext

from hutong.certificates.kinds import KINDS
from hutong.certificates.verification import TITLES
from hutong.ui.templatetags.ui import lang


def browser_words() -> dict[str, Any]:
    """Sentences by their key in `verify.js`; braces are filled there."""
    return {
        "titles": {name.value: gettext(title) for name, title in TITLES.items()},
        "outcomes": {
            "ok": gettext("right"),
            "failed": gettext("wrong"),
            "unknown": gettext("unknown"),
            "note": gettext("worth knowing"),
        },
        "verdicts": {
            "verified": gettext("The certificate is genuine and unchanged."),
            "failed": gettext("The certificate is NOT verified."),
            "unreadable": gettext("This file is not a certificate that can be read."),
            "working": gettext("Checking…"),
        },
        "says": {
            "too_large": gettext("The file is larger than 50 MB."),
            "no_keys": gettext("The keys to check it with cannot be read."),
            "no_json": gettext("The file is neither a PDF nor JSON that can be read."),
            "no_attachment": gettext("The PDF does not have one credential attached."),
            "no_certificate": gettext("The file is JSON, but not a certificate."),
            "no_proof": gettext("This certificate carries no readable proof of the log."),
            "format": gettext("{title}, no. {number}, as {form}."),
            "issuer": gettext("Issued by {venue} ({origin})."),
            "other_issuer": gettext(
                "The certificate names the venue {named}; the trusted keys are those of {trusted}."
            ),
            "content": gettext("The content is what the log entry commits to ({found})."),
            "other_content": gettext(
                "The content is not what was issued: the log entry commits to {issued}, not {found}."
            ),
            "other_entry": gettext("The log entry inside is about something else."),
            "credential": gettext("Signed by the venue, unchanged (eddsa-jcs-2022)."),
            "credential_logged": gettext(
                "Signed by a key since declared compromised; the public log holds it all the same."
            ),
            "credential_unlogged": gettext(
                "Signed by a key declared compromised, and the public log does not hold it."
            ),
            "other_key": gettext("Signed by a key that is not the venue's."),
            "bad_signature": gettext("The signature does not fit: something was changed."),
            "inclusion": gettext("The certificate is entry {index} of the public log."),
            "not_included": gettext("The certificate is not in the public log."),
            "no_checkpoint": gettext(
                "Without a signed checkpoint the place in the log proves nothing."
            ),
            "checkpoint": gettext("The log {origin} signed its state at {size} entries."),
            "bad_checkpoint": gettext("The log's checkpoint is not signed by the venue."),
            "no_witness": gettext("No other venue's signature stands on the checkpoint inside."),
            "witnesses": gettext("Cosigned by {names}, whose keys were not given."),
            "witnessed": gettext("Cosigned by {names}."),
            "bad_witness": gettext("The signature of the witness {names} is wrong."),
            "not_revoked": gettext("Not revoked as of {as_of}."),
            "revoked": gettext("Revoked, as of {as_of}."),
            "suspended": gettext("Suspended, as of {as_of}."),
            "revocation_unknown": gettext("The venue's status list could not be asked."),
            "holds": gettext("It holds until {until}."),
            "held": gettext("It held until {until}."),
            "later": gettext("A later certificate stands in its place: {number}."),
            "countersigned": gettext("Countersigned by {venue}: entry {index} of its public log."),
            "countersigned_unknown": gettext(
                "Countersigned by {venue}, whose keys were not given."
            ),
            "countersigned_other_key": gettext(
                "Countersigned in the name of {venue}, with a key that is not among its keys given."
            ),
            "countersigned_wrong": gettext("The countersignature of {venue} does not hold."),
            "document": gettext("Signed as a whole by {signer} at {signed_at}, unchanged (PAdES)."),
            "changed": gettext("The PDF was changed after it was signed."),
            "added": gettext("Something was added to the PDF after it was signed."),
            "unsigned": gettext("The PDF does not have exactly one signature."),
            "chain": gettext(
                "The signing certificate belongs to the venue's certificate authority."
            ),
            "no_chain": gettext("Without a signature there is no chain."),
            "no_authority": gettext(
                "The signing certificate {signer} does not lead to the venue's authority."
            ),
            "chain_compromised": gettext(
                "The signing certificate was declared compromised as of {since}. Only a trusted"
                " timestamp from before could speak for it, and the browser trusts none."
            ),
            "timestamp": gettext(
                "A timestamp inside says {at} and fits the signature; whose it is, is not checked in"
                " the browser."
            ),
            "no_timestamp": gettext(
                "None inside: the time of signing is the venue's word, and the log's."
            ),
            "other_timestamp": gettext("The timestamp inside does not fit the signature."),
        },
    }


def browser_fields() -> dict[str, Any]:
    """What each kind is called and says, in the reader's language: label, type, choices."""
    return {
        kind.value: {
            "title": lang(of.title_zh, of.title_en),
            "valid_until": of.valid_until,
            "fields": [
                {
                    "name": one.name,
                    "label": lang(*one.label),
                    "type": one.type.value,
                    "choices": {code: lang(*pair) for code, pair in one.choices.items()},
                }
                for one in of.fields
                if one.shown
            ],
        }
        for kind, of in KINDS.items()
    }

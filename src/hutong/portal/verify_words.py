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
            "record": gettext(
                "The record inside the PDF is genuine. Compare it with the page, or have the PDF's own"
                " signature checked below."
            ),
            "failed": gettext("The certificate is NOT verified."),
            "unreadable": gettext("This file is not a certificate that can be read."),
            "working": gettext("Checking…"),
        },
        "says": {
            "too_large": gettext("The file is larger than 50 MB."),
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
            "not_revoked": gettext("Not revoked as of {as_of}."),
            "revoked": gettext("Revoked, as of {as_of}."),
            "suspended": gettext("Suspended, as of {as_of}."),
            "revocation_unknown": gettext("The venue's status list could not be asked."),
            "holds": gettext("It holds until {until}."),
            "held": gettext("It held until {until}."),
            "later": gettext("A later certificate stands in its place: {number}."),
            "document": gettext(
                "Not checked in the browser. The record above is what was signed and logged."
            ),
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

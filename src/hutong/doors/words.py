"""
The nouns and states that fill refusals, so that a Chinese sentence holds no English word.

A fact of a refusal that is one of these is said in the reader's language; names, numbers and texts
pass as they are. States joined by “ / ” are said one by one.
"""

from django.utils.translation import gettext

from hutong.kit.refusal import N_

NOUNS = (
    N_("account"),
    N_("application"),
    N_("certificate"),
    N_("checkpoint"),
    N_("content"),
    N_("control record"),
    N_("deal"),
    N_("deposit"),
    N_("disposal"),
    N_("document"),
    N_("entry"),
    N_("hold"),
    N_("identifier"),
    N_("import"),
    N_("intent"),
    N_("kind of notice"),
    N_("listing"),
    N_("lot"),
    N_("mandate"),
    N_("notice"),
    N_("notice of pre-emption"),
    N_("objection"),
    N_("page"),
    N_("parked entry"),
    N_("party"),
    N_("password"),
    N_("payment request"),
    N_("payout"),
    N_("person"),
    N_("pre-emption"),
    N_("public notice"),
    N_("reason"),
    N_("receipt"),
    N_("register entry"),
    N_("second factor"),
    N_("technology"),
    N_("the bid"),
    N_("the file"),
    N_("token"),
)

STATES = (
    N_("adopted"),
    N_("agreed"),
    N_("announced"),
    N_("applied"),
    N_("approved"),
    N_("cancelled"),
    N_("certified"),
    N_("closed"),
    N_("concluding"),
    N_("decided"),
    N_("defaulted"),
    N_("deposited"),
    N_("draft"),
    N_("effected"),
    N_("entered"),
    N_("failed"),
    N_("forfeited"),
    N_("free"),
    N_("held"),
    N_("in_force"),
    N_("intended"),
    N_("issued"),
    N_("lapsed"),
    N_("limited"),
    N_("listed"),
    N_("matched"),
    N_("moved"),
    N_("notice"),
    N_("open"),
    N_("paid"),
    N_("pending"),
    N_("prepared"),
    N_("proposed"),
    N_("qualified"),
    N_("refused"),
    N_("registered"),
    N_("rejected"),
    N_("released"),
    N_("rendered"),
    N_("requested"),
    N_("retired"),
    N_("returned"),
    N_("revoked"),
    N_("settled"),
    N_("signed"),
    N_("sold"),
    N_("submitted"),
    N_("suspended"),
    N_("suspense"),
    N_("terminated"),
    N_("unknown"),
    N_("unsold"),
    N_("unverified"),
    N_("verified"),
    N_("withdrawn"),
)

_KNOWN = frozenset((*NOUNS, *STATES))
_JOINTS = (" / ", " | ")


def said(text: str) -> str:
    """`text` in the reader's language if it is a noun or state known here, else as it is."""
    if text in _KNOWN:
        return gettext(text)
    for joint in _JOINTS:
        parts = text.split(joint)
        if len(parts) > 1 and all(part in _KNOWN for part in parts):
            return joint.join(gettext(part) for part in parts)
    return text

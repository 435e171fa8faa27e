"""
How a rule says no.

A `Reason` names a refusal once: its code, the rule of domain.md it comes from, and the sentence a
person reads (English; the catalogues translate it). `Refused` carries it out with the facts.

    class Refusal(Reason):
        PERIOD_OVER = reason("listings.period_over", "LI-5", N_("The period ended at {ended_at}."))

    raise Refused(Refusal.PERIOD_OVER, ended_at=listing.ends_at)
"""

from enum import Enum
from typing import Any, NamedTuple


def N_(text: str) -> str:
    """Mark `text` for translation without translating it here (pure code knows no language)."""
    return text


class reason(NamedTuple):
    """What a `Reason` member is made of: stable code, rule number, English sentence."""

    code: str
    rule: str
    text: str
    status: int = 409  # HTTP: 403 for want of power, 404 hidden, 422 malformed, 409 the rest


class Reason(Enum):
    """Base of every area's `Refusal`; members are `reason(...)` tuples."""

    value: reason

    @property
    def code(self) -> str:
        return self.value.code

    @property
    def rule(self) -> str:
        return self.value.rule

    @property
    def text(self) -> str:
        return self.value.text

    @property
    def status(self) -> int:
        return self.value.status


def reason_of(code: str) -> Reason | None:
    """The reason of a code that was kept, among all that were ever named."""
    for kind in Reason.__subclasses__():
        for member in kind:
            if member.code == code:
                return member
    return None


class Told(str):
    """A sentence among the facts of a refusal: English by itself; a door says it in its reader's
    language. `text` is marked by `N_`, `facts` fill it."""

    text: str
    facts: dict[str, Any]

    def __new__(cls, text: str, **facts: Any) -> "Told":
        told = super().__new__(cls, text.format_map(_Facts(facts)))
        told.text, told.facts = text, facts
        return told


class Refused(Exception):
    """A rule said no. Nothing was changed. `facts` fill the sentence and go on the wire."""

    def __init__(self, reason: Reason, **facts: Any) -> None:
        self.reason = reason
        self.facts = facts
        super().__init__(f"{reason.code}: {self.sentence()}")

    def sentence(self, text: str | None = None) -> str:
        """Fill `text` (a translation of the reason's sentence; default English) with the facts."""
        return (text or self.reason.text).format_map(_Facts(self.facts))


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:  # a sentence must never fail to be said
        return "…"


class CommonRefusal(Reason):
    """Refusals no single area owns."""

    NOT_FOUND = reason("not_found", "", N_("There is no such {what}, or you may not see it."), 404)
    POWER_MISSING = reason("power_missing", "PA-2", N_("This needs the power “{power}”."), 403)
    NOT_SIGNED_IN = reason("not_signed_in", "PA-2", N_("Sign in first, or send a token."), 401)
    SECOND_FACTOR_MISSING = reason(
        "second_factor_missing", "PA-5", N_("Officers act only with a second factor."), 403
    )
    SAME_EYES = reason(
        "same_eyes",
        "PA-5",
        N_("Whoever entered a thing may not approve it; a second officer must."),
        403,
    )
    OUT_OF_STATE = reason(
        "out_of_state",
        "",
        N_("Not possible now: this is {status}, and it would have to be {needed}."),
    )
    INVALID = reason("invalid", "", N_("{field}: {problem}"), 422)
    TOO_LARGE = reason("too_large", "", N_("{what} is larger than {limit}."), 413)
    KEY_REUSED = reason(
        "idempotency_key_reused",
        "",
        N_("This Idempotency-Key was used for a different request."),
        422,
    )
    KEY_MISSING = reason(
        "idempotency_key_missing",
        "",
        N_("Send an Idempotency-Key header, so that a repeated request acts once."),
        400,
    )

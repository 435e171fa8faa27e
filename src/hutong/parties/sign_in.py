"""
Signing up, signing in, tokens: what is asked and when it is refused (PA-2).

    sign up → code by e-mail → confirmed ──password (+ one-time code)──► token | session

A wrong answer never tells whether the address is known. Times here are real, not the venue's (TI-2).
Pure.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from hutong.kit.event import Event, Visibility
from hutong.kit.refusal import N_, CommonRefusal, Reason, Refused, reason
from hutong.parties.powers import is_officers

CODE_LIFE = timedelta(minutes=30)
CODE_GUESSES = 5
CODE_EVERY = timedelta(seconds=30)
LINK_LIFE = timedelta(minutes=30)
LABEL_LENGTH = 100
PASSWORD_BYTES = 1024  # longer ones only make the hash work
_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\\\]]{1,64}@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


class Language(StrEnum):
    CHINESE = "zh-hans"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `failures` within `window`."""

    failures: int
    window: timedelta


# Few failures for one account from one place; more for an account from everywhere, so that nobody
# is locked out by a stranger's typing; and for one place whatever the account.
OF_ACCOUNT_AND_PLACE = Limit(5, timedelta(minutes=15))
OF_ACCOUNT = Limit(50, timedelta(minutes=15))
# Each sign-up makes a new code with five guesses: few a day for one address, from everywhere.
OF_SIGN_UPS = Limit(10, timedelta(days=1))
OF_PLACE = Limit(200, timedelta(minutes=15))


class Refusal(Reason):
    EMAIL_INVALID = reason(
        "parties.email_invalid", "PA-2", N_("“{email}” is not an e-mail address."), 422
    )
    NAME_INVALID = reason(
        "parties.display_name_invalid", "PA-2", N_("A name has 1 to 100 characters."), 422
    )
    ACCOUNT_ELSEWHERE = reason(
        "parties.account_elsewhere",
        "PA-2",
        N_("Your account is at {venue}; there you change it, and sign in anew from there."),
        403,
    )
    PASSWORD_WEAK = reason(
        "parties.password_weak", "PA-2", N_("Choose another password: {why}"), 422
    )
    CODE_WRONG = reason(
        "parties.code_wrong",
        "PA-2",
        N_("The code is wrong, spent or too old; ask for a new one."),
        422,
    )
    CREDENTIALS_WRONG = reason(
        "parties.credentials_wrong", "PA-2", N_("E-mail, password or one-time code is wrong."), 401
    )
    ONE_TIME_CODE_MISSING = reason(
        "parties.one_time_code_missing",
        "PA-2",
        N_("This account has a second factor; send its current code as well."),
        401,
    )
    TOO_MANY_FAILURES = reason(
        "parties.too_many_failures",
        "PA-2",
        N_("Too many wrong attempts; try again in {minutes} minutes."),
        429,
    )
    SCOPE_UNKNOWN = reason(
        "parties.scope_unknown",
        "PA-2",
        N_("You do not have the power “{scope}”, so a token of yours cannot."),
        403,
    )
    TOKEN_LIFE = reason(
        "parties.token_life", "PA-2", N_("A token lives 1 to {days_max} days."), 422
    )
    LABEL_MISSING = reason(
        "parties.label_missing",
        "PA-2",
        N_("Say in 1 to 100 characters what the token is for."),
        422,
    )
    FACTOR_HELD = reason(
        "parties.factor_held", "PA-2", N_("This account has a second factor already.")
    )
    LINK_SPENT = reason(
        "parties.link_spent", "TI-2", N_("This sign-in link is used, too old or unknown."), 404
    )
    LINKS_ARE_FOR_DEMOS = reason(
        "parties.links_are_for_demos", "TI-2", N_("Only a demo venue has sign-in links."), 403
    )


@dataclass(frozen=True, kw_only=True)
class SignedUp(Event, kind="parties.SignedUp", visibility=Visibility.JOURNALLED):
    person: UUID


@dataclass(frozen=True, kw_only=True)
class CodeSent(Event, kind="parties.CodeSent", visibility=Visibility.JOURNALLED):
    person: UUID


@dataclass(frozen=True, kw_only=True)
class EmailConfirmed(Event, kind="parties.EmailConfirmed", visibility=Visibility.JOURNALLED):
    person: UUID


@dataclass(frozen=True, kw_only=True)
class PersonChanged(Event, kind="parties.PersonChanged", visibility=Visibility.JOURNALLED):
    person: UUID
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class SecondFactorAdded(Event, kind="parties.SecondFactorAdded", visibility=Visibility.JOURNALLED):
    person: UUID


@dataclass(frozen=True, kw_only=True)
class SecondFactorRemoved(
    Event, kind="parties.SecondFactorRemoved", visibility=Visibility.JOURNALLED
):
    person: UUID


@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event, kind="parties.TokenIssued", visibility=Visibility.JOURNALLED):
    token: str
    person: UUID
    party: UUID | None
    scopes: list[str]
    second_factor: bool
    days: int


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event, kind="parties.TokenRevoked", visibility=Visibility.JOURNALLED):
    token: str
    person: UUID


@dataclass(frozen=True, kw_only=True)
class SignInLinkMade(Event, kind="parties.SignInLinkMade", visibility=Visibility.JOURNALLED):
    person: UUID
    second_factor: bool


@dataclass(frozen=True, kw_only=True)
class SignInLinkUsed(Event, kind="parties.SignInLinkUsed", visibility=Visibility.JOURNALLED):
    person: UUID


def email(text: str) -> str:
    """Write an address the one way it is stored: trimmed, small letters.

    Characters that do not show, or only look like others, would let two addresses look the same.
    """
    address = text.strip().lower()
    plain = address.isprintable() and unicodedata.is_normalized("NFKC", address)
    if len(address) > 254 or not plain or not _EMAIL.fullmatch(address) or ".." in address:
        raise Refused(Refusal.EMAIL_INVALID, email=address[:254])
    return address


def display_name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= 100:
        raise Refused(Refusal.NAME_INVALID)
    return name


def token_scopes(
    wanted: Iterable[str] | None, *, held: frozenset[str], second_factor: bool
) -> list[str]:
    """Powers a new token gets: those wanted, or all it can have. `held`: what its person could do.

    Officers' powers go only into tokens made with a second factor.
    """
    if wanted is None:
        return sorted(p for p in held if second_factor or not is_officers(p))
    scopes = sorted(set(wanted))
    for scope in scopes:
        if scope not in held:
            raise Refused(Refusal.SCOPE_UNKNOWN, scope=scope)
        if is_officers(scope) and not second_factor:
            raise Refused(CommonRefusal.SECOND_FACTOR_MISSING)
    return scopes


def token_life(days: int | None, days_max: int) -> timedelta:
    days = min(90, days_max) if days is None else days
    if not 1 <= days <= days_max:
        raise Refused(Refusal.TOKEN_LIFE, days_max=days_max)
    return timedelta(days=days)


def token_label(text: str) -> str:
    label = " ".join(text.split())
    if not 1 <= len(label) <= LABEL_LENGTH:
        raise Refused(Refusal.LABEL_MISSING)
    return label

"""
Letters about accounts: the same words whether a page, the API or an owner's invitation asks for them.

Worded in the active language; whoever sends one has chosen it.
"""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext

from hutong.parties.queries import InvitationView
from hutong.ui.mail import letter
from hutong.ui.templatetags.ui import named, write_moment


def code(to: str, digits: str) -> EmailMultiAlternatives:
    """The six digits that confirm an address."""
    return letter(
        to=to,
        subject=gettext("Your code: {code}").format(code=digits),
        paragraphs=[
            gettext("{code} confirms your e-mail address. It is good for half an hour.").format(
                code=digits
            ),
            gettext("If you did not sign up, you need not do anything."),
        ],
        endings=[("", settings.ORIGIN)],
    )


def page_code(to: str, code: str) -> EmailMultiAlternatives:
    """The code a page waits for."""
    return letter(
        to=to,
        subject=gettext("Your code: {code}").format(code=code),
        paragraphs=[
            gettext("Enter this code on the page that is open in your browser:"),
            code,
            gettext("If you did not ask for it, you need not do anything."),
        ],
        endings=[("", settings.ORIGIN)],
    )


def known(to: str) -> EmailMultiAlternatives:
    """The address was used to sign up again."""
    return letter(
        to=to,
        subject=gettext("You have an account already"),
        paragraphs=[
            gettext(
                "Somebody, perhaps you, signed up with this address. It has an account already: "
                "sign in, or set a new password there."
            )
        ],
        link=(gettext("Sign in"), f"{settings.ORIGIN}/accounts/login/"),
    )


def unknown(to: str) -> EmailMultiAlternatives:
    """A new password was asked for an address without an account."""
    return letter(
        to=to,
        subject=gettext("There is no account with this address"),
        paragraphs=[
            gettext(
                "Somebody, perhaps you, asked for a new password. This address has no account here; "
                "perhaps you signed up with another one."
            )
        ],
        link=(gettext("Sign up"), f"{settings.ORIGIN}/accounts/signup/"),
    )


def new_password(to: str, address: str) -> EmailMultiAlternatives:
    """The link that sets a new password."""
    return letter(
        to=to,
        subject=gettext("Set a new password"),
        paragraphs=[
            gettext("A new password was asked for your account. The link works once, for a while."),
            gettext("If you did not ask for it, you need not do anything; the old one stays."),
        ],
        link=(gettext("Set a new password"), address),
    )


def invitation(found: InvitationView) -> EmailMultiAlternatives:
    """Somebody may act for a party, whether or not the address has an account."""
    return letter(
        to=found.email,
        subject=gettext("You are invited to act for {party}").format(party=named(found.party)),
        paragraphs=[
            gettext(
                "Sign in with this address and accept or decline under My page; without an "
                "account, sign up with this address first."
            ),
            gettext("The invitation holds until {until}.").format(
                until=write_moment(found.expires_at)
            ),
            gettext("If you do not know the party, you need not do anything."),
        ],
        link=(gettext("Open the page"), f"{settings.ORIGIN}/my"),
    )

"""
Mails of sign-up and of invitations: put in the queue by the act, sent by the worker, tried again when the post fails.
"""

from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext, override
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from hutong.parties import queries
from hutong.parties.actions import throttle
from hutong.parties.actions.mandates import MAIL_INVITATION
from hutong.parties.actions.persons import MAIL_CODE, MAIL_KNOWN

MAIL = RetryStrategy(max_attempts=8, exponential_wait=3)


@app.task(name=MAIL_CODE, queue="mail", retry=MAIL)
def mail_code(person: str) -> None:
    """Send the six digits that confirm an address."""
    who, code = queries.person(UUID(person)), queries.mail_code(UUID(person))
    if code is None:
        return  # confirmed or spent meanwhile
    with override(who.language):
        send_mail(
            gettext("Your code: {code}").format(code=code),
            gettext(
                "{code} confirms your e-mail address. It is good for half an hour.\n\n"
                "If you did not sign up, you need not do anything.\n\n{origin}\n"
            ).format(code=code, origin=settings.ORIGIN),
            settings.DEFAULT_FROM_EMAIL,
            [who.email],
        )


@app.task(name=MAIL_KNOWN, queue="mail", retry=MAIL)
def mail_known(person: str) -> None:
    """Tell somebody that their address was used to sign up again."""
    who = queries.person(UUID(person))
    with override(who.language):
        send_mail(
            gettext("You have an account already"),
            gettext(
                "Somebody, perhaps you, signed up with this address. It has an account already: "
                "sign in, or set a new password there.\n\n{origin}\n"
            ).format(origin=settings.ORIGIN),
            settings.DEFAULT_FROM_EMAIL,
            [who.email],
        )


@app.task(name=MAIL_INVITATION, queue="mail", retry=MAIL)
def mail_invitation(invitation: str) -> None:
    """Tell an address that it is invited, whether or not it has an account."""
    found = queries.invitation(UUID(invitation))
    if found is None:
        return  # answered or withdrawn meanwhile
    known = queries.person_by_email(found.email)
    with override(known.language if known else settings.LANGUAGE_CODE):
        send_mail(
            gettext("You are invited to act for {party}").format(party=found.party.name),
            gettext(
                "Sign in with this address and accept or decline under My page; without an "
                "account, sign up with this address first.\n\n"
                "If you do not know the party, you need not do anything.\n\n{origin}/my\n"
            ).format(origin=settings.ORIGIN),
            settings.DEFAULT_FROM_EMAIL,
            [found.email],
        )


@app.periodic(cron="17 4 * * *")
@app.task(name="parties.sweep_throttles", queue="upkeep")
def sweep_throttles(timestamp: int) -> None:
    """Forget failures whose window is long over."""
    throttle.sweep()

"""
Mails of sign-up and of invitations: put in the queue by the act, sent by the worker, tried again when the post fails.
"""

from uuid import UUID

from django.conf import settings
from django.utils.translation import override
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from hutong.parties import letters, queries
from hutong.parties.actions import throttle
from hutong.parties.actions.mandates import MAIL_INVITATION
from hutong.parties.actions.persons import MAIL_CODE, MAIL_KNOWN

MAIL = RetryStrategy(max_attempts=8, exponential_wait=3)


@app.task(name=MAIL_CODE, queue="mail", retry=MAIL)
def mail_code(person: str) -> None:
    """Send the six digits that confirm an address."""
    who, digits = queries.person(UUID(person)), queries.mail_code(UUID(person))
    if digits is None:
        return  # confirmed or spent meanwhile
    with override(who.language):
        letters.code(who.email, digits).send()


@app.task(name=MAIL_KNOWN, queue="mail", retry=MAIL)
def mail_known(person: str) -> None:
    """Tell somebody that their address was used to sign up again."""
    who = queries.person(UUID(person))
    with override(who.language):
        letters.known(who.email).send()


@app.task(name=MAIL_INVITATION, queue="mail", retry=MAIL)
def mail_invitation(invitation: str) -> None:
    """Tell an address that it is invited, whether or not it has an account."""
    found = queries.invitation(UUID(invitation))
    if found is None:
        return  # answered or withdrawn meanwhile
    known = queries.person_by_email(found.email)
    with override(known.language if known else settings.LANGUAGE_CODE):
        letters.invitation(found).send()


@app.periodic(cron="17 4 * * *")
@app.task(name="parties.sweep_throttles", queue="upkeep")
def sweep_throttles(timestamp: int) -> None:
    """Forget failures whose window is long over."""
    throttle.sweep()

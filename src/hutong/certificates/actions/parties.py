"""
The credential of a verified party: asked for by its own people, renewed before it is over, and the
earlier one void once the later is made (PA-4).
"""

from datetime import datetime, timedelta
from uuid import UUID

from hutong.certificates import matters, queries, rules
from hutong.certificates.actions import locking
from hutong.certificates.actions.issuing import ISSUE, write
from hutong.certificates.queries import CertificateView
from hutong.certificates.rules import Refusal, Status
from hutong.journal import queries as journal
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import Refused
from hutong.parties import queries as parties
from hutong.parties.queries import PartyView
from hutong.rulebook import queries as rulebook


@action(power=ACT)
def ask_party_credential(*, actor: Actor, now: datetime) -> CertificateView:
    """Answer the credential that holds, or issue a new one where there is none or it has expired.

    Refused for a party that is not verified.
    """
    view = parties.party(actor.acting_party())
    if not view.is_verified:
        raise Refused(Refusal.PARTY_NOT_VERIFIED, name=view.name)
    latest = queries.latest_of_thread(subject("party", view.id))
    if latest and latest.stands and (latest.valid_until or local_date(now)) >= local_date(now):
        nothing_changed()
        return latest
    return _new(view, now)


@action(power=ISSUE)
def renew_party_credential(
    *, actor: Actor, now: datetime, party: UUID, within: timedelta
) -> CertificateView | None:
    """Give a verified party a new credential where the one it has ends `within` that time.

    None where nothing is to be renewed: it has none, or it was revoked or is suspended.
    """
    view, latest = parties.party(party), queries.latest_of_thread(subject("party", party))
    if latest is None or not view.is_verified or not latest.stands or latest.suspended_on:
        nothing_changed()
        return None
    if latest.valid_until is None or latest.valid_until > local_date(now + within):
        nothing_changed()
        return None
    return _new(view, now)


@action(power=ISSUE)
def void_earlier(*, actor: Actor, now: datetime, certificate: UUID) -> int:
    """Say in the log that the certificates before this one of its thread hold no longer.

    Returns how many that was said of; said once.
    """
    said = 0
    for row in locking.earlier_in_thread(certificate):
        kinds = {entry.kind for entry in journal.of_subject(subject("certificate", row.id))}
        if rules.Superseded.kind in kinds or row.status == Status.REVOKED.value:
            continue
        record(
            subject("certificate", row.id),
            rules.Superseded(
                certificate=row.id, number=row.number, content_digest=row.content_digest
            ),
        )
        said += 1
    if not said:
        nothing_changed()
    return said


def _new(view: PartyView, now: datetime) -> CertificateView:
    days = rulebook.in_force(now).rules.certificates.party_credential_days
    return write(
        now=now,
        source=subject("party_verified", new_id()),
        matter=matters.party_credential(
            view,
            verified_on=now,
            days=days,
            nth=queries.next_in_thread(subject("party", view.id)),
        ),
        technologies=[],
    )

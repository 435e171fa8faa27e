"""
The credential of a verified party, asked for by its own people (PA-4).
"""

from datetime import datetime

from hutong.certificates import matters, queries
from hutong.certificates.actions.issuing import write
from hutong.certificates.queries import CertificateView
from hutong.certificates.rules import Refusal
from hutong.journal.actions import action, nothing_changed
from hutong.kit.actor import ACT, Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.kit.refusal import Refused
from hutong.parties import queries as parties
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

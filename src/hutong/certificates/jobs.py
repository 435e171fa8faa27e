"""
What leads to certificates, a moment later: registrations, settlements, and inclusion in the log.

    rights.* entries    → issue the certificate of the register entry
    settlement.Settled  → issue those of the entries it led to, and the transaction's
                          → the deal is certified and closed
    parties.Verified    → issue the party's credential; suspended and resumed with the party
    certificates.Issued → render, once a signed checkpoint covers the entry
    certificates.Reissue… → the next batch of files to make anew
    certificates.…      → tell the parties

Each may come again: issuing is once per source, rendering once per certificate.
"""

from datetime import UTC, datetime
from uuid import UUID

from hutong.certificates import actions, matters, queries, register_matters
from hutong.certificates.actions.parties import void_earlier as void_earlier_ones
from hutong.certificates.kinds import Kind
from hutong.deals import actions as deals_actions
from hutong.deals import queries as deals
from hutong.deals.rules import Status as DealStatus
from hutong.documents import access
from hutong.documents.queries import DocumentView
from hutong.journal.queries import Recorded
from hutong.journal.reacting import Later
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.ids import subject, subject_id
from hutong.kit.refusal import N_
from hutong.notices import actions as notices
from hutong.notices.rules import Many, Text, register
from hutong.parties import queries as parties
from hutong.rights import events, grant_events, procedure_events
from hutong.rulebook import queries as rulebook
from hutong.transparency.queries import NotYetIncluded

register(
    Text(
        "certificates.rendered",
        title=N_("Certificate {number} is ready"),
        body=N_("{title}. Download the signed PDF or the credential; both verify offline."),
        mail=False,  # a bundle of a thousand rights is not a thousand mails
        many=Many(
            title=N_("{count} certificates are ready"),
            body=N_("The last of them: {number}, {title}."),
            link="/certificates?mine=1",
        ),
    ),
    Text(
        "certificates.reissued",
        title=N_("Certificate {number} has new files"),
        body=N_("{title}. Number and content are as they were; download the files again."),
        mail=False,
        many=Many(
            title=N_("{count} certificates have new files"),
            body=N_("The last of them: {number}, {title}."),
            link="/certificates?mine=1",
        ),
    ),
    Text(
        "certificates.revoked",
        title=N_("Certificate {number} was revoked"),
        body=N_("{title}. The reason: {reason}"),
    ),
)


# Every kind of register entry there is, whatever the register learns to hold.
REGISTER_ENTRIES = tuple(
    sorted(
        event.kind
        for module in (events, grant_events, procedure_events)
        for event in vars(module).values()
        if isinstance(event, type) and issubclass(event, events.EntryWritten)
    )
)


def on_register_entry(entry: Recorded) -> None:
    """Reaction to every entry of the register: its certificate (RR-7)."""
    _issue_of_entry(UUID(entry.facts["entry"]), entry.at)


def on_settled(entry: Recorded) -> None:
    """Reaction to settlement.Settled: certify what moved, then close the deal (DL-1)."""
    deal = UUID(entry.facts["deal"])
    for moved in entry.facts["entries"]:
        _issue_of_entry(UUID(moved), entry.at)
    matter, technologies = matters.transaction(deal, settled_on=entry.at)
    certificate = actions.issue(
        actor=SYSTEM,
        now=entry.at,
        source=subject("deal", deal),
        matter=matter,
        technologies=technologies,
    )
    if deals.deal(deal).status is DealStatus.MOVED:
        deals_actions.mark_certified(
            actor=SYSTEM, now=entry.at, deal=deal, certificate=certificate.number
        )
    if deals.deal(deal).status is DealStatus.CERTIFIED:
        deals_actions.close(actor=SYSTEM, now=entry.at, deal=deal)


def on_issued(entry: Recorded) -> None:
    """Reaction to certificates.Issued: make the files, once the log has signed the entry."""
    try:
        actions.render(
            actor=SYSTEM,
            now=entry.at,
            real_now=datetime.now(UTC),
            certificate=UUID(entry.facts["certificate"]),
        )
    except NotYetIncluded as error:
        raise Later(str(error)) from error


def void_earlier(entry: Recorded) -> None:
    """Reaction to certificates.Rendered: what the new one takes the place of is void elsewhere."""
    certificate = queries.by_id(UUID(entry.facts["certificate"]))
    if certificate.kind in (Kind.PARTY_CREDENTIAL, Kind.ACCREDITATION):
        void_earlier_ones(actor=SYSTEM, now=entry.at, certificate=certificate.id)


def on_reissue(entry: Recorded) -> None:
    """Reaction to certificates.ReissueStarted and .ReissueAdvanced: the next batch."""
    actions.advance_reissue(
        actor=SYSTEM,
        now=entry.at,
        real_now=datetime.now(UTC),
        reissue=UUID(entry.facts["reissue"]),
        after=UUID(entry.facts["after"]),
    )


def tell_people(entry: Recorded) -> None:
    """Reaction to certificates.Rendered, .Reissued, .Revoked: tell the people of those named."""
    certificate = queries.by_id(UUID(entry.facts["certificate"]))
    people = {person for party in certificate.parties for person in parties.people_of(party)}
    if not people:
        return
    notices.notify(
        actor=SYSTEM,
        now=entry.at,
        to=sorted(people),
        kind=f"certificates.{entry.kind.rpartition('.')[2].lower()}",
        facts={
            "number": certificate.number,
            "title": certificate.title,
            "reason": certificate.revocation_reason,
        },
        link=f"/certificates/{certificate.number}",
        subject=entry.subject,
    )


def on_party_verified(entry: Recorded) -> None:
    """Reaction to parties.Verified: the party's credential (PA-4)."""
    party = UUID(entry.facts["party"])
    source = subject("party_verified", entry.id)
    if queries.find(Kind.PARTY_CREDENTIAL, source) is None:
        actions.issue(
            actor=SYSTEM,
            now=entry.at,
            source=source,
            matter=matters.party_credential(
                parties.party(party),
                verified_on=entry.at,
                days=rulebook.in_force(entry.at).rules.certificates.party_credential_days,
                nth=queries.next_in_thread(subject("party", party)),
            ),
            technologies=[],
        )


def on_party_standing(entry: Recorded) -> None:
    """Reaction to parties.Suspended and .Reinstated: the credential follows the party."""
    latest = queries.latest_of_thread(subject("party", UUID(entry.facts["party"])))
    if latest is None:
        return
    follow = actions.suspend if entry.kind == "parties.Suspended" else actions.resume
    follow(actor=SYSTEM, now=entry.at, certificate=latest.id)


def _issue_of_entry(entry: UUID, now: datetime) -> None:
    matter, technologies = register_matters.of_entry(entry)
    actions.issue(
        actor=SYSTEM,
        now=now,
        source=subject("right_entry", entry),
        matter=matter,
        technologies=technologies,
    )


def _may_read(actor: Actor, document: DocumentView) -> bool:
    return queries.may_open(actor, queries.by_id(UUID(subject_id(document.owner))))


access.register("certificate", _may_read)

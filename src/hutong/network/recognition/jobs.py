"""
What ends recognitions here, and what shows our parties' credentials elsewhere anew (PA-4).

    our mirror has a revocation ─┐
    a list, or its expiry ───────┴─► Watch: end_recognition            here, within the minute
    a later credential made, one that holds again, a venue back in good standing ─► recognition.show
    14 days before its end ─► a new credential ─► recognition.show     elsewhere
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from hutong.certificates import queries as certificates
from hutong.certificates.actions.parties import renew_party_credential
from hutong.certificates.kinds import Kind
from hutong.certificates.queries import CertificateView
from hutong.due import queries as due
from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject, subject_id
from hutong.kit.moments import local_date
from hutong.network.bodies import Body
from hutong.network.messages.kinds import Kind as MessageKind
from hutong.network.messages.rules import Answer, Message, Undecided
from hutong.network.mirrors import queries as mirrors
from hutong.network.recognition import actions, queries
from hutong.network.recognition.rules import RENEWED_BEFORE
from hutong.parties import actions as parties
from hutong.parties import queries as known
from hutong.venues import queries as venues
from hutong.venues.lists import Kind as Change
from hutong.venues.states import Standing


class Watch:
    """Looks, whenever a mirror has moved and every second, whose word stands no longer."""

    def __init__(self) -> None:
        self._looked: dict[str, int] = {}  # venue → the changes of its mirror looked at

    def step(self) -> int:
        codes = known.vouching_venues()
        if not codes:
            return 0
        now = {one.code: one.changes for one in mirrors.mirrors()}
        moved = [
            code
            for code in codes
            if self._looked.get(code) != now.get(code, 0)
            or venues.standing(code) is not Standing.GOOD
            or mirrors.is_frozen(code)
        ]
        done = end(moved, due.venue_now(datetime.now(UTC)))
        self._looked |= {code: now.get(code, 0) for code in moved}
        return done


def end(codes: Iterable[str], now: datetime) -> int:
    """End the recognitions of these venues' parties that may stand no longer."""
    ended = 0
    for one, why in queries.to_end(codes):
        parties.end_recognition(
            actor=SYSTEM, now=now, party=one.party, why=why, credential=one.credential
        )
        ended += 1
    return ended


# -- what follows at home ----------------------------------------------------------------------------


def on_rendered(entry: Recorded) -> None:
    """Reaction to certificates.Rendered: who knows the party is shown its new credential."""
    certificate = certificates.by_id(UUID(entry.facts["certificate"]))
    if certificate.kind is Kind.ACCREDITATION:
        _show_accreditation(certificate, [one.code for one in venues.others()], entry.at)
    _show_again(certificate, entry.at, 0)


def on_resumed(entry: Recorded) -> None:
    """Reaction to certificates.Resumed: it holds again, once their mirror has this entry."""
    assert entry.log_index is not None, "reactions come after the log"
    certificate = certificates.by_id(UUID(entry.facts["certificate"]))
    _show_again(certificate, entry.at, entry.log_index + 1)


def _show_accreditation(certificate: CertificateView, codes: Iterable[str], now: datetime) -> None:
    for code in codes:
        actions.show_accreditation(actor=SYSTEM, now=now, venue=code, certificate=certificate)


def _show_again(certificate: CertificateView, now: datetime, log_size: int) -> None:
    if certificate.kind is not Kind.PARTY_CREDENTIAL:
        return
    for party in certificate.parties:
        latest = actions.latest_credential(party)
        if latest is None or latest.number != certificate.number:
            continue
        for shown in queries.showings(about=subject("party", party)):
            if venues.find(shown.venue) is not None:
                actions.show(
                    actor=SYSTEM,
                    now=now,
                    party=party,
                    venue=shown.venue,
                    certificate=latest,
                    log_size=log_size,
                )


def on_list(entry: Recorded) -> None:
    """Reaction to venues.ListAdopted: whose word counts now, and who must be shown ours again."""
    end(known.vouching_venues(), entry.at)
    change, venue = entry.facts["change_kind"], entry.facts["venue"]
    everybody = [member.code for member in venues.others()]
    if change in (Change.FOUND, Change.ADMIT, Change.REINSTATE):
        to = [venue] if venue in everybody and change != Change.FOUND else everybody
        ours = [one.certificate for one in certificates.accreditations(local_date(entry.at))]
        for certificate in ours:
            _show_accreditation(certificates.by_id(certificate), to, entry.at)
    elif change in (Change.RENEW, Change.REGISTRAR) and _had_expired():
        to = everybody
    else:
        return
    for one in queries.showings():
        party = UUID(subject_id(one.about))
        latest = actions.latest_credential(party)
        if latest is not None and one.venue in to:
            actions.show(
                actor=SYSTEM, now=entry.at, party=party, venue=one.venue, certificate=latest
            )


def _had_expired() -> bool:
    """Whether the list before the one in force was over when that was issued."""
    lists = [signed["list"] for signed in venues.latest_lists(limit=2)]
    return len(lists) == 2 and str(lists[1]["expires_at"]) <= str(lists[0]["issued_at"])


def refresh_due(subject: str, due_at: datetime, now: datetime) -> None:
    """Timer recognition.refresh: a credential known elsewhere is over soon; its successor is shown
    once it is made."""
    renew_party_credential(
        actor=SYSTEM, now=now, party=UUID(subject_id(subject)), within=RENEWED_BEFORE
    )


# -- messages ----------------------------------------------------------------------------------------


def on_show(message: Message, now: datetime) -> dict[str, object]:
    """Another venue shows us a party's credential: a later one, or one that holds again."""
    body = Body(message.body)
    credential, log_size = body.object("credential"), body.count("log_size")
    held = mirrors.held(message.sender)
    if log_size > (held[0] if held else 0):
        raise Undecided("our mirror of your log is not there yet")
    actions.take_credential(actor=SYSTEM, now=now, venue=message.sender, credential=credential)
    return {}


def on_accredit(message: Message, now: datetime) -> dict[str, object]:
    """Another venue accredited an institution of its own (PA-6)."""
    credential = Body(message.body).object("credential")
    actions.accept_accreditation(actor=SYSTEM, now=now, venue=message.sender, credential=credential)
    return {}


def shown(message: Message, answer: Answer, now: datetime) -> None:
    actions.note_answer(
        actor=SYSTEM,
        now=now,
        about=message.subject,
        venue=message.recipient,
        refused=answer.refused or None,
        why=answer.facts or {},
    )


KINDS: dict[str, MessageKind] = {
    actions.SHOW: MessageKind(on_show, shown),
    actions.ACCREDIT: MessageKind(on_accredit),
}

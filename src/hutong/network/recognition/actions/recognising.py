"""
Recognising another venue's party and the person who acts for it there; showing it ours (PA-4).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from hutong.certificates import queries as certificates
from hutong.certificates.queries import CertificateView
from hutong.documents import queries as documents
from hutong.due import actions as due
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import ACT, READ, SYSTEM, Actor, Door, PartyId, PersonId
from hutong.kit.ids import subject
from hutong.kit.moments import at_local, local_date
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.messages import actions as messages
from hutong.network.mirrors import queries as mirrors
from hutong.network.recognition import credentials
from hutong.network.recognition.models import AcceptedAccreditation, Showing
from hutong.network.recognition.rules import (
    RENEWED_BEFORE,
    AccreditationAccepted,
    Answered,
    CredentialShown,
    Refusal,
    ShowingAnswered,
)
from hutong.parties import actions as parties
from hutong.parties.membership import MandateRole
from hutong.parties.queries import PartyView
from hutong.venues import queries as venues
from hutong.venues.lists import Member
from hutong.venues.states import Standing

AGENT_AT = "经办人 Agent ({venue})"  # nobody's name: who it is stays with their venue (LO-2)
SHOW: Final = "recognition.show"
ACCREDIT: Final = "recognition.accredit"
REFRESH: Final = "recognition.refresh"


# -- other venues' parties here ----------------------------------------------------------------------


@action(power=None)
def admit(
    *,
    actor: Actor,
    now: datetime,
    venue: str,
    credential: Mapping[str, Any],
    person: UUID,
    role: MandateRole = MandateRole.AGENT,
) -> Actor:
    """Recognise a party by its credential, and `person` of its venue as acting for it.

    Returns who acts here from now on. Raises Refused when the credential does not hold.
    """
    party = take_credential(actor=actor, now=now, venue=venue, credential=credential)
    return admit_person(actor=actor, now=now, venue=venue, party=party.id, person=person, role=role)


@action(power=None)
def admit_person(
    *,
    actor: Actor,
    now: datetime,
    venue: str,
    party: UUID,
    person: UUID,
    role: MandateRole = MandateRole.AGENT,
) -> Actor:
    """Know `person` of another venue as acting for a party of it that is recognised here.

    Returns who acts here from now on. Raises Refused when the party has another home.
    """
    who = parties.admit_foreign_person(
        actor=actor,
        now=now,
        home_venue=venue,
        foreign_id=person,
        display_name=AGENT_AT.format(venue=venue),
        party=party,
        role=role,
    )
    nothing_changed()  # whoever was known before is known
    return acting(venue=venue, party=party, person=who)


def acting(*, venue: str, party: UUID, person: UUID | None) -> Actor:
    """Somebody of another venue, known here already, as they act here through it."""
    return Actor(
        person=PersonId(person) if person else None,
        party=PartyId(party),
        powers=frozenset({READ, ACT}),
        door=Door.NETWORK,
        label=venue,
    )


@action(power=None)
def take_credential(
    *, actor: Actor, now: datetime, venue: str, credential: Mapping[str, Any]
) -> PartyView:
    """Recognise a party by its credential, or renew what is known of it.

    Refused: its venue is no member in good standing, or rewrote its log; the credential does not
    hold, or our mirror of its venue's log knows it as void.
    """
    issuer = in_good_standing(venue)
    vouched = credentials.read(credential, issuer)
    # What comes of the mirror after this waits for us, and then finds the party recognised.
    mirrors.hold_still(venue)
    if mirrors.void_certificates(venue, [vouched.credential]):
        raise Refused(Refusal.REVOKED, venue=venue, number=vouched.credential)
    view = parties.recognise(actor=actor, now=now, vouched=vouched)
    nothing_changed()  # a credential shown again changes nothing
    return view


@action(power=None)
def accept_accreditation(
    *, actor: Actor, now: datetime, venue: str, credential: Mapping[str, Any]
) -> None:
    """Count another venue's accreditation of its institution here (PA-6). Refused as a party's
    credential is; whether it holds later is read off that venue's log and standing."""
    said = credentials.read_accreditation(credential, in_good_standing(venue))
    if said.until < local_date(now):
        raise Refused(Refusal.ACCREDITATION_OVER, until=said.until)
    if mirrors.void_certificates(venue, [said.number]):
        raise Refused(Refusal.REVOKED, venue=venue, number=said.number)
    known = AcceptedAccreditation.objects.filter(venue=venue, number=said.number)
    if known.exists():
        nothing_changed()
        return
    AcceptedAccreditation.objects.create(
        venue=venue,
        number=said.number,
        institution=said.institution,
        name_zh=said.name_zh,
        name_en=said.name_en,
        capability=said.capability,
        starts_on=said.starts_on,
        until=said.until,
        accepted_at=now,
    )
    record(
        subject("accreditation", said.number),
        AccreditationAccepted(
            venue=venue,
            number=said.number,
            institution=said.institution,
            capability=said.capability,
            until=said.until,
        ),
    )


def in_good_standing(venue: str) -> Member:
    """A venue whose word counts now. Raises Refused."""
    issuer = venues.find(venue)
    if issuer is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="venue")
    if venues.standing(venue) is not Standing.GOOD:
        raise Refused(Refusal.NOT_IN_STANDING, venue=venue)
    if mirrors.is_frozen(venue):
        raise Refused(Refusal.LOG_REWRITTEN, venue=venue)
    return issuer


# -- our parties elsewhere ---------------------------------------------------------------------------


@action(power=None)
def note_shown(
    *, actor: Actor, now: datetime, party: UUID, venue: str, certificate: CertificateView
) -> None:
    """Note that a venue is being shown a party's credential, whatever it is shown with.

    From now on later ones are shown to it too, and this one is renewed before it is over.
    """
    about = subject("party", party)
    Showing.objects.update_or_create(
        about=about,
        venue=venue,
        defaults={
            "number": certificate.number,
            "answered": Answered.WAITING.value,
            "why": {},
            "shown_at": now,
        },
    )
    if certificate.valid_until is not None:
        ends_at = at_local(certificate.valid_until, 0)
        due.schedule(subject=about, kind=REFRESH, due_at=ends_at - RENEWED_BEFORE)
    record(about, CredentialShown(about=about, to=venue, number=certificate.number))


@action(power=None)
def show(
    *,
    actor: Actor,
    now: datetime,
    party: UUID,
    venue: str,
    certificate: CertificateView,
    log_size: int = 0,
) -> None:
    """Show a party's credential to a venue that knows the party.

    `log_size`: how much of our log its mirror must have, to know that the credential holds again.
    """
    note_shown(actor=actor, now=now, party=party, venue=venue, certificate=certificate)
    messages.send(
        actor=SYSTEM,
        now=now,
        to=venue,
        about=subject("party", party),
        kind=SHOW,
        body={"credential": credential_of(certificate), "log_size": log_size},
    )


@action(power=None)
def show_accreditation(
    *, actor: Actor, now: datetime, venue: str, certificate: CertificateView
) -> None:
    """Show an accreditation to another venue, so that it counts there (PA-6)."""
    messages.send(
        actor=SYSTEM,
        now=now,
        to=venue,
        about=subject("certificate", certificate.id),
        kind=ACCREDIT,
        body={"credential": credential_of(certificate)},
    )
    nothing_changed()


@action(power=None)
def note_answer(
    *,
    actor: Actor,
    now: datetime,
    about: str,
    venue: str,
    refused: str | None,
    why: Mapping[str, Any],
) -> None:
    """Note what a venue said to the credential it was shown."""
    row = Showing.objects.select_for_update().filter(about=about, venue=venue).first()
    if row is None:
        nothing_changed()
        return
    row.answered = (Answered.REFUSED if refused else Answered.TAKEN).value
    row.why = {"code": refused, **why} if refused else {}
    row.save(update_fields=["answered", "why"])
    record(about, ShowingAnswered(about=about, to=venue, number=row.number, refused=refused))


def credential_of(certificate: CertificateView) -> dict[str, Any]:
    """The credential's file, as it is shown."""
    assert certificate.credential is not None, "shown once it is made"
    return credentials.parsed(documents.read_bytes(certificate.credential))


def latest_credential(party: UUID) -> CertificateView | None:
    """The credential of a party of ours that can be shown; None while there is none."""
    found = certificates.latest_of_thread(subject("party", party))
    return found if found is not None and found.credential is not None else None

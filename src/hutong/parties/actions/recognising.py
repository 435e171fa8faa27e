"""
Parties and persons of other venues (PA-4): known here by their home venue's word, and as long as
it stands.

The caller has checked the credential and that its issuer is a member in good standing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from hutong.due import actions as due
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor, PersonId
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import at_local
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import identifiers as numbers
from hutong.parties import rules, sign_in
from hutong.parties.actions.locking import locked_party
from hutong.parties.actions.mandates import grant
from hutong.parties.actions.register import details, write_details, write_identifiers
from hutong.parties.membership import MandateRevoked, MandateRole
from hutong.parties.models import ForeignPerson, Identifier, Mandate, Party, Person, Recognition
from hutong.parties.queries.parties import PartyView, view
from hutong.parties.rules import Kind, Refusal, Status, Vouching

ENDS = "parties.recognition_ends"
ELSEWHERE = UUID(int=0)  # who entered a party that another venue verified: nobody here


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What a home venue says of a party of its own, in a credential that was checked."""

    home_venue: str
    foreign_id: UUID
    credential: str
    until: date
    kind: Kind
    name_zh: str
    name_en: str
    jurisdiction: str
    identifiers: tuple[tuple[str, str], ...]


@action(power=None)
def recognise(*, actor: Actor, now: datetime, vouched: Vouched) -> PartyView:
    """Enter a party of another venue as verified, or renew what is known of it.

    Refused: the credential is over, or a later one is known of; one of its identifiers is that of a
    party with another home (one identifier, one party: PA-1).
    """
    if _over(vouched.until) <= now:
        raise Refused(Refusal.CREDENTIAL_OVER, until=vouched.until)
    known = Recognition.objects.filter(home_venue=vouched.home_venue, foreign_id=vouched.foreign_id)
    party = known.values_list("party_id", flat=True).first()
    locked = locked_party(party) if party else None  # the party first, as whoever ends it does
    held = known.select_for_update().first()
    if held is not None and _says_the_same(held, vouched):
        nothing_changed()
        return view(held.party)
    if held is not None and rules.is_earlier(vouched.credential, held.credential):
        raise Refused(
            Refusal.CREDENTIAL_SUPERSEDED,
            venue=held.home_venue,
            name=held.party.name_zh or held.party.name_en,
            number=held.credential,
        )
    row = locked or _new_party(vouched, now)
    _write(row, vouched)
    Recognition.objects.update_or_create(
        home_venue=vouched.home_venue,
        foreign_id=vouched.foreign_id,
        defaults={
            "party": row,
            "credential": vouched.credential,
            "until": vouched.until,
            "recognised_at": now,
            "ended_at": None,
            "why": "",
        },
    )
    due.schedule(
        subject=subject("party", row.id),
        kind=ENDS,
        due_at=_over(vouched.until),
    )
    event = _renewed(row, vouched) if _barred_here(row) else _recognised(row, vouched)
    row.status = rules.evolve(Status(row.status), [event]).value
    row.why = row.why if row.status == Status.SUSPENDED.value else ""
    row.save()
    record(subject("party", row.id), event)
    return view(row)


@action(power=None)
def end_recognition(
    *, actor: Actor, now: datetime, party: UUID, why: Vouching, credential: str = ""
) -> None:
    """A home venue's word for a party holds no longer: it lists, bids and receives no rights.

    Of `credential`, where one is named: a later one that came meanwhile stands. What was agreed
    before stands. A credential that is valid again brings it back (`recognise`).
    """
    row = locked_party(party)
    held = Recognition.objects.select_for_update().filter(party=row).first()
    if held is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="party")
    over = _over(held.until) <= now
    other = bool(credential) and held.credential != credential
    if held.ended_at is not None or other or (why is Vouching.EXPIRED and not over):
        nothing_changed()
        return
    held.ended_at, held.why = now, why.value
    held.save(update_fields=["ended_at", "why"])
    event = rules.RecognitionEnded(party=row.id, home_venue=held.home_venue, why=why)
    row.status = rules.evolve(Status(row.status), [event]).value
    row.save(update_fields=["status"])
    due.cancel(subject=subject("party", row.id), kind=ENDS)
    record(subject("party", row.id), event)


@action(power=None)
def admit_foreign_person(
    *,
    actor: Actor,
    now: datetime,
    home_venue: str,
    foreign_id: UUID,
    display_name: str,
    party: UUID,
    role: MandateRole,
) -> PersonId:
    """Know a person of another venue who acts for a party of that venue, as it says.

    They have no account here: no address, no password. Refused when the party has another home.
    """
    row = locked_party(party)
    if not Recognition.objects.filter(party=row, home_venue=home_venue).exists():
        raise Refused(CommonRefusal.NOT_FOUND, what="party")
    name = sign_in.display_name(display_name)
    known = ForeignPerson.objects.filter(home_venue=home_venue, foreign_id=foreign_id).first()
    if known is None:
        person = Person(id=new_id(), email=f"{foreign_id}@{home_venue.lower()}.invalid")
        person.display_name = name
        person.set_unusable_password()
        person.save(force_insert=True)
        ForeignPerson.objects.create(person=person, home_venue=home_venue, foreign_id=foreign_id)
    else:
        person = known.person
    live = Mandate.objects.filter(party=row, person=person, revoked_at__isnull=True).first()
    if live is not None and live.role == role.value:
        nothing_changed()
        return PersonId(person.id)
    if live is not None:  # its venue says now that they act otherwise
        live.revoked_at = now
        live.save(update_fields=["revoked_at"])
        record(
            subject("party", row.id),
            MandateRevoked(
                mandate=live.id, party=row.id, role=MandateRole(live.role), person=person.id
            ),
        )
    grant(party=row, person=person, role=role, by=None, now=now)
    return PersonId(person.id)


def _over(until: date) -> datetime:
    """The end of the last day a credential holds."""
    return at_local(until + timedelta(days=1), 0)


def _barred_here(row: Party) -> bool:
    """Whether this venue's own officers suspended it: they gave a reason, a lapse has none."""
    return row.status == Status.SUSPENDED.value and bool(row.why)


def _recognised(row: Party, vouched: Vouched) -> rules.Recognised:
    return rules.Recognised(
        party=row.id,
        party_kind=vouched.kind,
        jurisdiction=row.jurisdiction,
        home_venue=vouched.home_venue,
        credential=vouched.credential,
        until=vouched.until,
        details=details(row.state()),
    )


def _renewed(row: Party, vouched: Vouched) -> rules.RecognitionRenewed:
    return rules.RecognitionRenewed(
        party=row.id,
        home_venue=vouched.home_venue,
        credential=vouched.credential,
        until=vouched.until,
        details=details(row.state()),
    )


def _says_the_same(held: Recognition, vouched: Vouched) -> bool:
    return (
        held.ended_at is None
        and held.credential == vouched.credential
        and held.until == vouched.until
    )


def _new_party(vouched: Vouched, now: datetime) -> Party:
    row = Party(
        id=new_id(),
        kind=vouched.kind.value,
        home_venue=vouched.home_venue,
        registered_at=now,
        entered_by=ELSEWHERE,
    )
    write_details(row, vouched.name_zh, vouched.name_en, vouched.jurisdiction, False)
    row.save(force_insert=True)
    return row


def _write(row: Party, vouched: Vouched) -> None:
    row.kind = vouched.kind.value
    write_details(row, vouched.name_zh, vouched.name_en, vouched.jurisdiction, row.state_owned)
    pairs = [numbers.identifier(scheme, value) for scheme, value in vouched.identifiers]
    _require_ours(row, pairs)
    row.identifiers.all().delete()
    write_identifiers(row, pairs)


def _require_ours(row: Party, pairs: Iterable[tuple[str, str]]) -> None:
    """Refuse an identifier that another party here has, naming where that one is at home."""
    for scheme, value in pairs:
        taken = Identifier.objects.filter(scheme=scheme, value=value).exclude(party=row)
        if other := taken.select_related("party").first():
            raise Refused(
                Refusal.HOME_ELSEWHERE,
                scheme=scheme,
                value=value,
                venue=other.party.home_venue or "—",
            )

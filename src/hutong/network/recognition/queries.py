"""
Where our parties' credentials were shown, and whether what is recognised here may be.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from hutong.certificates import queries as certificates
from hutong.journal import queries as journal
from hutong.kit.actor import Actor
from hutong.kit.audit import Discrepancy
from hutong.kit.ids import subject_id
from hutong.network.mirrors import queries as mirrors
from hutong.network.recognition.models import AcceptedAccreditation, Showing
from hutong.network.recognition.rules import (
    AccreditationAccepted,
    Answered,
    CredentialShown,
    ShowingAnswered,
)
from hutong.parties import queries as parties
from hutong.parties.rules import Vouching
from hutong.venues import queries as venues
from hutong.venues.states import Standing

SEE: Final = "network.operate"
MOST: Final = 500  # rows of an officer's list
WITHIN: Final = timedelta(minutes=1)  # of its revocation becoming known a recognition has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowingView:
    """A credential of ours as another venue was last shown it."""

    about: str
    venue: str
    number: str
    answered: Answered
    why: dict[str, Any]
    shown_at: datetime


def showings(*, about: str = "", venue: str = "") -> list[ShowingView]:
    """Where a credential was shown, or what a venue was shown; all, latest first."""
    rows = Showing.objects.order_by("-shown_at", "-id")
    rows = rows.filter(about=about) if about else rows
    rows = rows.filter(venue=venue) if venue else rows
    return [
        ShowingView(
            about=row.about,
            venue=row.venue,
            number=row.number,
            answered=Answered(row.answered),
            why=row.why,
            shown_at=row.shown_at,
        )
        for row in rows
    ]


def showings_for(actor: Actor, venue: str = "", limit: int = MOST) -> list[ShowingView]:
    """The same for officers of the network, latest first."""
    actor.need(SEE)
    return showings(venue=venue)[:limit]


def recognitions_for(
    actor: Actor, venue: str = "", limit: int = MOST, *, ended: bool = False
) -> list[parties.RecognitionView]:
    """Parties of other venues, latest first, or only those whose recognition ended; for officers of
    the network."""
    actor.need(SEE)
    return parties.recognitions(venue, limit, ended=ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccreditedView:
    """A business that an institution's home venue accredited it for; whether that counts today."""

    capability: str
    number: str
    until: date
    counts: bool


def accreditations_of(
    institutions: Collection[tuple[str, UUID]], on: date
) -> dict[tuple[str, UUID], list[AccreditedView]]:
    """What institutions, by venue and their id there, are accredited for; ended ones too."""
    rows = AcceptedAccreditation.objects.filter(institution__in=[id for _, id in institutions])
    by_venue: dict[str, list[AcceptedAccreditation]] = {}
    for row in rows.order_by("capability", "number"):
        by_venue.setdefault(row.venue, []).append(row)
    found: dict[tuple[str, UUID], list[AccreditedView]] = {}
    for code, theirs in by_venue.items():
        stands = venues.standing(code) is Standing.GOOD and not mirrors.is_frozen(code)
        void = mirrors.void_certificates(code, [row.number for row in theirs])
        for row in theirs:
            counts = stands and row.number not in void and row.starts_on <= on <= row.until
            found.setdefault((code, row.institution), []).append(
                AccreditedView(
                    capability=row.capability, number=row.number, until=row.until, counts=counts
                )
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """A service institution with one business it is accredited for, and by which venue (PA-6)."""

    venue: str
    number: str
    name_zh: str
    name_en: str
    capability: str
    until: date
    url: str  # of the certificate


def institutions(on: date, capability: str = "") -> list[Institution]:
    """Whose accreditation counts on a day: ours, and those of members in good standing whose log
    has not made them void."""
    mine = venues.my_code()
    found = [
        Institution(
            venue=mine,
            number=one.number,
            name_zh=one.name_zh,
            name_en=one.name_en,
            capability=one.capability,
            until=one.until,
            url=f"/certificates/{one.number}",
        )
        for one in certificates.accreditations(on)
    ]
    rows = AcceptedAccreditation.objects.filter(until__gte=on, starts_on__lte=on)
    by_venue: dict[str, list[AcceptedAccreditation]] = {}
    for row in rows.order_by("venue", "number"):
        by_venue.setdefault(row.venue, []).append(row)
    for code, theirs in by_venue.items():
        if venues.standing(code) is not Standing.GOOD or mirrors.is_frozen(code):
            continue
        void = mirrors.void_certificates(code, [row.number for row in theirs])
        url = venues.url_of(code)
        found += [
            Institution(
                venue=code,
                number=row.number,
                name_zh=row.name_zh,
                name_en=row.name_en,
                capability=row.capability,
                until=row.until,
                url=f"{url}/certificates/{row.number}",
            )
            for row in theirs
            if row.number not in void
        ]
    found = [one for one in found if capability in ("", one.capability)]
    return sorted(found, key=lambda one: (one.capability, one.name_zh or one.name_en, one.number))


def to_end(codes: Iterable[str]) -> Iterator[tuple[parties.RecognitionView, Vouching]]:
    """The recognitions of these venues' parties that may stand no longer, and why."""
    for code in codes:
        live = parties.live_recognitions(code)
        if venues.standing(code) is not Standing.GOOD or mirrors.is_frozen(code):
            yield from ((one, Vouching.VENUE) for one in live)
            continue
        void = mirrors.void_certificates(code, [one.credential for one in live])
        yield from ((one, Vouching.REVOKED) for one in live if one.credential in void)


def audit() -> Iterator[Discrepancy]:
    """Recognitions that should have ended, and showings that the journal does not tell of."""
    real_now = venues.database_time()
    for one, why in to_end(parties.vouching_venues()):
        mirror = mirrors.mirror(one.home_venue)
        grew_at = mirror.grew_at if mirror else None
        if why is Vouching.REVOKED and grew_at and real_now - grew_at < WITHIN:
            continue  # it came this minute
        yield Discrepancy(f"network.recognition {one.party}", f"ended: {why.value}", "live")
    told: dict[tuple[str, str], tuple[str, str]] = {}
    for entry in journal.of_kinds((CredentialShown.kind, ShowingAnswered.kind)):
        facts = entry.facts
        answered = Answered.WAITING
        if entry.kind == ShowingAnswered.kind:
            answered = Answered.REFUSED if facts["refused"] else Answered.TAKEN
        told[facts["about"], facts["to"]] = (facts["number"], answered.value)
    for row in Showing.objects.all():
        expected, found = told.pop((row.about, row.venue), None), (row.number, row.answered)
        if expected != found:
            place = f"network.showing {subject_id(row.about)} to {row.venue}"
            yield Discrepancy(place, str(expected), str(found))
    for about, venue in told:
        yield Discrepancy(f"network.showing {subject_id(about)} to {venue}", "a row", "none")
    accepted = {
        (entry.facts["venue"], entry.facts["number"]): entry.facts["until"]
        for entry in journal.of_kinds((AccreditationAccepted.kind,))
    }
    for kept in AcceptedAccreditation.objects.all():
        expected = accepted.pop((kept.venue, kept.number), "none")
        if expected != kept.until.isoformat():
            place = f"network.accreditation {kept.number}"
            yield Discrepancy(place, str(expected), kept.until.isoformat())
    for _venue, number in accepted:
        yield Discrepancy(f"network.accreditation {number}", "a row", "none")

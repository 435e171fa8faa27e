"""
For tests of this area and of the network's: venues that exist on paper, with keys that sign.

    three = venues("SZTE", "SDTE", "CDTE")          keys in memory; no database
    network = Story(three)                          a chain of lists, grown change by change
    others = join("SZTE", "CDTE", now=…)            this venue's database: in a network with them
    venues("SZTE", directory=tmp_path)[0].keyring   a keyring in a directory, as a venue has it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.transparency import multikey
from hutong.transparency import queries as log
from hutong.transparency.chain import make_authority
from hutong.transparency.keys import Keyring, pem
from hutong.transparency.note import COSIGNATURE, Signer, VerifierKey
from hutong.transparency.signers import Ed25519Signer
from hutong.transparency.venue_keys import Venue
from hutong.venues import actions, chain, lists, queries, signing
from hutong.venues.actions.adopting import begin
from hutong.venues.lists import (
    Application,
    Approval,
    Change,
    Description,
    Held,
    Kind,
    List,
    SignedList,
)
from hutong.venues.rolls import Roll

BEGINNING = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
REGIONS = {"SZTE": "CN-GD", "SDTE": "CN-SD", "CDTE": "CN-SC", "HNTE": "CN-HI", "GZTE": "CN-GD"}


@dataclass(frozen=True, kw_only=True)
class PaperVenue:
    """A venue that no process runs: its description, and the keys it describes."""

    description: Description
    log: Signer
    witness: Signer
    message: Signer
    credential: Signer
    keyring: Keyring | None = None

    @property
    def code(self) -> str:
        return self.description.code


def venues(*codes: str, directory: Path | None = None) -> list[PaperVenue]:
    """Venues of these codes at addresses where nobody answers; with keyrings under `directory`."""
    return [paper_venue(code, directory=directory) for code in codes]


def paper_venue(
    code: str,
    *,
    url: str | None = None,
    origin: str | None = None,
    directory: Path | None = None,
    passphrase: str = "paper",
) -> PaperVenue:
    venue = Venue(
        code=code,
        name_zh=f"{code} 技术交易所",
        name_en=f"{code} Technology Exchange",
        origin=origin or f"{code.lower()}.example",
    )
    url = url or f"https://{venue.origin}"
    if directory is not None:
        keyring = Keyring.create(
            directory / code.lower(), passphrase, venue=venue, made_at=datetime.now(UTC)
        )
        return _of_keyring(keyring, url)
    signers = [Ed25519Signer(Ed25519PrivateKey.generate()) for _ in range(4)]
    logs, witness, message, credential = signers
    authority = make_authority(venue, ec.generate_private_key(ec.SECP256R1()), BEGINNING)
    return PaperVenue(
        description=Description(
            code=code,
            name_zh=venue.name_zh,
            name_en=venue.name_en,
            region=REGIONS.get(code, "CN-SH"),
            url=url,
            log_origin=venue.log_origin,
            log_keys=(VerifierKey(venue.log_origin, logs.public_key).text(),),
            witness_keys=(VerifierKey(venue.witness_name, witness.public_key, COSIGNATURE).text(),),
            message_keys=(multikey.ed25519(message.public_key),),
            credential_keys=(multikey.ed25519(credential.public_key),),
            certificate_authorities=(pem(authority),),
        ),
        log=logs,
        witness=witness,
        message=message,
        credential=credential,
    )


def _of_keyring(keyring: Keyring, url: str) -> PaperVenue:
    told, venue = keyring.public().as_json(), keyring.venue
    return PaperVenue(
        description=Description(
            code=venue.code,
            name_zh=venue.name_zh,
            name_en=venue.name_en,
            region=REGIONS.get(venue.code, "CN-SH"),
            url=url,
            log_origin=venue.log_origin,
            log_keys=tuple(told["log"]),
            witness_keys=tuple(told["witness"]),
            message_keys=tuple(told["message"]),
            credential_keys=tuple(told["credential"]),
            certificate_authorities=tuple(told["certificate_authorities"]),
        ),
        log=keyring.log_signer,
        witness=keyring.witness_signer,
        message=keyring.message_signer,
        credential=keyring.credential_signer,
        keyring=keyring,
    )


def this_venue() -> PaperVenue:
    """The venue whose database and keyring this process has."""
    keyring = log.keyring()
    return PaperVenue(
        description=queries.me(),
        log=keyring.log_signer,
        witness=keyring.witness_signer,
        message=keyring.message_signer,
        credential=keyring.credential_signer,
        keyring=keyring,
    )


@dataclass
class Story:
    """A network on paper: its venues, its lists so far, and the roll after them."""

    venues: Sequence[PaperVenue]
    at: datetime = BEGINNING
    name: str = "paper network"
    told: list[SignedList] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.known = {venue.code: venue for venue in self.venues}
        first = self.venues[0]
        change = Change(
            id=new_id(),
            network=None,
            kind=Kind.FOUND,
            venue=first.code,
            details={
                "name": self.name,
                "members": [venue.description.as_json() for venue in self.venues],
            },
            reason="",
            proposed_by=first.code,
            proposed_at=self.at,
        )
        members = [venue.description for venue in self.venues]
        new = chain.genesis(name=self.name, members=members, change=change, at=self.at)
        signatures = [lists.sign(new, venue=v.code, signer=v.message) for v in self.venues]
        signed = SignedList(list=new, signatures=tuple(signatures))
        self.rolls: list[Roll] = [chain.open_genesis(signed)]
        self.told.append(signed)

    @property
    def roll(self) -> Roll:
        return self.rolls[-1]

    def change(
        self,
        kind: Kind,
        venue: str,
        details: Mapping[str, Any] | None = None,
        *,
        reason: str = "as told",
        by: str | None = None,
        at: datetime | None = None,
    ) -> Change:
        if kind is Kind.REGISTRAR and details is None:
            details = {"base": self.roll.digest}
        return Change(
            id=new_id(),
            network=self.roll.network,
            kind=kind,
            venue=venue,
            details=details or {},
            reason=reason,
            proposed_by=by or self.roll.registrar,
            proposed_at=at or self.at,
        )

    def approval(self, change: Change, by: str, *, at: datetime | None = None) -> Approval:
        held = None
        if change.kind is Kind.REGISTRAR:
            origin = self.roll.members[self.roll.registrar].log_origin
            held = Held(origin=origin, size=7, root="00" * 32)
        signer = self.known[by].message
        return lists.approve(change, venue=by, at=at or self.at, signer=signer, held=held)

    def signed(self, new: List, by: str | None = None) -> SignedList:
        by = by or new.registrar
        signature = lists.sign(new, venue=by, signer=self.known[by].message)
        return SignedList(list=new, signatures=(signature,))

    def next(self, change: Change, *by: str, roll: Roll | None = None) -> SignedList:
        """The list that makes `change` with the approvals of `by`, signed by its registrar."""
        approvals = [self.approval(change, code) for code in by]
        return self.signed(chain.next_list(roll or self.roll, change, approvals, at=self.at))

    def take(self, signed: SignedList) -> SignedList:
        self.rolls.append(chain.follow(self.roll, signed))
        self.told.append(signed)
        return signed

    def make(
        self, kind: Kind, venue: str, details: Mapping[str, Any] | None = None, *, by: Sequence[str]
    ) -> SignedList:
        """Propose, approve, list and adopt a change, an hour after the one before."""
        self.at += timedelta(hours=1)
        return self.take(self.next(self.change(kind, venue, details), *by))

    def application(self, venue: PaperVenue, *, at: datetime | None = None) -> Application:
        self.known[venue.code] = venue
        return lists.apply_for(
            self.roll.network, venue.description, at=at or self.at, signer=venue.message
        )

    def admit(self, venue: PaperVenue, *, by: Sequence[str]) -> SignedList:
        self.at += timedelta(hours=1)
        told = {"application": self.application(venue).as_json()}
        return self.take(self.next(self.change(Kind.ADMIT, venue.code, told), *by))


def join(
    *codes: str,
    now: datetime,
    registrar: str | None = None,
    at: datetime | None = None,
    directory: Path | None = None,
    others: Sequence[PaperVenue] = (),
) -> Story:
    """Put this venue's database into a network with paper venues of `codes`, or with `others`.

    The first in the list, `registrar` or this venue, is the registrar. `at` is real time, none:
    now. The story's `take_here` goes on with it.
    """
    given = [*(others or venues(*codes, directory=directory)), this_venue()]
    first = registrar or queries.my_code()
    given.sort(key=lambda venue: venue.code != first)
    story = Story(given, at=at or datetime.now(UTC))
    begin_here(story, now=now)
    return story


def begin_here(story: Story, *, now: datetime) -> None:
    from hutong.journal.actions import action, nothing_changed

    @action(power=None)
    def enter(*, actor: Any, now: datetime) -> None:
        nothing_changed()
        begin(story.told, story.rolls, now)

    enter(actor=SYSTEM, now=now)
    signing.remember(story.told[-1], log.keyring().directory)


def take_here(story: Story, signed: SignedList, *, now: datetime) -> int:
    """Let this venue's database adopt a list, as if it came over the network."""
    return actions.adopt(
        actor=SYSTEM, now=now, real_now=max(datetime.now(UTC), story.at), lists=[signed]
    )


__all__ = [
    "BEGINNING",
    "PaperVenue",
    "Story",
    "begin_here",
    "join",
    "paper_venue",
    "take_here",
    "this_venue",
    "venues",
]

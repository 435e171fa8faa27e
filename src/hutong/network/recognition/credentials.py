"""
Reading a party credential of another venue: every check that its issuer's public keys allow (PA-4).

Pure but for the keys it is given.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from hutong.certificates import credential as vc
from hutong.certificates import verification
from hutong.certificates.content import content_digest
from hutong.certificates.kinds import Kind
from hutong.kit.canonical import canonical
from hutong.kit.refusal import Refused
from hutong.network.recognition.rules import Refusal
from hutong.parties.actions import Vouched
from hutong.parties.rules import Kind as PartyKind
from hutong.transparency.proof import LogProof
from hutong.transparency.venue_keys import Venue, VenueKeys
from hutong.venues.lists import Member
from hutong.venues.queries import keys_in

MAX_BYTES = 200_000


def read(credential: Mapping[str, Any], issuer: Member) -> Vouched:
    """What `issuer` says of one of its parties. Raises Refused with the step that failed."""
    number, content = _genuine(credential, issuer, Kind.PARTY_CREDENTIAL)
    verified, holder = content["verified"], content["holder"]
    if verified["home_venue"] != issuer.code:
        raise Refused(
            Refusal.OTHER_VENUES_PARTY,
            name=holder["name_zh"] or holder["name_en"],
            venue=verified["home_venue"],
        )
    return Vouched(
        home_venue=issuer.code,
        foreign_id=UUID(holder["id"]),
        credential=number,
        until=date.fromisoformat(verified["until"]),
        kind=PartyKind(verified["kind"]),
        name_zh=holder["name_zh"],
        name_en=holder["name_en"],
        jurisdiction=verified["jurisdiction"],
        identifiers=tuple((scheme, value) for scheme, value in holder["identifiers"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Accredited:
    """What a venue says of a service institution of its own, in a certificate that was checked."""

    venue: str
    number: str
    institution: UUID
    name_zh: str
    name_en: str
    capability: str
    starts_on: date
    until: date


def read_accreditation(credential: Mapping[str, Any], issuer: Member) -> Accredited:
    """What `issuer` accredited. Raises Refused with the step that failed (PA-6)."""
    number, content = _genuine(credential, issuer, Kind.ACCREDITATION)
    said, institution = content["accreditation"], content["institution"]
    return Accredited(
        venue=issuer.code,
        number=number,
        institution=UUID(institution["id"]),
        name_zh=institution["name_zh"],
        name_en=institution["name_en"],
        capability=said["capability"],
        starts_on=date.fromisoformat(said["from"]),
        until=date.fromisoformat(said["until"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """A transaction certificate that was checked: its content and its entry in its venue's log."""

    number: str
    content: dict[str, Any]
    content_digest: str
    leaf: bytes
    log_index: int


def read_transaction(credential: Mapping[str, Any], issuer: Member) -> Certified:
    """What `issuer` certified of a deal. Raises Refused with the step that failed."""
    number, content = _genuine(credential, issuer, Kind.TRANSACTION)
    leaf, proof = vc.evidence(credential)
    return Certified(
        number=number,
        content=content,
        content_digest=content_digest(content),
        leaf=leaf,
        log_index=LogProof.parse(proof).index,
    )


def _genuine(
    credential: Mapping[str, Any], issuer: Member, kind: Kind
) -> tuple[str, dict[str, Any]]:
    """Number and content of a certificate of `kind` by `issuer`. Raises Refused."""
    data = canonical(dict(credential))
    if len(data) > MAX_BYTES:
        raise _wrong(f"it has {len(data)} bytes")
    report = verification.verify(data, keys_of(issuer))
    if not report.verified or report.content is None:
        why = [step.sentence() for step in report.failures()]
        raise _wrong(" ".join(why) or "it is not signed by its venue")
    if report.content["kind"] != kind:
        raise _wrong(f"it is a {report.content['kind']}, not a {kind.value}")
    return report.number, dict(report.content)


def keys_of(issuer: Member) -> VenueKeys:
    """A member's public keys as a verifier takes them."""
    keys = keys_in(issuer)
    return VenueKeys(
        venue=Venue(
            code=issuer.code,
            name_zh=issuer.name_zh,
            name_en=issuer.name_en,
            origin=issuer.log_origin.removesuffix("/log"),
        ),
        log=keys.log,
        witness=keys.witness,
        credential=tuple(keys.credential.values()),
        message=tuple(keys.message.values()),
        certificate_authorities=keys.certificate_authorities,
    )


def parsed(data: bytes) -> dict[str, Any]:
    """A credential from its file."""
    return dict(json.loads(data))


def _wrong(problem: str) -> Refused:
    return Refused(Refusal.CREDENTIAL_WRONG, problem=problem)

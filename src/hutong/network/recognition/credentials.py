"""
Reading a party credential of another venue: every check that its issuer's public keys allow (PA-4).

Pure but for the keys it is given.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from hutong.certificates import credential as vc
from hutong.certificates import verification
from hutong.certificates.content import content_digest
from hutong.certificates.kinds import Kind
from hutong.kit.canonical import canonical
from hutong.kit.refusal import Refused
from hutong.network.bodies import is_seen
from hutong.network.recognition.rules import Refusal
from hutong.parties.actions import Vouched
from hutong.parties.rules import Kind as PartyKind
from hutong.transparency.proof import LogProof
from hutong.transparency.venue_keys import Venue, VenueKeys
from hutong.venues.lists import Member
from hutong.venues.queries import keys_in

MAX_BYTES = 200_000
LONGEST_NAME = 200
_JURISDICTION = re.compile("[A-Z]{2}")


def read(credential: Mapping[str, Any], issuer: Member) -> Vouched:
    """What `issuer` says of one of its parties. Raises Refused with the step that failed."""
    return vouched(issuer.code, *_genuine(credential, issuer, Kind.PARTY_CREDENTIAL))


def vouched(issuer: str, number: str, content: Mapping[str, Any]) -> Vouched:
    """What a credential that is genuine says. Raises Refused: a member may sign anything."""
    verified, holder = _read(lambda: (content["verified"], content["holder"]))
    home = _read(lambda: _line(verified["home_venue"], 40))
    if home != issuer:
        name = _read(lambda: _line(holder["name_zh"] or holder["name_en"], LONGEST_NAME))
        raise Refused(Refusal.OTHER_VENUES_PARTY, name=name, venue=home)
    return _read(
        lambda: Vouched(
            home_venue=issuer,
            foreign_id=UUID(holder["id"]),
            credential=number,
            until=date.fromisoformat(verified["until"]),
            kind=PartyKind(verified["kind"]),
            name_zh=_line(holder["name_zh"], LONGEST_NAME),
            name_en=_line(holder["name_en"], LONGEST_NAME),
            jurisdiction=_matching(verified["jurisdiction"], _JURISDICTION),
            identifiers=tuple(
                (_line(scheme, 20, least=1), _line(value, 60, least=1))
                for scheme, value in holder["identifiers"]
            ),
        )
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
    return accredited(issuer.code, *_genuine(credential, issuer, Kind.ACCREDITATION))


def accredited(issuer: str, number: str, content: Mapping[str, Any]) -> Accredited:
    """What an accreditation that is genuine says. Raises Refused."""
    said, institution = _read(lambda: (content["accreditation"], content["institution"]))
    return _read(
        lambda: Accredited(
            venue=issuer,
            number=number,
            institution=UUID(institution["id"]),
            name_zh=_line(institution["name_zh"], LONGEST_NAME),
            name_en=_line(institution["name_en"], LONGEST_NAME),
            capability=_line(said["capability"], 40, least=1),
            starts_on=date.fromisoformat(said["from"]),
            until=date.fromisoformat(said["until"]),
        )
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


T = TypeVar("T")


def _read(taking: Callable[[], T]) -> T:
    """What a member signed of its own, as far as it can be what it should be. Raises Refused."""
    try:
        return taking()
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _wrong("what it says cannot be read") from error


def _line(value: Any, longest: int, *, least: int = 0) -> str:
    if not isinstance(value, str) or not least <= len(value) <= longest or not is_seen(value):
        raise ValueError(value)
    return value


def _matching(value: Any, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(value)
    return value


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

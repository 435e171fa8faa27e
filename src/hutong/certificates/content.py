"""
What a certificate says: plain data, frozen when it is issued (CE-2).

The content is the one thing behind all three forms: the PDF shows it, the credential carries it,
the log commits to its digest. It begins with a salt, so that the digest in the public log betrays
nothing of it, and so that a check code can be derived which only those who hold the certificate
know.

Pure: values in, plain JSON out. Shares are written as fractions, amounts in the minor unit.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar, Final

from hutong.certificates import fields
from hutong.certificates.kinds import KINDS, Kind
from hutong.kit.canonical import SALT_BYTES, canonical, digest_of

FORMAT: Final = "hutong-certificate/1"
EVIDENCE: Final = "evidence"
_CODE_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: read aloud safely
_CODE_CHARACTERS: Final = 16  # 80 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueFacts:
    """Who issues. `origin` names the venue without scheme, as in its key file."""

    code: str
    name_zh: str
    name_en: str
    origin: str
    demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    """A party as a certificate names it."""

    id: str
    name_zh: str
    name_en: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()

    def plain(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "identifiers": [list(pair) for pair in self.identifiers],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnologyFacts:
    """A technology as a certificate names it; `numbers` by their kind (application, grant, …)."""

    id: str
    kind: str
    title_zh: str
    title_en: str = ""
    numbers: Mapping[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "numbers": dict(self.numbers),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderFacts:
    """A holder's exact shares of the three powers (RR-1)."""

    party: PartyFacts
    ownership: Fraction
    disposal: Fraction
    income: Fraction

    def plain(self) -> dict[str, Any]:
        return {
            "party": self.party.plain(),
            "ownership": written(self.ownership),
            "disposal": written(self.disposal),
            "income": written(self.income),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What follows on each other: of two certificates in a thread the later stands."""

    name: str  # title:<technology>, grant:<entry>, party:<id> …
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsRegistration:
    """What the register says after an entry (RR-1). `sequence` is the entry's in its title."""

    register_number: str
    sequence: int
    registered_on: date
    technology: TechnologyFacts
    holders: tuple[HolderFacts, ...]
    entry: str = ""  # the kind of entry
    corrects: str = ""  # number of the entry it corrects

    kind: ClassVar[Kind] = Kind.RIGHTS_REGISTRATION

    @property
    def thread(self) -> Thread:
        return Thread(name=f"title:{self.technology.id}", sequence=self.sequence)

    def plain(self) -> dict[str, Any]:
        return {
            "register": {
                "number": self.register_number,
                "sequence": self.sequence,
                "registered_on": self.registered_on.isoformat(),
                **({"entry": self.entry} if self.entry else {}),
                **({"corrects": self.corrects} if self.corrects else {}),
            },
            "technology": self.technology.plain(),
            "holders": [holder.plain() for holder in self.holders],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceFacts:
    """What a deal licensed, in place of a share (RR-2). Regions and fields are in words."""

    mode: str
    territory: tuple[str, ...]
    field: tuple[str, ...]
    ends_on: date
    sublicensable: bool

    def plain(self) -> dict[str, Any]:
        return {
            "mode": self.mode,
            "territory": list(self.territory),
            "field": list(self.field),
            "ends_on": self.ends_on.isoformat(),
            "sublicensable": "yes" if self.sublicensable else "no",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A deal as it was settled (DL-1, DL-2). `way`: auction, single, posted_price, negotiated…"""

    deal_number: str
    way: str
    seller: PartyFacts
    buyer: PartyFacts
    technologies: tuple[TechnologyFacts, ...]
    share: Fraction | None  # of a transfer
    price_fen: int
    currency: str
    signed_on: date
    settled_on: date
    contract_digest: str
    licence: LicenceFacts | None = None
    joint_project: str = ""  # its number; a joint project's parts are each a line of their own
    joint_parts: tuple[str, ...] = ()

    kind: ClassVar[Kind] = Kind.TRANSACTION
    thread: ClassVar[None] = None

    def plain(self) -> dict[str, Any]:
        return {
            "deal": {
                "number": self.deal_number,
                "way": self.way,
                "price_fen": self.price_fen,
                "currency": self.currency,
                **({"share": written(self.share)} if self.share is not None else {}),
                "signed_on": self.signed_on.isoformat(),
                "settled_on": self.settled_on.isoformat(),
                "contract_digest": self.contract_digest,
            },
            "seller": self.seller.plain(),
            "buyer": self.buyer.plain(),
            "technologies": [technology.plain() for technology in self.technologies],
            **({"licence": self.licence.plain()} if self.licence else {}),
            **(
                {"joint": {"project": self.joint_project, "parts": list(self.joint_parts)}}
                if self.joint_parts
                else {}
            ),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A certificate of any kind from what it says, as the kind's fields declare it."""

    kind: Kind
    said: Mapping[str, Any]
    thread: Thread | None = None
    evidence: tuple[tuple[str, str], ...] = ()  # name and digest of the papers it rests on
    public_title: str = ""  # what the public register shows, where the fields do not say

    def plain(self) -> dict[str, Any]:
        papers = [{"name": name, "digest": digest} for name, digest in self.evidence]
        return {**self.said, **({"evidence": papers} if papers else {})}


Matter = RightsRegistration | Transaction | Stated


def freeze(
    matter: Matter, *, number: str, issued_on: date, venue: VenueFacts, subject: str, salt: str
) -> dict[str, Any]:
    """Put together the content of a certificate. `salt` is 16 random bytes in hex.

    Raises ValueError for what the kind's fields do not allow: whoever lets people fill them in
    checks with `fields.faults` first.
    """
    if len(salt) != 2 * SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    said = matter.plain()
    declared = KINDS[matter.kind].fields
    beside = {name: value for name, value in said.items() if name != EVIDENCE}
    if wrong := [f"{fault.field} {fault.problem}" for fault in fields.faults(declared, beside)]:
        raise ValueError(f"{matter.kind}: {'; '.join(wrong)}")
    return {
        "format": FORMAT,
        "kind": matter.kind.value,
        "number": number,
        "issued_on": issued_on.isoformat(),
        "venue": {
            "code": venue.code,
            "name_zh": venue.name_zh,
            "name_en": venue.name_en,
            "origin": venue.origin,
            "demo": venue.demo,
        },
        "subject": subject,
        **said,
        "salt": salt,
    }


def content_digest(content: Mapping[str, Any]) -> str:
    """What the log commits to: the digest of the content's canonical JSON."""
    return digest_of(content)


def check_code(content: Mapping[str, Any]) -> str:
    """The code printed on the certificate, `XXXX-XXXX-XXXX-XXXX`: whoever has it holds a copy.

    The public log gives away number and digest, not the salt, so the code cannot be derived
    from it.
    """
    material = canonical(["check code", content["number"], content["salt"]])
    bits = int.from_bytes(hashlib.sha256(material).digest()[:10])
    letters = [_CODE_ALPHABET[bits >> 5 * place & 31] for place in range(_CODE_CHARACTERS)]
    return "-".join("".join(letters[i : i + 4]) for i in range(0, _CODE_CHARACTERS, 4))


def read_code(text: str) -> str:
    """Bring a code typed by hand into its printed form; look-alikes are forgiven."""
    letters = "".join(c for c in text.upper() if c.isalnum())
    letters = letters.translate(str.maketrans("ILOU", "110V"))
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def party_ids(content: Mapping[str, Any]) -> frozenset[str]:
    """Ids of the parties named in a certificate: those it belongs to."""
    named = fields.parties(KINDS[Kind(content["kind"])].fields, content)
    return frozenset(party["id"] for party in named)


def title(content: Mapping[str, Any]) -> str:
    """What a certificate is about, in the one line the public register shows."""
    return KINDS[Kind(content["kind"])].title_of(content)


def written(share: Fraction) -> str:
    return f"{share.numerator}/{share.denominator}"

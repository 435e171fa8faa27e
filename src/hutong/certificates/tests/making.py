"""A venue in memory that issues certificates: keys, a small log, both forms. No database."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from hutong.certificates import content as contents
from hutong.certificates import credential as vc
from hutong.certificates import layout, rendering, wording
from hutong.certificates.content import (
    HolderFacts,
    Matter,
    PartyFacts,
    RightsRegistration,
    TechnologyFacts,
    Transaction,
    VenueFacts,
)
from hutong.certificates.kinds import Kind, number
from hutong.certificates.verification import countersigned
from hutong.kit.canonical import canonical, digest_of
from hutong.transparency import note, tiles
from hutong.transparency.keys import Keyring
from hutong.transparency.merkle import inclusion_proof, leaf_hash, root_of
from hutong.transparency.proof import LogProof
from hutong.transparency.venue_keys import Venue

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
VENUE = Venue(
    code="SHTE-DEMO",
    name_zh="上海技术交易所（演示）",
    name_en="Shanghai Technology Exchange (demonstration)",
    origin="shte-demo.example",
)
FACTS = VenueFacts(
    code=VENUE.code,
    name_zh=VENUE.name_zh,
    name_en=VENUE.name_en,
    origin=VENUE.origin,
    demo=True,
)
UNIVERSITY = PartyFacts(
    id="0190a000-0000-7000-8000-000000000001",
    name_zh="上海某大学",
    name_en="A University in Shanghai",
    identifiers=(("uscc", "12310000425006133D"),),
)
FIRM = PartyFacts(
    id="0190a000-0000-7000-8000-000000000002",
    name_zh="某智能装备（上海）有限公司",
    identifiers=(("uscc", "91310000607311573J"),),
)
BLADES = TechnologyFacts(
    id="0190a000-0000-7000-8000-000000000003",
    kind="patent",
    title_zh="一种用于高温合金叶片的自适应磨抛加工方法及装置",
    title_en="Adaptive grinding and polishing of superalloy blades",
    numbers={"application": "ZL202010123456.7"},
)
REGISTRATION = RightsRegistration(
    register_number="SHTE-DEMO-R-2022-000017",
    sequence=1,
    registered_on=date(2022, 7, 11),
    technology=BLADES,
    holders=(
        HolderFacts(
            party=UNIVERSITY,
            ownership=Fraction(2, 3),
            disposal=Fraction(2, 3),
            income=Fraction(1, 2),
        ),
        HolderFacts(
            party=FIRM, ownership=Fraction(1, 3), disposal=Fraction(1, 3), income=Fraction(1, 2)
        ),
    ),
)
SALE = Transaction(
    deal_number="SHTE-DEMO-D-2022-000003",
    way="auction",
    seller=UNIVERSITY,
    buyer=FIRM,
    technologies=(BLADES,),
    share=Fraction(1),
    price_fen=26_805_000,
    currency="CNY",
    signed_on=date(2022, 8, 2),
    settled_on=date(2022, 8, 9),
    contract_digest="sha256:" + "0" * 64,
)


@dataclass(frozen=True)
class Maker:
    """Issues certificates without a database: log of `before` entries, then ours, then two more."""

    keyring: Keyring
    before: int = 5

    @classmethod
    def of(cls, directory: Path, venue: Venue = VENUE) -> "Maker":
        return cls(Keyring.create(directory, "passphrase", venue=venue, made_at=NOW))

    def content(self, matter: Matter = REGISTRATION) -> dict[str, Any]:
        return contents.freeze(
            matter,
            number=number(VENUE.code, matter.kind, date(2022, 8, 9), 1),
            issued_on=date(2022, 8, 9),
            venue=replace(FACTS, origin=self.keyring.venue.origin),
            subject="right_entry:0190a000-0000-7000-8000-000000000004",
            salt=secrets.token_hex(16),
        )

    def logged(self, content: dict[str, Any], **changes: Any) -> tuple[bytes, LogProof]:
        """The entry of an issue and its proof. `changes` falsify what the entry says."""
        facts = {
            "number": content["number"],
            "content_digest": contents.content_digest(content),
            **changes,
        }
        return self.entered("certificates.Issued", facts)

    def entered(self, kind: str, facts: dict[str, Any]) -> tuple[bytes, LogProof]:
        """An entry of this venue's log and its proof."""
        leaf = canonical({"format": "hutong/2", "kind": kind, "version": 1, "facts": facts})
        leaves = [leaf_hash(b"%d" % n) for n in range(self.before)]
        hashes = [*leaves, leaf_hash(leaf), leaf_hash(b"later"), leaf_hash(b"latest")]
        origin = self.keyring.venue.log_origin
        checkpoint = note.Checkpoint(origin, len(hashes), root_of(hashes))
        signed = note.sign(checkpoint.text(), origin, self.keyring.log_signer)
        read = tiles.reader(dict(tiles.append(0, {}, hashes).tiles).__getitem__)
        path = inclusion_proof(self.before, len(hashes), read)
        return leaf, LogProof(self.before, tuple(path), str(signed))

    def countersigned(self, content: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """This venue's countersignature of another's certificate. `changes` falsify what it says."""
        statement = countersigned.state(
            venue=self.keyring.venue.code,
            issuer=content["venue"]["code"],
            number=content["number"],
            digest=contents.content_digest(content),
            at=NOW,
            signer=self.keyring.credential_signer,
        )
        leaf, proof = self.entered(countersigned.ENTRY, {"digest": digest_of(statement)})
        told = {**statement, **changes}
        return countersigned.bundle(told, leaf=leaf, log_proof=proof.text())

    def credential(self, content: dict[str, Any], **changes: Any) -> dict[str, Any]:
        leaf, proof = self.logged(content, **changes)
        return self.signed(
            vc.build(
                content,
                issuer=self.keyring.venue.issuer,
                valid_from=NOW,
                leaf=leaf,
                log_proof=proof.text(),
            )
        )

    def signed(self, unsigned: dict[str, Any]) -> dict[str, Any]:
        return vc.sign(
            unsigned,
            signer=self.keyring.credential_signer,
            issuer=self.keyring.venue.issuer,
            created=NOW,
        )

    def page(self, content: dict[str, Any], credential: dict[str, Any], fonts: list[Path]) -> bytes:
        return rendering.pdf(
            content,
            credential,
            wording=wording.default(Kind(content["kind"])),
            place=layout.Place(log_origin=VENUE.log_origin, index=self.before, size=8),
            origin_url="https://shte-demo.example",
            fonts=fonts,
        )

    def pdf(self, content: dict[str, Any], fonts: list[Path]) -> bytes:
        page = self.page(content, self.credential(content), fonts)
        return rendering.signed_pdf(page, content, hand=self.keyring.certificate_signer)

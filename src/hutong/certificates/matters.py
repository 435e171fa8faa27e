"""
From what other areas recorded to what a certificate says: the deal, the verified party; and from
what an officer typed. Register entries: `register_matters`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hutong.certificates import fields, words
from hutong.certificates.content import (
    LicenceFacts,
    PartyFacts,
    Stated,
    TechnologyFacts,
    Thread,
    Transaction,
)
from hutong.certificates.fields import Type
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.rules import Refusal
from hutong.deals import queries as deals
from hutong.deals.parts import PartStatus
from hutong.kit.ids import subject
from hutong.kit.moments import local_date
from hutong.kit.money import with_unit
from hutong.kit.refusal import N_, Refused
from hutong.listings import queries as listings
from hutong.parties import queries as parties
from hutong.parties.queries import PartyView
from hutong.technologies import queries as technologies

SCHEMES = ("uscc", "lei", "ror")  # by which an officer may name a party


def transaction(deal: UUID, *, settled_on: datetime) -> tuple[Transaction, tuple[UUID, ...]]:
    """The deal as it was settled; with the technologies it moved."""
    agreed = deals.deal(deal)
    named = parties.parties([agreed.seller, agreed.buyer])
    signed_at = agreed.signed_at
    assert signed_at is not None, "only signed deals are settled"
    matter = Transaction(
        deal_number=agreed.number,
        way=agreed.how.value,
        seller=party_facts(named[agreed.seller]),
        buyer=party_facts(named[agreed.buyer]),
        technologies=tuple(technology_facts(agreed.technologies)),
        share=None if agreed.licence else agreed.share,
        price_fen=agreed.price_fen,
        currency=agreed.currency,
        signed_on=local_date(signed_at),
        settled_on=local_date(settled_on),
        contract_digest=agreed.contract_digest,
        licence=_licence_facts(agreed),
        joint_project=_project_of(agreed),
        joint_parts=tuple(_part(part, agreed.currency) for part in agreed.parts),
    )
    return matter, agreed.technologies


def _project_of(agreed: deals.DealView) -> str:
    joint = listings.listing(agreed.listing).joint if agreed.parts else None
    return joint.number if joint else ""


def _part(part: deals.DealPartView, currency: str) -> str:
    """A part of a joint project: its venue, bundle, seller, technologies, share, and whether it moved."""
    moved = part.status is PartStatus.MOVED
    return " · ".join(
        [
            part.venue,
            part.title_zh or part.title_en,
            part.seller_zh or part.seller_en,
            f"{part.technologies} ({part.contents[:23]}…)",
            f"{part.share.numerator}/{part.share.denominator}",
            with_unit(part.amount_fen, currency),
            "已交割 moved" if moved else "未交割，价款已退 not moved, its share returned",
        ]
    )


def _licence_facts(agreed: deals.DealView) -> LicenceFacts | None:
    if agreed.licence is None or agreed.licence_mode is None:
        return None
    terms = agreed.licence
    return LicenceFacts(
        mode=agreed.licence_mode.value,
        territory=tuple(territory_words(terms.territory, terms.without)),
        field=tuple(field_words(terms.ipc, terms.industries)),
        ends_on=terms.ends_on,
        sublicensable=terms.sublicensable,
    )


def territory_words(codes: Iterable[str], without: Iterable[str]) -> list[str]:
    """Regions by name; those left out last, as such."""
    left_out = "、".join(words.region(code) for code in without)
    named = [words.region(code) for code in codes]
    return [*named, f"（{left_out}除外 excepted）"] if left_out else named


def field_words(ipc: Iterable[str], industries: Iterable[str]) -> list[str]:
    return [*ipc, *industries] or ["全部领域 All fields"]


def party_credential(view: PartyView, *, verified_on: datetime, days: int, nth: int) -> Stated:
    """What a verified party's credential says; it holds for `days` (PA-4)."""
    on = local_date(verified_on)
    return Stated(
        kind=Kind.PARTY_CREDENTIAL,
        said={
            "verified": {
                "kind": view.kind,
                "jurisdiction": view.jurisdiction,
                "home_venue": view.home_venue,
                "on": on.isoformat(),
                "until": (on + timedelta(days=days)).isoformat(),
            },
            "holder": party_facts(view).plain(),
        },
        thread=Thread(name=subject("party", view.id), sequence=nth),
        public_title="" if view.is_individual else view.name,
    )


def found(kind: Kind, said: Mapping[str, Any]) -> dict[str, Any]:
    """What an officer typed, with parties and technologies looked up and named in full.

    A party is typed as its id or an identifier, a technology as its id. Refused with the field.
    """
    whole: dict[str, Any] = _copied(said)
    for one in KINDS[kind].fields:
        given = one.of(said)
        if given in (None, ""):
            continue
        if one.type is Type.PARTY:
            fields.put(whole, one.name, _typed_party(one.name, given).plain())
        elif one.type in (Type.TECHNOLOGY, Type.TECHNOLOGIES):
            ids = _typed_ids(one.name, given)
            named = [technology.plain() for technology in technology_facts(ids)]
            fields.put(whole, one.name, named if one.type is Type.TECHNOLOGIES else named[0])
    return whole


def technologies_in(kind: Kind, said: Mapping[str, Any]) -> tuple[UUID, ...]:
    """Ids of the technologies a certificate is about."""
    ids: list[str] = []
    for one in KINDS[kind].fields:
        value = one.of(said)
        if value and one.type is Type.TECHNOLOGY:
            ids.append(value["id"])
        elif value and one.type is Type.TECHNOLOGIES:
            ids += [item["id"] for item in value]
    return tuple(UUID(id) for id in ids)


def party_facts(view: PartyView) -> PartyFacts:
    return PartyFacts(
        id=str(view.id),
        name_zh=view.name_zh or "",
        name_en=view.name_en or "",
        identifiers=tuple(view.identifiers),
    )


def technology_facts(ids: Iterable[UUID]) -> list[TechnologyFacts]:
    wanted = list(ids)
    known = technologies.technologies(wanted)
    return [
        TechnologyFacts(
            id=str(id),
            kind=known[id].kind.value,
            title_zh=known[id].title_zh or "",
            title_en=known[id].title_en or "",
            numbers={scheme: value for scheme, value in known[id].numbers.items() if value},
        )
        for id in wanted
    ]


def _typed_party(field: str, given: Any) -> PartyFacts:
    view = None
    if isinstance(given, str):
        text = given.strip()
        try:
            view = parties.parties([UUID(text)]).get(UUID(text))
        except ValueError:
            for scheme in SCHEMES:
                view = view or parties.party_by_identifier(scheme, text)
    if view is None or not view.is_verified:
        raise _refused(field, N_("is not the id or an identifier of a verified party"))
    return party_facts(view)


def _typed_ids(field: str, given: Any) -> list[UUID]:
    try:
        ids = [UUID(str(item)) for item in (given if isinstance(given, list) else [given])]
    except ValueError:
        ids = []
    if not ids or len(ids) > _MOST or len(technologies.technologies(ids)) != len(set(ids)):
        raise _refused(field, N_("is not a technology of the venue"))
    return list(dict.fromkeys(ids))


_MOST = 2_000


def _copied(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _copied(value) if isinstance(value, Mapping) else value
        for name, value in said.items()
    }


def _refused(field: str, problem: str) -> Refused:
    return Refused(Refusal.CONTENT_INVALID, field=field, problem=problem)

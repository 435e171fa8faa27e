"""
Builders for other areas' tests: technologies made by real actions.

    technology = entered_technology(university)                          a patent in force
    technology = entered_technology(university, number="201710601862.3", title_zh="一种装置")
    bundle     = bundled([a, b], university)
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hutong.kit.actor import SYSTEM, Actor
from hutong.parties.queries import PartyView
from hutong.technologies import actions
from hutong.technologies.numbers import check_digit
from hutong.technologies.queries import TechnologyView
from hutong.technologies.rules import equal_split

NINE_IN_SHANGHAI = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)


def an_application_number(year: int = 2019) -> str:
    """A new, well-formed number of an invention, with its check digit."""
    digits = f"{year}1{secrets.randbelow(10**7):07d}"
    return f"{digits}.{check_digit(digits)}"


def entered_technology(
    party: PartyView | UUID,
    title_zh: str = "一种水电站高压输电线路驱鸟保护装置",
    number: str | None = None,
    *,
    actor: Actor = SYSTEM,
    now: datetime = NINE_IN_SHANGHAI,
    **said: Any,
) -> TechnologyView:
    """A patent in force that has entered for `party`; `said` are further fields of its record."""
    plain = {
        "kind": "patent",
        "title_zh": title_zh,
        "application_number": number or an_application_number(),
        "legal_status": "in_force",
        "ipc": ["H02G7/00"],
        "trl": 6,
        **said,
    }
    return actions.enter(actor=actor, now=now, said=plain, party=_id(party))


def know_how(
    party: PartyView | UUID, title_zh: str = "一种表面处理工艺", *, now: datetime = NINE_IN_SHANGHAI
) -> TechnologyView:
    """Know-how that has entered for `party`; it has no number."""
    said = {"kind": "know_how", "title_zh": title_zh}
    return actions.enter(actor=SYSTEM, now=now, said=said, party=_id(party))


def bundled(
    parts: Sequence[TechnologyView],
    party: PartyView | UUID,
    title_zh: str = "智能电网成果包",
    *,
    now: datetime = NINE_IN_SHANGHAI,
) -> TechnologyView:
    """A bundle of `parts` with equal shares of the price."""
    shares = zip((part.id for part in parts), equal_split(len(parts)), strict=True)
    return actions.make_bundle(
        actor=SYSTEM, now=now, said={"title_zh": title_zh}, parts=list(shares), party=_id(party)
    )


def _id(party: PartyView | UUID) -> UUID:
    return party if isinstance(party, UUID) else party.id

"""
The cut-off: what follows from how many stand ready when the period ends (LI-5).

    0 → extended | lapsed      1 → deal      2 or more → auction
    fixed price → deal with the first (PP-1)     negotiable → negotiation
    ordinary licence → a licence for everyone

Pure and mechanical: nobody decides, so nobody can be asked to decide otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hutong.listings.offers import PriceMode


class Outcome(StrEnum):
    AUCTION = "auction"
    DEAL = "deal"
    LICENCES = "licences"
    NEGOTIATION = "negotiation"
    EXTENDED = "extended"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An intent qualified and with its deposit held when the period ended."""

    intent: UUID
    party: UUID
    deposited_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The outcome, and the intents it is about, first come first."""

    outcome: Outcome
    chosen: tuple[UUID, ...]


def decide(
    candidates: Sequence[Candidate],
    *,
    exclusive: bool,
    price_mode: PriceMode,
    extensions_used: int,
    extensions_allowed: int,
) -> Decided:
    """Decide the cut-off. Deterministic in the set of candidates, whatever their order."""
    ready = sorted(candidates, key=lambda c: (c.deposited_at, c.intent))
    everyone = tuple(candidate.intent for candidate in ready)
    if not ready:
        may_extend = extensions_used < extensions_allowed
        return Decided(outcome=Outcome.EXTENDED if may_extend else Outcome.LAPSED, chosen=())
    if price_mode is PriceMode.NEGOTIABLE:
        return Decided(outcome=Outcome.NEGOTIATION, chosen=everyone)
    if not exclusive:
        return Decided(outcome=Outcome.LICENCES, chosen=everyone)
    if price_mode is PriceMode.FIXED or len(ready) == 1:
        return Decided(outcome=Outcome.DEAL, chosen=everyone[:1])
    return Decided(outcome=Outcome.AUCTION, chosen=everyone)

"""
The words of the procedures: the few codes that rules, events and tables share. Pure.
"""

from enum import StrEnum


class Side(StrEnum):
    """The sides of an objection."""

    APPLICANT = "applicant"
    OBJECTOR = "objector"

    @property
    def other(self) -> "Side":
        return Side.OBJECTOR if self is Side.APPLICANT else Side.APPLICANT


class Decision(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"


class Form(StrEnum):
    """What an institution grants its inventors (RR-9)."""

    OWNERSHIP_SHARE = "ownership_share"
    LONG_TERM_USE = "long_term_use"


class Reward(StrEnum):
    """How a contributor's share of net income is given (RR-9)."""

    CASH = "cash"
    EQUITY = "equity"  # 股权激励
    CO_INVESTMENT = "co_investment"  # 跟投


class PriceBasis(StrEnum):
    """定价依据: how the institution finds the price of what it gives or sells."""

    AGREEMENT = "agreement"
    LISTING = "listing"
    AUCTION = "auction"
    VALUATION = "valuation"


class StatementStatus(StrEnum):
    OPEN = "open"  # costs may be stated
    CONFIRMED = "confirmed"

"""
When a venue puts its name to another's certificate, and what is noted of it. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hutong.kit.event import Event, Visibility
from hutong.kit.refusal import N_, Reason, Refused, reason


class Refusal(Reason):
    NOT_OF_ORDER = reason(
        "countersigning.not_of_order",
        "NE-4",
        N_("The certificate says of {what} something else than the order."),
        422,
    )
    LOG_DIFFERS = reason(
        "countersigning.log_differs",
        "LO-3",
        N_("{venue}'s log, as it is known here, holds something else at entry {index}."),
        422,
    )
    DOES_NOT_HOLD = reason(
        "countersigning.does_not_hold",
        "NE-4",
        N_("The countersignature does not hold: {problem}."),
        422,
    )
    ASKED_AGAIN = reason(
        "countersigning.asked_again",
        "NE-4",
        N_("{venue} was asked again at {at}; its answer is on its way."),
    )
    NOT_IN_FORCE = reason(
        "countersigning.not_in_force",
        "CE-2",
        N_("The certificate {number} is not in force; nobody countersigns it."),
    )


@dataclass(frozen=True, kw_only=True)
class CertificateCountersigned(Event, kind="network.CertificateCountersigned"):
    """We stand with our name for another venue's certificate: of our own member's purchase.

    `digest`: of the signed statement.
    """

    number: str
    venue: str
    content_digest: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class CountersignatureTaken(Event, kind="network.CountersignatureTaken"):
    """The buyer's venue stands with its name for our certificate, too."""

    number: str
    venue: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class CountersigningRefused(
    Event, kind="network.CountersigningRefused", visibility=Visibility.JOURNALLED
):
    """The other venue will not countersign our certificate, or not keep what we `given` for its own."""

    number: str
    venue: str
    given: bool
    why: str


@dataclass(frozen=True, kw_only=True)
class CountersigningAskedAgain(
    Event, kind="network.CountersigningAskedAgain", visibility=Visibility.JOURNALLED
):
    """An officer asks the other venue once more."""

    number: str
    venue: str
    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What the buyer's venue knows of an order without the home venue's certificate."""

    deal_number: str
    price_fen: int
    currency: str
    contract_digest: str
    certificates: tuple[str, ...]
    buyer: frozenset[tuple[str, str]]  # its identifiers


def check(number: str, content: Mapping[str, Any], known: Purchase) -> None:
    """Refuse to sign what is not this purchase, as its buyer's venue knows it."""
    try:
        deal = content["deal"]
        told = {
            "number": (number in known.certificates, True),
            "deal": (deal["number"], known.deal_number),
            "price": ((deal["price_fen"], deal["currency"]), (known.price_fen, known.currency)),
            "contract": (deal["contract_digest"], known.contract_digest),
            "buyer": (bool(_pairs(content["buyer"]["identifiers"]) & known.buyer), True),
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise Refused(Refusal.NOT_OF_ORDER, what="deal") from error
    for what, (said, ours) in told.items():
        if said != ours:
            raise Refused(Refusal.NOT_OF_ORDER, what=what)


def _pairs(identifiers: Iterable[Iterable[str]]) -> set[tuple[str, ...]]:
    return {tuple(pair) for pair in identifiers}

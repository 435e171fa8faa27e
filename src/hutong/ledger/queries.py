"""
What the books say: balances, statements, totals, and whether they still follow from the journal.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from hutong.kit.money import CNY
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger.audit import audit
from hutong.ledger.models import Account, Balance, Hold, Posting
from hutong.ledger.rules import HoldEnd, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """`available_fen` = posted − held: what its owner may dispose of."""

    id: UUID
    owner: str
    kind: Kind
    currency: str
    posted_fen: int
    held_fen: int
    entries: int

    @property
    def available_fen(self) -> int:
        return self.posted_fen - self.held_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One posting in the order of its account; `balance_fen` is what it left."""

    number: int
    at: datetime
    purpose: str
    about: str
    amount_fen: int
    balance_fen: int
    transfer: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView:
    id: UUID
    key: str
    account: UUID
    amount_fen: int
    purpose: str
    about: str
    placed_at: datetime
    expires_at: datetime | None
    end: HoldEnd | None
    posted_fen: int


def account(owner: str, kind: Kind, currency: str = CNY) -> AccountView | None:
    """The account of `owner`, or None while it has none."""
    row = (
        Balance.objects.select_related("account")
        .filter(account__owner=owner, account__kind=kind.value, account__currency=currency)
        .first()
    )
    return _account(row) if row else None


def accounts(
    owners: Iterable[str], kinds: Iterable[Kind], currency: str = CNY
) -> dict[tuple[str, Kind], AccountView]:
    """Accounts of `owners` of these kinds, those there are, by owner and kind."""
    rows = Balance.objects.select_related("account").filter(
        account__owner__in=list(owners),
        account__kind__in=[kind.value for kind in kinds],
        account__currency=currency,
    )
    return {(row.account.owner, Kind(row.account.kind)): _account(row) for row in rows}


def accounts_in_all_currencies(owners: Iterable[str], kinds: Iterable[Kind]) -> list[AccountView]:
    """Accounts of `owners` of these kinds, those there are."""
    rows = Balance.objects.select_related("account").filter(
        account__owner__in=list(owners), account__kind__in=[kind.value for kind in kinds]
    )
    return [_account(row) for row in rows]


def balance(account: UUID) -> AccountView:
    """The account by id. Refused when there is none."""
    row = Balance.objects.select_related("account").filter(account_id=account).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="account")
    return _account(row)


def accounts_of(owner: str) -> list[AccountView]:
    rows = Balance.objects.select_related("account").filter(account__owner=owner)
    return [_account(row) for row in rows.order_by("account__kind", "account__currency")]


def statement(account: UUID, *, after: int = 0, limit: int = 200) -> list[StatementLine]:
    """Lines of an account with numbers over `after`, oldest first."""
    rows = (
        Posting.objects.filter(account_id=account, number__gt=after)
        .select_related("transfer")
        .order_by("number")[:limit]
    )
    return [
        StatementLine(
            number=row.number,
            at=row.transfer.at,
            purpose=row.transfer.purpose,
            about=row.transfer.about,
            amount_fen=row.amount_fen,
            balance_fen=row.balance_fen,
            transfer=row.transfer_id,
        )
        for row in rows
    ]


def hold(id: UUID) -> HoldView:
    """A hold by id. Refused when there is none."""
    row = Hold.objects.select_related("ended").filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="hold")
    return _hold(row)


def hold_by_key(key: str) -> HoldView | None:
    row = Hold.objects.select_related("ended").filter(key=key).first()
    return _hold(row) if row else None


def open_holds(account: UUID) -> list[HoldView]:
    rows = Hold.objects.select_related("ended").filter(account_id=account, ended=None)
    return [_hold(row) for row in rows.order_by("placed_at", "id")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """All balances of a kind and currency together."""

    kind: Kind
    currency: str
    posted_fen: int
    held_fen: int
    accounts: int


def totals() -> list[Totals]:
    """Balances by kind and currency; over all kinds they sum to zero in each currency."""
    rows = (
        Balance.objects.values("account__kind", "account__currency")
        .annotate(posted=Sum("posted_fen"), held=Sum("held_fen"))
        .order_by("account__currency", "account__kind")
    )
    counts = {
        (kind, currency): Account.objects.filter(kind=kind, currency=currency).count()
        for kind, currency in {(r["account__kind"], r["account__currency"]) for r in rows}
    }
    return [
        Totals(
            kind=Kind(r["account__kind"]),
            currency=r["account__currency"],
            posted_fen=r["posted"],
            held_fen=r["held"],
            accounts=counts[r["account__kind"], r["account__currency"]],
        )
        for r in rows
    ]


def total(currency: str = CNY) -> int:
    """The sum of all postings in `currency`. Anything but 0 is a broken ledger."""
    found = Posting.objects.filter(account__currency=currency).aggregate(s=Sum("amount_fen"))["s"]
    return int(found or 0)


def transfers_about(about: str) -> Iterator[UUID]:
    """Transfers that concern a subject, oldest first."""
    rows = Posting.objects.filter(transfer__about=about).order_by("transfer__at", "transfer_id")
    yield from dict.fromkeys(rows.values_list("transfer_id", flat=True))


def _account(row: Balance) -> AccountView:
    return AccountView(
        id=row.account_id,
        owner=row.account.owner,
        kind=Kind(row.account.kind),
        currency=row.account.currency,
        posted_fen=row.posted_fen,
        held_fen=row.held_fen,
        entries=row.entries,
    )


def _hold(row: Hold) -> HoldView:
    ended = getattr(row, "ended", None)
    return HoldView(
        id=row.id,
        key=row.key,
        account=row.account_id,
        amount_fen=row.amount_fen,
        purpose=row.purpose,
        about=row.about,
        placed_at=row.placed_at,
        expires_at=row.expires_at,
        end=HoldEnd(ended.end) if ended else None,
        posted_fen=ended.amount_fen if ended else 0,
    )


__all__ = [
    "AccountView",
    "HoldView",
    "StatementLine",
    "Totals",
    "account",
    "accounts_of",
    "audit",
    "balance",
    "hold",
    "hold_by_key",
    "open_holds",
    "statement",
    "total",
    "totals",
    "transfers_about",
]

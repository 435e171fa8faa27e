"""
What the books do: open, transfer, hold, and end a hold (SE-1).

Called by areas above inside their own actions, which have checked who may: so no power here, and
no door. The locks are the balances, by account id; whatever else a caller locks, it locks before,
so that two acts on the same money wait for each other instead of deadlocking. A hold is guarded by
its account's balance: nobody can end it without holding that.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.utils import IntegrityError

from hutong.due import actions as due
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.money import CNY, MINOR_UNITS
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.ledger import rules
from hutong.ledger.models import Account, Balance, Hold, HoldEnded, Posting, Transfer
from hutong.ledger.rules import HoldEnd, Kind, Leg, Position, Refusal

EXPIRY = "ledger.hold_expires"


@action(power=None)
def open_account(
    *, actor: Actor, now: datetime, owner: str, kind: Kind, currency: str = CNY
) -> UUID:
    """Give `owner` an account, or return the one it has."""
    if currency not in MINOR_UNITS:
        raise Refused(CommonRefusal.INVALID, field="currency", problem=currency)
    found = Account.objects.filter(owner=owner, kind=kind.value, currency=currency).first()
    if found is None:
        try:
            with transaction.atomic():
                return _open(owner, kind, currency, now)
        except IntegrityError:  # another was first: its account is as good
            found = Account.objects.get(owner=owner, kind=kind.value, currency=currency)
    nothing_changed()
    return found.id


def _open(owner: str, kind: Kind, currency: str, now: datetime) -> UUID:
    row = Account.objects.create(
        id=new_id(), owner=owner, kind=kind.value, currency=currency, opened_at=now
    )
    Balance.objects.create(account=row, may_go_below_zero=kind.may_go_below_zero)
    record(
        subject("account", row.id),
        rules.AccountOpened(account=row.id, account_kind=kind, currency=currency, owner=owner),
    )
    return row.id


@action(power=None)
def transfer(
    *, actor: Actor, now: datetime, key: str, purpose: str, about: str, legs: Sequence[Leg]
) -> UUID:
    """Post `legs`, which sum to zero in each currency. Returns the transfer's id.

    `key` names the transfer once: the same key with the same legs is the same transfer and posts
    nothing again; with other legs it is refused.
    """
    same = _already(key, legs)
    if same is not None:
        nothing_changed()
        return same
    balances = _locked(leg.account for leg in legs)
    same = _already(key, legs)  # it may have been posted while we waited for the locks
    if same is not None:
        nothing_changed()
        return same
    return _post(balances, key=key, purpose=purpose, about=about, legs=legs, now=now)


@action(power=None)
def hold(
    *,
    actor: Actor,
    now: datetime,
    account: UUID,
    amount_fen: int,
    key: str,
    purpose: str,
    about: str,
    expires_at: datetime | None = None,
) -> UUID:
    """Set money aside. Returns the hold's id; the same key and amount is the same hold."""
    balance = _locked([account])[account]
    same = Hold.objects.filter(key=key).first()
    if same is not None:
        if (same.account_id, same.amount_fen) != (account, amount_fen):
            raise Refused(Refusal.KEY_REUSED, key=key)
        nothing_changed()
        return same.id
    balance.take(rules.place_hold(balance.position(), amount_fen))
    row = Hold.objects.create(
        id=new_id(),
        key=key,
        account_id=account,
        amount_fen=amount_fen,
        purpose=purpose,
        about=about,
        placed_at=now,
        expires_at=expires_at,
    )
    balance.save()
    if expires_at is not None:
        due.schedule(subject=subject("hold", row.id), kind=EXPIRY, due_at=expires_at)
    record(
        subject("hold", row.id),
        rules.HoldPlaced(
            hold=row.id,
            purpose=purpose,
            key=key,
            about=about,
            account=account,
            amount_fen=amount_fen,
            expires_at=expires_at,
        ),
    )
    return row.id


@action(power=None)
def post_hold(
    *, actor: Actor, now: datetime, hold: UUID, purpose: str, about: str, credits: Sequence[Leg]
) -> UUID:
    """End a hold by moving what `credits` sum to; the rest is available again.

    Returns the transfer's id. Refused when the hold has ended, or holds less.
    """
    row = _hold(hold)
    amount = sum(leg.amount_fen for leg in credits)
    rules.need_amount(amount)
    legs = [Leg(row.account_id, -amount), *credits]
    balances = _locked(leg.account for leg in legs)
    rules.end_hold(_end_of(row), held_fen=row.amount_fen, amount_fen=amount)
    held = balances[row.account_id]
    held.take(rules.free_hold(held.position(), row.amount_fen))
    posted = _post(balances, key=f"hold:{row.id}", purpose=purpose, about=about, legs=legs, now=now)
    _finish(row, HoldEnd.POSTED, amount, posted, now)
    return posted


@action(power=None)
def void_hold(*, actor: Actor, now: datetime, hold: UUID) -> None:
    """End a hold by making all of it available again. Refused when it has ended."""
    row = _hold(hold)
    balance = _locked([row.account_id])[row.account_id]
    rules.end_hold(_end_of(row), held_fen=row.amount_fen, amount_fen=0)
    _give_back(row, balance, HoldEnd.VOIDED, now)


@action(power=None)
def expire_hold(*, actor: Actor, now: datetime, hold: UUID) -> None:
    """End a hold whose term has passed. Refused when it has ended, or the term still runs."""
    row = _hold(hold)
    balance = _locked([row.account_id])[row.account_id]
    rules.expire_hold(_end_of(row), expires_at=row.expires_at, now=now)
    _give_back(row, balance, HoldEnd.EXPIRED, now)


def _give_back(row: Hold, balance: Balance, end: HoldEnd, now: datetime) -> None:
    balance.take(rules.free_hold(balance.position(), row.amount_fen))
    balance.save()
    _finish(row, end, 0, None, now)


def _finish(row: Hold, end: HoldEnd, amount: int, posted: UUID | None, now: datetime) -> None:
    HoldEnded.objects.create(hold=row, end=end.value, amount_fen=amount, transfer_id=posted, at=now)
    if row.expires_at is not None:
        due.cancel(subject=subject("hold", row.id), kind=EXPIRY)
    record(
        subject("hold", row.id),
        rules.HoldEnded(hold=row.id, end=end, amount_fen=amount, transfer=posted),
    )


def _hold(id: UUID) -> Hold:
    row = Hold.objects.filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="hold")
    return row


def _end_of(row: Hold) -> HoldEnd | None:
    found = HoldEnded.objects.filter(hold_id=row.id).values_list("end", flat=True).first()
    return HoldEnd(found) if found else None


def _already(key: str, legs: Sequence[Leg]) -> UUID | None:
    """The transfer `key` names, None when there is none yet. Refuses a key of other legs."""
    found = Transfer.objects.filter(key=key).first()
    if found is None:
        return None
    written = Posting.objects.filter(transfer=found).values_list("account_id", "amount_fen")
    if sorted(written) != sorted((leg.account, leg.amount_fen) for leg in legs):
        raise Refused(Refusal.KEY_REUSED, key=key)
    return found.id


def _locked(accounts: Iterable[UUID]) -> dict[UUID, Balance]:
    """Lock the balances, in order of account ids. Refuses an account that does not exist."""
    wanted = set(accounts)
    rows = (
        Balance.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(account_id__in=wanted)
        .order_by("account_id")
    )
    found = {row.account_id: row for row in rows}
    if missing := wanted - found.keys():
        raise Refused(CommonRefusal.NOT_FOUND, what=f"account {min(missing)}")
    return found


def _post(
    balances: dict[UUID, Balance],
    *,
    key: str,
    purpose: str,
    about: str,
    legs: Sequence[Leg],
    now: datetime,
) -> UUID:
    positions: dict[UUID, Position] = {id: row.position() for id, row in balances.items()}
    postings, after = rules.post(legs, positions)
    row = Transfer.objects.create(id=new_id(), key=key, purpose=purpose, about=about, at=now)
    Posting.objects.bulk_create(
        Posting(
            transfer=row,
            account_id=p.account,
            number=p.number,
            amount_fen=p.amount_fen,
            balance_fen=p.balance_fen,
        )
        for p in postings
    )
    for id, balance in balances.items():
        balance.take(after[id])
        balance.save()
    record(
        subject("transfer", row.id),
        rules.Transferred(
            transfer=row.id,
            purpose=purpose,
            key=key,
            about=about,
            postings=[p.as_fact() for p in postings],
        ),
    )
    return row.id

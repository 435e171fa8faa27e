"""Builders for tests: accounts with money in them, through the real actions."""

from datetime import datetime
from uuid import UUID

import psycopg

from hutong.journal.actions import action
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.ids import new_id
from hutong.ledger import actions
from hutong.ledger.rules import Kind, Leg

BANK_OWNER = "venue:bank"


@action(power=None)
def account_with(*, actor: Actor, now: datetime, owner: str, amount_fen: int = 0) -> UUID:
    """A customer's account with `amount_fen` that came from the bank. Returns its id."""
    id = actions.open_account(actor=actor, now=now, owner=owner, kind=Kind.CUSTOMER)
    if amount_fen:
        bank = bank_account(now)
        actions.transfer(
            actor=actor,
            now=now,
            key=f"test:{new_id()}",
            purpose="receipt",
            about=owner,
            legs=[Leg(bank, -amount_fen), Leg(id, amount_fen)],
        )
    return id


def bank_account(now: datetime) -> UUID:
    return actions.open_account(actor=SYSTEM, now=now, owner=BANK_OWNER, kind=Kind.BANK_CLEARING)


def move(now: datetime, key: str, *legs: Leg) -> UUID:
    """Post a transfer with the given legs."""
    return actions.transfer(
        actor=SYSTEM, now=now, key=key, purpose="test", about="test:books", legs=legs
    )


def set_aside(now: datetime, account: UUID, amount_fen: int, key: str = "test-hold") -> UUID:
    """Hold `amount_fen` on the account."""
    return actions.hold(
        actor=SYSTEM,
        now=now,
        account=account,
        amount_fen=amount_fen,
        key=key,
        purpose="test",
        about="test:books",
    )


def change_as_superuser(url: str, sql: str, *values: object) -> None:
    """Change what nobody may change: as a superuser, with all triggers asleep."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(sql, values)

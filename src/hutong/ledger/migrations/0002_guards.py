"""
What must never be false, whatever the application does (SE-1). Checked when a transaction commits:

- the postings of a transfer, two or more, sum to zero in each currency;
- a balance is its last posting, and postings of an account count up and carry the balance along;
- what is held is what open holds hold; a hold posts no more than it holds, from its own account.
"""

from django.db import migrations
from django.db.migrations import RunSQL

from hutong.journal.tables import immutable

BALANCED = """
CREATE FUNCTION ledger_transfer_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    transfer uuid := CASE TG_TABLE_NAME WHEN 'ledger_transfer'
        THEN (to_jsonb(NEW) ->> 'id')::uuid ELSE (to_jsonb(NEW) ->> 'transfer_id')::uuid END;
    wrong record;
BEGIN
    SELECT a.currency, sum(p.amount_fen) AS total INTO wrong
        FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
        WHERE p.transfer_id = transfer GROUP BY a.currency HAVING sum(p.amount_fen) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % does not balance: % sums to %', transfer, wrong.currency, wrong.total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_balances';
    END IF;
    IF (SELECT count(*) FROM ledger_posting p WHERE p.transfer_id = transfer) < 2 THEN
        RAISE EXCEPTION 'transfer % has fewer than two postings', transfer
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_balances';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_transfer_balances AFTER INSERT ON ledger_transfer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_transfer_balances();
CREATE CONSTRAINT TRIGGER ledger_posting_balances AFTER INSERT ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_transfer_balances();
"""

CARRIED = """
CREATE FUNCTION ledger_posting_carries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bigint := coalesce((SELECT p.balance_fen FROM ledger_posting p
        WHERE p.account_id = NEW.account_id AND p.number = NEW.number - 1), 0);
BEGIN
    IF NEW.balance_fen <> before + NEW.amount_fen OR NEW.number < 1 OR (NEW.number > 1 AND NOT EXISTS (
        SELECT FROM ledger_posting p WHERE p.account_id = NEW.account_id AND p.number = NEW.number - 1
    )) OR NOT EXISTS (
        SELECT FROM ledger_balance b WHERE b.account_id = NEW.account_id AND b.entries >= NEW.number
    ) THEN
        RAISE EXCEPTION 'posting % of account % does not follow the one before it', NEW.number, NEW.account_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_posting_carries';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_posting_carries AFTER INSERT ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_posting_carries();
"""

FOLLOWED = """
CREATE FUNCTION ledger_balance_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_row ledger_balance;
    held bigint;
BEGIN
    -- The row may have moved on within the transaction: what counts is how it stands at commit.
    SELECT * INTO now_row FROM ledger_balance b WHERE b.account_id = NEW.account_id;
    SELECT coalesce(sum(h.amount_fen), 0) INTO held FROM ledger_hold h
        WHERE h.account_id = NEW.account_id
        AND NOT EXISTS (SELECT FROM ledger_hold_end e WHERE e.hold_id = h.id);
    IF now_row.held_fen <> held THEN
        RAISE EXCEPTION 'account % has % held, its open holds %', NEW.account_id, now_row.held_fen, held
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balance_follows';
    END IF;
    IF now_row.posted_fen <> coalesce((SELECT p.balance_fen FROM ledger_posting p
            WHERE p.account_id = NEW.account_id AND p.number = now_row.entries), 0)
        OR EXISTS (SELECT FROM ledger_posting p
            WHERE p.account_id = NEW.account_id AND p.number = now_row.entries + 1) THEN
        RAISE EXCEPTION 'account % stands at %, its postings say otherwise', NEW.account_id, now_row.posted_fen
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balance_follows';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_balance_follows AFTER INSERT OR UPDATE ON ledger_balance
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balance_follows();
"""

ENDED = """
CREATE FUNCTION ledger_hold_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    placed ledger_hold;
BEGIN
    SELECT * INTO placed FROM ledger_hold h WHERE h.id = NEW.hold_id;
    IF NEW.amount_fen > placed.amount_fen OR (NEW.transfer_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM ledger_posting p WHERE p.transfer_id = NEW.transfer_id
        AND p.account_id = placed.account_id AND p.amount_fen = -NEW.amount_fen
    )) THEN
        RAISE EXCEPTION 'hold % ends with more than it holds, or from another account', NEW.hold_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_hold_ends';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_hold_ends AFTER INSERT ON ledger_hold_end
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_hold_ends();
CREATE FUNCTION ledger_hold_is_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM ledger_balance b WHERE b.account_id = NEW.account_id AND b.held_fen = (
        SELECT coalesce(sum(h.amount_fen), 0) FROM ledger_hold h
            WHERE h.account_id = NEW.account_id
            AND NOT EXISTS (SELECT FROM ledger_hold_end e WHERE e.hold_id = h.id));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'hold % is not held on account %', NEW.id, NEW.account_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balance_follows';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_hold_is_held AFTER INSERT ON ledger_hold
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_hold_is_held();
"""

UNDO = """
DROP FUNCTION ledger_transfer_balances() CASCADE;
DROP FUNCTION ledger_posting_carries() CASCADE;
DROP FUNCTION ledger_balance_follows() CASCADE;
DROP FUNCTION ledger_hold_ends() CASCADE;
DROP FUNCTION ledger_hold_is_held() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        RunSQL(BALANCED + CARRIED + FOLLOWED + ENDED, UNDO),
        immutable("ledger_account"),
        immutable("ledger_transfer"),
        immutable("ledger_posting"),
        immutable("ledger_hold"),
        immutable("ledger_hold_end"),
    ]

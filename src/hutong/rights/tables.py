"""
What the database guarantees of the register by itself, even if the rules were bypassed (RR-1).

At commit: every entry that moves holdings carries each of the three powers, and each power's
numerators sum to its one common denominator. Integers only, so exactly 1 and never nearly.
"""

from django.db.migrations import RunSQL

_WHOLE = """
CREATE FUNCTION rights_entry_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted uuid;
    sums record;
    powers integer := 0;
BEGIN
    IF TG_TABLE_NAME = 'rights_holding' THEN
        wanted := NEW.entry_id;
    ELSE
        wanted := NEW.id;
    END IF;
    FOR sums IN
        SELECT power, sum(numerator) AS held, min(denominator) AS least, max(denominator) AS most
        FROM rights_holding WHERE entry_id = wanted GROUP BY power
    LOOP
        powers := powers + 1;
        IF sums.least <> sums.most OR sums.held <> sums.most THEN
            RAISE EXCEPTION 'register entry %: shares of % total %/%', wanted, sums.power,
                sums.held, sums.most
                USING ERRCODE = 'check_violation', CONSTRAINT = 'rights_entry_is_whole';
        END IF;
    END LOOP;
    IF powers <> 3 THEN
        RAISE EXCEPTION 'register entry %: holdings of % powers, not 3', wanted, powers
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rights_entry_is_whole';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER rights_entry_is_whole AFTER INSERT ON rights_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.kind IN ('first_registration', 'transfer'))
    EXECUTE FUNCTION rights_entry_is_whole();

CREATE CONSTRAINT TRIGGER rights_holding_is_whole AFTER INSERT ON rights_holding
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION rights_entry_is_whole();
"""

_GONE = """
DROP TRIGGER rights_holding_is_whole ON rights_holding;
DROP TRIGGER rights_entry_is_whole ON rights_entry;
DROP FUNCTION rights_entry_is_whole();
"""


def whole_entries() -> RunSQL:
    return RunSQL(_WHOLE, _GONE)

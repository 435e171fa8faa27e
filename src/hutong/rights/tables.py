"""
What the database guarantees of the register by itself, even if the rules were bypassed (RR-1).

At commit: every entry that moves holdings carries each of the three powers, and each power's
numerators sum to its one common denominator. Integers only, so exactly 1 and never nearly.

Grants of use: what conflicts cannot stand (RR-4), what derives lies inside what it derives from
(RR-3). Ranges and multiranges are core types, so that no extension is needed for the index.
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


def whole_after(*kinds: str) -> RunSQL:
    """After entries of these kinds the holdings stand beside them, whole."""
    return RunSQL(
        f"""
        DROP TRIGGER rights_entry_is_whole ON rights_entry;
        CREATE CONSTRAINT TRIGGER rights_entry_is_whole AFTER INSERT ON rights_entry
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (NEW.kind IN ({", ".join(f"'{kind}'" for kind in kinds)}))
            EXECUTE FUNCTION rights_entry_is_whole();
        """,
        RunSQL.noop,
    )


def titles_know_their_end() -> RunSQL:
    """Titles written before they kept the last day and moment of their entries learn it."""
    return RunSQL(
        """
        UPDATE rights_title AS title SET last_on = ends.last_on, last_known_at = ends.last_known_at
        FROM (
            SELECT technology, max(effective_on) AS last_on, max(known_at) AS last_known_at
            FROM rights_entry GROUP BY technology
        ) AS ends
        WHERE ends.technology = title.technology
        """,
        RunSQL.noop,
    )


# An ordinary grant takes a slot of its own; an exclusive or sole one takes them all, but for those
# of the earlier grants it accepts. So ordinary ones never meet, closed ones always do, and an
# accepted exception is a hole in the slot. Siblings only: a sublicence lies inside its parent.
_EXCLUSIVE = """
ALTER TABLE rights_grant
    ADD CONSTRAINT rights_grant_has_scope CHECK (
        NOT isempty(territory) AND NOT isempty(ipc) AND NOT isempty(industry)
    ),
    ADD CONSTRAINT rights_grant_slot CHECK (
        CASE WHEN mode = 'ordinary'
            THEN slot = int8multirange(int8range(line, line, '[]'))
            ELSE slot @> 0::bigint AND slot @> int8range(line, 9223372036854775807)
        END
    ),
    ADD CONSTRAINT rights_grant_no_conflict EXCLUDE USING gist (
        int8range(title_line, title_line, '[]') WITH &&,
        int8range(coalesce(under_id, 0), coalesce(under_id, 0), '[]') WITH &&,
        territory WITH &&,
        in_force WITH &&,
        ipc WITH &&,
        industry WITH &&,
        slot WITH &&
    ) DEFERRABLE INITIALLY IMMEDIATE;
CREATE INDEX rights_grant_closed ON rights_grant USING gist (
    int8range(title_line, title_line, '[]'),
    int8range(coalesce(under_id, 0), coalesce(under_id, 0), '[]'),
    territory, in_force, ipc, industry
) WHERE mode <> 'ordinary';
"""


def exclusive_grants() -> RunSQL:
    return RunSQL(
        _EXCLUSIVE,
        """
        DROP INDEX rights_grant_closed;
        ALTER TABLE rights_grant
            DROP CONSTRAINT rights_grant_no_conflict,
            DROP CONSTRAINT rights_grant_slot,
            DROP CONSTRAINT rights_grant_has_scope;
        """,
    )


# The parent is locked against change, so that a sublicence and its parent's end are one after the
# other; each then sees what the other has left.
_DERIVED = """
CREATE FUNCTION rights_grant_derives() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parent rights_grant;
    reach CONSTANT text[] := ARRAY['ordinary', 'sole', 'exclusive'];
BEGIN
    IF NEW.under_id IS NOT NULL THEN
        SELECT * INTO parent FROM rights_grant WHERE line = NEW.under_id FOR SHARE;
        IF parent.title_line <> NEW.title_line
            OR NEW.depth <> parent.depth + 1 OR NEW.depth > 10
            OR NOT parent.sublicensable
            OR array_position(reach, NEW.mode) > array_position(reach, parent.mode)
            OR NOT NEW.territory <@ parent.territory
            OR NOT NEW.ipc <@ parent.ipc
            OR NOT NEW.industry <@ parent.industry
            OR NOT NEW.in_force <@ parent.in_force
        THEN
            RAISE EXCEPTION 'grant % reaches beyond %', NEW.line, NEW.under_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'rights_grant_derives';
        END IF;
    ELSIF NEW.depth <> 0 THEN
        RAISE EXCEPTION 'grant % derives from nothing', NEW.line
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rights_grant_derives';
    END IF;
    IF TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM rights_grant AS below
        WHERE below.under_id = NEW.line AND NOT isempty(below.in_force) AND NOT (
            below.territory <@ NEW.territory AND below.ipc <@ NEW.ipc
            AND below.industry <@ NEW.industry AND below.in_force <@ NEW.in_force
            AND NEW.sublicensable
            AND array_position(reach, below.mode) <= array_position(reach, NEW.mode)
        )
    ) THEN
        RAISE EXCEPTION 'grant % leaves a sublicence without ground', NEW.line
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rights_grant_derives';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER rights_grant_derives AFTER INSERT OR UPDATE ON rights_grant
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION rights_grant_derives();
"""


def derived_grants() -> RunSQL:
    return RunSQL(
        _DERIVED,
        "DROP TRIGGER rights_grant_derives ON rights_grant; DROP FUNCTION rights_grant_derives();",
    )

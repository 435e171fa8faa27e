"""
What every area's migrations share: tables nobody may change.
"""

from django.db.migrations import RunSQL

_REFUSE = """
CREATE OR REPLACE FUNCTION hutong_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def immutable(table: str) -> RunSQL:
    """Make `table` insert-only for everybody: a trigger, and no right for the application's role."""
    return RunSQL(
        f"""
        {_REFUSE}
        CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION hutong_refuse_change();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION hutong_refuse_change();
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hutong_app') THEN
                REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM hutong_app;
            END IF;
        END $$;
        """,
        f"""
        DROP TRIGGER {table}_insert_only ON {table};
        DROP TRIGGER {table}_no_truncate ON {table};
        """,
    )

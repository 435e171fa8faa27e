"""An adopted version is never changed, and no version is ever deleted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION rulebook_adopted_stays() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'an adopted rulebook is never changed'
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$;
            CREATE TRIGGER rulebook_adopted_stays BEFORE UPDATE OR DELETE ON rulebook_version
                FOR EACH ROW WHEN (OLD.status = 'adopted')
                EXECUTE FUNCTION rulebook_adopted_stays();
            """,
            """
            DROP TRIGGER rulebook_adopted_stays ON rulebook_version;
            DROP FUNCTION rulebook_adopted_stays;
            """,
        )
    ]

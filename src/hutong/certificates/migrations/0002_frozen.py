"""What was issued stays as it was issued, for everybody (CE-2)."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION certificates_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'certificate % is frozen', OLD.number
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER certificates_content_frozen BEFORE UPDATE ON certificates_certificate
    FOR EACH ROW WHEN (
        (OLD.content, OLD.content_digest, OLD.number, OLD.kind, OLD.source, OLD.entry, OLD.issued_at)
        IS DISTINCT FROM
        (NEW.content, NEW.content_digest, NEW.number, NEW.kind, NEW.source, NEW.entry, NEW.issued_at)
    ) EXECUTE FUNCTION certificates_refuse_change();
CREATE TRIGGER certificates_never_deleted BEFORE DELETE ON certificates_certificate
    FOR EACH ROW EXECUTE FUNCTION certificates_refuse_change();
"""

THAW = """
DROP TRIGGER certificates_content_frozen ON certificates_certificate;
DROP TRIGGER certificates_never_deleted ON certificates_certificate;
DROP FUNCTION certificates_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]

    operations = [migrations.RunSQL(FREEZE, THAW)]

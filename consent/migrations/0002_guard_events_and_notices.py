"""Consent events take INSERT only; a published notice keeps its words and is never removed."""

from django.db import migrations

EVENTS = """
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_consentevent
    FOR EACH STATEMENT EXECUTE FUNCTION cmdm_insert_only();
"""
NOTICES = """
CREATE FUNCTION consent_guard_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    words text[] := ARRAY['state', 'valid_until', 'change'];
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - words IS DISTINCT FROM to_jsonb(NEW) - words
       OR NOT (NEW.state = OLD.state OR (OLD.state = 'published' AND NEW.state = 'retired')) THEN
        RAISE EXCEPTION 'a published notice keeps its words' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keeps_its_words BEFORE UPDATE OR DELETE ON consent_notice
    FOR EACH ROW EXECUTE FUNCTION consent_guard_notice();
CREATE TRIGGER keeps_its_rows BEFORE TRUNCATE ON consent_notice
    FOR EACH STATEMENT EXECUTE FUNCTION cmdm_insert_only();
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial"), ("cmdm", "0002_insert_only")]
    operations = [
        migrations.RunSQL(EVENTS, "DROP TRIGGER insert_only ON consent_consentevent"),
        migrations.RunSQL(
            NOTICES,
            "DROP TRIGGER keeps_its_words ON consent_notice; DROP TRIGGER keeps_its_rows ON consent_notice;"
            "DROP FUNCTION consent_guard_notice();",
        ),
    ]

"""Audit and outbox take INSERT only; the table of the database cache."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION cmdm_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% takes INSERT only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
TRIGGER = """
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION cmdm_insert_only();
"""
CACHE = """
CREATE TABLE cmdm_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX cmdm_cache_expires ON cmdm_cache (expires);
"""


def guarded(table: str) -> migrations.RunSQL:
    """The trigger on a table, and how to take it off."""
    return migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER insert_only ON {table}")


class Migration(migrations.Migration):
    dependencies = [("cmdm", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION cmdm_insert_only()"),
        guarded("cmdm_auditentry"),
        guarded("cmdm_outboxevent"),
        migrations.RunSQL(CACHE, "DROP TABLE cmdm_cache"),
    ]

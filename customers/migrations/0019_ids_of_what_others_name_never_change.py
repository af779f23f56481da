"""Customers, sources, domains and users keep their ids: what names them without a foreign key would lose them."""

from django.conf import settings
from django.db import migrations

TABLES = ("customers_customer", "customers_source", "cmdm_domain", "cmdm_user")
KEEP = """
-- After: a trigger before each row would lock every row that is changed.
CREATE FUNCTION customers_keep_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the id of a row of % never changes', TG_TABLE_NAME
        USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_id';
END $$;
""" + "".join(
    f"""
CREATE TRIGGER keep_id AFTER UPDATE OF id ON {table} FOR EACH ROW
    WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION customers_keep_id();
"""
    for table in TABLES
)
BACK = "".join(f"DROP TRIGGER keep_id ON {table};\n" for table in TABLES) + "DROP FUNCTION customers_keep_id();"


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0018_terms_by_their_letters_first"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [migrations.RunSQL(KEEP, BACK)]

"""The index of keys by their record may be set aside while a hub is filled (`cmdm.database.waiting`)."""

import django.db.models.deletion
from django.db import migrations, models

# They do just this, whoever calls them: the application role makes and drops nothing else.
WAIT = """
CREATE FUNCTION set_aside_keys_of_record() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
    DROP INDEX IF EXISTS public.keys_of_record;
END $$;
CREATE FUNCTION build_keys_of_record() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    CREATE INDEX IF NOT EXISTS keys_of_record ON public.matching_matchkey (record_id);
END $$;
REVOKE ALL ON FUNCTION set_aside_keys_of_record(), build_keys_of_record() FROM PUBLIC;
"""
BACK = """
SELECT build_keys_of_record();
DROP FUNCTION set_aside_keys_of_record();
DROP FUNCTION build_keys_of_record();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0012_hold_records_of_others"), ("matching", "0008_index_mergers_alone")]
    operations = [
        migrations.AlterField(
            model_name="matchkey",
            name="record",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="match_keys",
                to="customers.sourcerecord",
            ),
        ),
        migrations.AddIndex(model_name="matchkey", index=models.Index(fields=["record"], name="keys_of_record")),
        migrations.RunSQL(WAIT, BACK),
    ]

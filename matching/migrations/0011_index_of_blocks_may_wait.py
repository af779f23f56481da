"""Under which keys a record is found stands in a unique index, which may wait while a hub is filled.

As a primary key it could not: making one shuts out whoever reads, and whoever has read and writes then waits for ever.
What is written twice while it waits is put right when it is built (`cmdm.database.waiting`).
"""

from django.db import migrations, models

# They do just this, whoever calls them: the application role makes and drops nothing else.
WAIT = """
CREATE FUNCTION set_aside_one_key_a_record() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
    DROP INDEX IF EXISTS public.one_key_a_record;
END $$;
CREATE FUNCTION build_one_key_a_record() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    LOCK TABLE public.matching_matchkey IN SHARE ROW EXCLUSIVE MODE;
    BEGIN
        CREATE UNIQUE INDEX IF NOT EXISTS one_key_a_record
            ON public.matching_matchkey (key int8_ops, record_id int8_ops);
    EXCEPTION WHEN unique_violation THEN
        DELETE FROM public.matching_matchkey a USING public.matching_matchkey b
         WHERE a.key = b.key AND a.record_id = b.record_id AND a.ctid > b.ctid;
        CREATE UNIQUE INDEX one_key_a_record ON public.matching_matchkey (key int8_ops, record_id int8_ops);
    END;
END $$;
REVOKE ALL ON FUNCTION set_aside_one_key_a_record(), build_one_key_a_record() FROM PUBLIC;
"""
BACK = """
SELECT build_one_key_a_record();
DROP FUNCTION set_aside_one_key_a_record();
DROP FUNCTION build_one_key_a_record();
"""
NO_KEY = "ALTER TABLE matching_matchkey DROP CONSTRAINT matching_matchkey_pkey"
KEY = "ALTER TABLE matching_matchkey ADD PRIMARY KEY (key, record_id)"


class Migration(migrations.Migration):
    dependencies = [("matching", "0010_pass_over_who_is_near_to_nobody")]
    operations = [
        migrations.AddConstraint(
            model_name="matchkey",
            constraint=models.UniqueConstraint(
                fields=["key", "record"], name="one_key_a_record", opclasses=["int8_ops", "int8_ops"]
            ),
        ),
        migrations.RunSQL(NO_KEY, KEY),
        migrations.RunSQL(WAIT, BACK),
    ]

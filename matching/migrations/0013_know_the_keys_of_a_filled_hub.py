"""When the keys of a filled hub get their index it is known at once how many there are and how they are spread.

Until autovacuum has come by, statements were planned as if the table held none of what the load has brought.
"""

from django.db import migrations

BUILD = """
CREATE OR REPLACE FUNCTION build_one_key_a_record() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
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
    {more}
END $$;
"""
NOW = BUILD.replace("{more}", "ANALYZE public.matching_matchkey;")
BEFORE = BUILD.replace("    {more}\n", "")


class Migration(migrations.Migration):
    dependencies = [("matching", "0012_hold_what_the_ledger_names_once_a_statement")]
    operations = [migrations.RunSQL(NOW, BEFORE)]

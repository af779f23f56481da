"""When the terms of a filled hub get their index it is known at once how many there are and how they are spread.

Until autovacuum has come by, statements were planned as if the table held none of what the load has brought.
"""

from django.db import migrations

BUILD = """
CREATE OR REPLACE FUNCTION build_search_term() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    CREATE INDEX IF NOT EXISTS search_term
        ON public.customers_searchterm (term varchar_pattern_ops, kind int2_ops, record_id int8_ops);
    {more}
END $$;
"""
NOW = BUILD.replace("{more}", "ANALYZE public.customers_searchterm;")
BEFORE = BUILD.replace("    {more}\n", "")


class Migration(migrations.Migration):
    dependencies = [("customers", "0019_ids_of_what_others_name_never_change")]
    operations = [migrations.RunSQL(NOW, BEFORE)]

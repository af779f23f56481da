"""The index of terms may be set aside while a hub is filled (`cmdm.database.waiting`)."""

from django.db import migrations

# They do just this, whoever calls them: the application role makes and drops nothing else.
WAIT = """
CREATE FUNCTION set_aside_search_term() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
    DROP INDEX IF EXISTS public.search_term;
END $$;
CREATE FUNCTION build_search_term() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    CREATE INDEX IF NOT EXISTS search_term
        ON public.customers_searchterm (kind int2_ops, term varchar_pattern_ops, record_id int8_ops);
END $$;
REVOKE ALL ON FUNCTION set_aside_search_term(), build_search_term() FROM PUBLIC;
"""
BACK = """
SELECT build_search_term();
DROP FUNCTION set_aside_search_term();
DROP FUNCTION build_search_term();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0012_hold_records_of_others")]
    operations = [migrations.RunSQL(WAIT, BACK)]

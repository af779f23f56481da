"""While a hub is filled, a page of records keeps room for the customer that each of them gets.

Its new version then lies beside the old one, and the log tells what changed instead of the whole row.
"""

from django.db import migrations

WAIT = """
CREATE OR REPLACE FUNCTION set_aside_record_compared() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
    DROP INDEX IF EXISTS public.record_compared;
    {room}
END $$;
CREATE OR REPLACE FUNCTION build_record_compared() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    CREATE INDEX IF NOT EXISTS record_compared
        ON public.customers_sourcerecord (id) INCLUDE (customer_id, version, closed_at);
    {no_more}
END $$;
"""
NO_MORE = "ALTER TABLE public.customers_sourcerecord RESET (fillfactor);"
ROOM = WAIT.replace("{room}", "ALTER TABLE public.customers_sourcerecord SET (fillfactor = 50);").replace(
    "{no_more}", NO_MORE
)
NONE = WAIT.replace("    {room}\n", "").replace("    {no_more}\n", "") + NO_MORE


class Migration(migrations.Migration):
    dependencies = [("customers", "0021_lineages_in_short")]
    operations = [migrations.RunSQL(ROOM, NONE)]

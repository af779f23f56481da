"""That a term stands once under its record is told by the index that finds it; another finds the terms of a record.

Both stood in two indexes of all three columns. One of the record alone is a fifth as long, and is built in half the
time.
"""

from django.db import migrations, models

# They do just this, whoever calls them: the application role makes and drops nothing else.
RECORD = """
CREATE FUNCTION set_aside_terms_of_record() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
    DROP INDEX IF EXISTS public.terms_of_record;
END $$;
CREATE FUNCTION build_terms_of_record() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    CREATE INDEX IF NOT EXISTS terms_of_record ON public.customers_searchterm (record_id);
END $$;
REVOKE ALL ON FUNCTION set_aside_terms_of_record(), build_terms_of_record() FROM PUBLIC;
DROP FUNCTION set_aside_search_term();
DROP FUNCTION build_search_term();
"""
# What is written twice while it waits is put right when it is built; how many terms there are is known at once.
ONCE = """
CREATE OR REPLACE FUNCTION build_one_term_a_record() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    LOCK TABLE public.customers_searchterm IN SHARE ROW EXCLUSIVE MODE;
    BEGIN
        CREATE UNIQUE INDEX IF NOT EXISTS one_term_a_record ON public.customers_searchterm {columns};
    EXCEPTION WHEN unique_violation THEN
        DELETE FROM public.customers_searchterm a USING public.customers_searchterm b
         WHERE (a.record_id, a.kind, a.term) = (b.record_id, b.kind, b.term) AND a.ctid > b.ctid;
        CREATE UNIQUE INDEX one_term_a_record ON public.customers_searchterm {columns};
    END;
    {analyse}
END $$;
"""
NOW = ONCE.replace("{columns}", "(term varchar_pattern_ops, kind int2_ops, record_id int8_ops)").replace(
    "{analyse}", "ANALYZE public.customers_searchterm;"
)
BEFORE = ONCE.replace("{columns}", "(record_id int8_ops, kind int2_ops, term text_ops)").replace("    {analyse}\n", "")
SEARCH = """
CREATE FUNCTION set_aside_search_term() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
    DROP INDEX IF EXISTS public.search_term;
END $$;
CREATE FUNCTION build_search_term() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    CREATE INDEX IF NOT EXISTS search_term
        ON public.customers_searchterm (term varchar_pattern_ops, kind int2_ops, record_id int8_ops);
    ANALYZE public.customers_searchterm;
END $$;
REVOKE ALL ON FUNCTION set_aside_search_term(), build_search_term() FROM PUBLIC;
DROP FUNCTION set_aside_terms_of_record();
DROP FUNCTION build_terms_of_record();
"""


# One that waits since a load died may not be there.
GONE = "DROP INDEX IF EXISTS search_term; DROP INDEX IF EXISTS one_term_a_record; DROP INDEX IF EXISTS terms_of_record;"
MADE = "SELECT build_one_term_a_record(), build_terms_of_record();"
MADE_BEFORE = "SELECT build_one_term_a_record(), build_search_term();"


class Migration(migrations.Migration):
    dependencies = [("customers", "0024_hold_what_is_named_by_arrays")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(RECORD + NOW + GONE + MADE, SEARCH + BEFORE + GONE + MADE_BEFORE)],
            state_operations=[
                migrations.RemoveConstraint(model_name="searchterm", name="one_term_a_record"),
                migrations.RemoveIndex(model_name="searchterm", name="search_term"),
                migrations.AddConstraint(
                    model_name="searchterm",
                    constraint=models.UniqueConstraint(
                        fields=["term", "kind", "record"],
                        name="one_term_a_record",
                        opclasses=["varchar_pattern_ops", "int2_ops", "int8_ops"],
                    ),
                ),
                migrations.AddIndex(
                    model_name="searchterm", index=models.Index(fields=["record"], name="terms_of_record")
                ),
            ],
        )
    ]

"""That a term stands once under its record is told by a unique index, which may wait while a hub is filled.

As a primary key it could not: making one shuts out whoever reads, and whoever has read and writes then waits for ever.
What is written twice while it waits is put right when it is built (`cmdm.database.waiting`).
"""

from django.db import migrations, models

# They do just this, whoever calls them: the application role makes and drops nothing else.
WAIT = """
CREATE FUNCTION set_aside_one_term_a_record() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
    DROP INDEX IF EXISTS public.one_term_a_record;
END $$;
CREATE FUNCTION build_one_term_a_record() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    LOCK TABLE public.customers_searchterm IN SHARE ROW EXCLUSIVE MODE;
    BEGIN
        CREATE UNIQUE INDEX IF NOT EXISTS one_term_a_record
            ON public.customers_searchterm (record_id int8_ops, kind int2_ops, term text_ops);
    EXCEPTION WHEN unique_violation THEN
        DELETE FROM public.customers_searchterm a USING public.customers_searchterm b
         WHERE (a.record_id, a.kind, a.term) = (b.record_id, b.kind, b.term) AND a.ctid > b.ctid;
        CREATE UNIQUE INDEX one_term_a_record
            ON public.customers_searchterm (record_id int8_ops, kind int2_ops, term text_ops);
    END;
END $$;
REVOKE ALL ON FUNCTION set_aside_one_term_a_record(), build_one_term_a_record() FROM PUBLIC;
"""
BACK = """
SELECT build_one_term_a_record();
DROP FUNCTION set_aside_one_term_a_record();
DROP FUNCTION build_one_term_a_record();
"""
NO_KEY = "ALTER TABLE customers_searchterm DROP CONSTRAINT customers_searchterm_pkey"
KEY = "ALTER TABLE customers_searchterm ADD PRIMARY KEY (record_id, kind, term)"


class Migration(migrations.Migration):
    dependencies = [("customers", "0015_compare_by_an_index_alone")]
    operations = [
        migrations.AddConstraint(
            model_name="searchterm",
            constraint=models.UniqueConstraint(
                fields=["record", "kind", "term"],
                name="one_term_a_record",
                opclasses=["int8_ops", "int2_ops", "text_ops"],
            ),
        ),
        migrations.RunSQL(NO_KEY, KEY),
        migrations.RunSQL(WAIT, BACK),
    ]

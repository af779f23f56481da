"""The index of terms begins with the term: building it compares terms, where it first compared three kinds.

Of a kind the terms still stand in their order. With the kind in front every comparison of the build was a tie at first,
and took twice to three times as long.
"""

from django.db import migrations, models

FUNCTION = """
CREATE OR REPLACE FUNCTION build_search_term() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    CREATE INDEX IF NOT EXISTS search_term
        ON public.customers_searchterm {columns};
END $$;
"""
NOW = "(term varchar_pattern_ops, kind int2_ops, record_id int8_ops)"
BEFORE = "(kind int2_ops, term varchar_pattern_ops, record_id int8_ops)"


class Migration(migrations.Migration):
    dependencies = [("customers", "0017_hold_what_records_name_once_a_statement")]
    operations = [
        migrations.RemoveIndex(model_name="searchterm", name="search_term"),
        migrations.AddIndex(
            model_name="searchterm",
            index=models.Index(
                fields=["term", "kind", "record"],
                name="search_term",
                opclasses=["varchar_pattern_ops", "int2_ops", "int8_ops"],
            ),
        ),
        migrations.RunSQL(FUNCTION.format(columns=NOW), FUNCTION.format(columns=BEFORE)),
    ]

"""Records are looked up once a statement, and held only where others wrote them; what nobody asks is not kept.

No plan hangs on how often two records say exactly the same, or bear the same digest: while a million of them came,
counting that took a tenth of the server.
"""

import django.db.models.deletion
from django.db import migrations, models

# A row that this transaction has written is held by it already: nobody else can delete it before it ends. What it wrote
# within a savepoint bears another number and is held like the rows of others.
HOLD = """
CREATE OR REPLACE FUNCTION customers_hold_records() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE named bigint; own bigint; held bigint; me xid := pg_current_xact_id()::xid;
BEGIN
    SELECT count(*), count(r.id) FILTER (WHERE r.xmin = me) INTO named, own
      FROM (SELECT DISTINCT record_id FROM newer) n LEFT JOIN customers_sourcerecord r ON r.id = n.record_id;
    IF own < named THEN
        SELECT count(*) INTO held FROM (
            SELECT 1 FROM (SELECT DISTINCT record_id FROM newer) n
              JOIN customers_sourcerecord r ON r.id = n.record_id AND r.xmin <> me FOR KEY SHARE OF r) t;
        IF own + held < named THEN
            RAISE EXCEPTION '% names a record that is not there', TG_TABLE_NAME
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_record';
        END IF;
    END IF;
    RETURN NULL;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION customers_hold_records() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE held bigint; named bigint;
BEGIN
    SELECT count(DISTINCT record_id) INTO named FROM newer;
    SELECT count(*) INTO held FROM (
        SELECT 1 FROM (SELECT DISTINCT record_id FROM newer) n
          JOIN customers_sourcerecord r ON r.id = n.record_id FOR KEY SHARE OF r) t;
    IF held < named THEN
        RAISE EXCEPTION '% names a record that is not there', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_record';
    END IF;
    RETURN NULL;
END $$;
"""

TOLD_APART = {
    "customers_sourcerecord": ("values", "raw", "digest", "findings"),
    "customers_historicalsourcerecord": ("values", "raw", "digest", "findings"),
    "customers_customer": ("values", "lineage", "golden_hash"),
    "customers_historicalcustomer": ("lineage",),
}


def counted(target: int) -> str:
    """How many values of these columns are kept to plan by; -1 is the server's own number."""
    return "".join(
        f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {target};"
        for table, columns in TOLD_APART.items()
        for column in columns
    )


class Migration(migrations.Migration):
    dependencies = [("customers", "0011_check_customers_by_index")]
    operations = [
        migrations.RunSQL(HOLD, BEFORE),
        migrations.RunSQL(counted(0), counted(-1)),
        # The unique index of source and key begins with it.
        migrations.AlterField(
            model_name="sourcerecord",
            name="source",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="records",
                to="customers.source",
                verbose_name="source",
            ),
        ),
    ]

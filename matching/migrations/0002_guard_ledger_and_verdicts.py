"""The ledger takes INSERT only; nobody joins both ends of a human "different"."""

from django.db import migrations

LEDGER = """
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON matching_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION cmdm_insert_only();
"""
VERDICTS = """
CREATE FUNCTION matching_collect_verdicts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customers_pendingcheck (customers)
    SELECT array_agg(DISTINCT r.customer_id) FROM newer v JOIN customers_sourcerecord r ON r.id = v.left_id
     WHERE v.answer = 'different' AND v.revoked_at IS NULL AND r.customer_id IS NOT NULL
    HAVING count(r.customer_id) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER collect_new AFTER INSERT ON matching_verdict
    REFERENCING NEW TABLE AS newer FOR EACH STATEMENT EXECUTE FUNCTION matching_collect_verdicts();
CREATE TRIGGER collect_changed AFTER UPDATE ON matching_verdict
    REFERENCING NEW TABLE AS newer FOR EACH STATEMENT EXECUTE FUNCTION matching_collect_verdicts();
CREATE FUNCTION matching_check_verdicts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found bigint;
BEGIN
    SELECT v.id INTO found
      FROM customers_sourcerecord l
      JOIN matching_verdict v ON v.left_id = l.id AND v.answer = 'different' AND v.revoked_at IS NULL
      JOIN customers_sourcerecord r ON r.id = v.right_id AND r.customer_id = l.customer_id
     WHERE l.customer_id = ANY(NEW.customers) LIMIT 1;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'verdict % says different of two records of one customer', found
            USING ERRCODE = 'check_violation', CONSTRAINT = 'different_stays_apart';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_verdicts AFTER INSERT ON customers_pendingcheck
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION matching_check_verdicts();
"""


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_initial"), ("customers", "0002_check_at_commit"), ("cmdm", "0002_insert_only")]
    operations = [
        migrations.RunSQL(LEDGER, "DROP TRIGGER insert_only ON matching_ledgerentry"),
        migrations.RunSQL(
            VERDICTS,
            "DROP TRIGGER check_verdicts ON customers_pendingcheck; DROP FUNCTION matching_check_verdicts();"
            "DROP TRIGGER collect_new ON matching_verdict; DROP TRIGGER collect_changed ON matching_verdict;"
            "DROP FUNCTION matching_collect_verdicts();",
        ),
    ]

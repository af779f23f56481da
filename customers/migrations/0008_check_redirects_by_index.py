"""The check at commit finds redirects by their index: asked for both ends at once it read every customer, every time."""

from django.db import migrations

CHECK = """
CREATE OR REPLACE FUNCTION customers_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found bigint;
BEGIN
    SELECT c.id INTO found FROM customers_customer c
     WHERE c.id = ANY(NEW.customers) AND c.status = 'active' AND NOT EXISTS (
        SELECT 1 FROM customers_sourcerecord r WHERE r.customer_id = c.id AND r.closed_at IS NULL) LIMIT 1;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'customer % is active and has no open record', found
            USING ERRCODE = 'check_violation', CONSTRAINT = 'active_has_records';
    END IF;
    SELECT c.id INTO found FROM customers_customer c
     WHERE c.id = ANY(NEW.customers) AND c.status <> 'active' AND EXISTS (
        SELECT 1 FROM customers_sourcerecord r WHERE r.customer_id = c.id AND r.closed_at IS NULL) LIMIT 1;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'customer % is not active and has an open record', found
            USING ERRCODE = 'check_violation', CONSTRAINT = 'open_points_to_active';
    END IF;
    SELECT t.id INTO found FROM (
        SELECT c.id, c.merged_into_id FROM customers_customer c WHERE c.id = ANY(NEW.customers)
        UNION ALL
        SELECT c.id, c.merged_into_id FROM customers_customer c WHERE c.merged_into_id = ANY(NEW.customers)) t
      JOIN customers_customer s ON s.id = t.merged_into_id AND s.status = 'merged' LIMIT 1;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'customer % redirects to one that is merged itself', found
            USING ERRCODE = 'check_violation', CONSTRAINT = 'redirect_in_one_hop';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_age_trust")]
    operations = [migrations.RunSQL(CHECK, migrations.RunSQL.noop)]

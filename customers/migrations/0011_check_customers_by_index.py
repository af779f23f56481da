"""The check at commit looks at each customer and its records by their indexes, in one pass.

A load touches thousands of customers in one statement: planned for that many, the check read both tables whole, once a
statement.
"""

from django.db import migrations

CHECK = """
CREATE OR REPLACE FUNCTION customers_check() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE found bigint; state text;
BEGIN
    SELECT c.id, c.status INTO found, state
      FROM unnest(NEW.customers) AS n(id) JOIN customers_customer c ON c.id = n.id
      LEFT JOIN LATERAL (
        SELECT true AS there FROM customers_sourcerecord r WHERE r.customer_id = c.id AND r.closed_at IS NULL LIMIT 1
        ) AS r ON true
     WHERE (c.status = 'active') <> COALESCE(r.there, false) LIMIT 1;
    IF state = 'active' THEN
        RAISE EXCEPTION 'customer % is active and has no open record', found
            USING ERRCODE = 'check_violation', CONSTRAINT = 'active_has_records';
    ELSIF found IS NOT NULL THEN
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
    dependencies = [("customers", "0010_index_of_redirects")]
    operations = [migrations.RunSQL(CHECK, migrations.RunSQL.noop)]

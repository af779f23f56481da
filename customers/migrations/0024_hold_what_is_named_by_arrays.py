"""What rows name is looked up in one walk through an index, not name by name; customers are checked by counting them.

Looked up one by one, what the rows of a large load name took a tenth of what the server did for it.
"""

from django.db import migrations

HEAD = "LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$"
# A row that this transaction has written is held by it already: nobody else can delete it before it ends.
RECORDS = f"""
CREATE OR REPLACE FUNCTION customers_hold_records() RETURNS trigger {HEAD}
DECLARE wanted bigint[]; named bigint; own bigint; held bigint; me xid := pg_current_xact_id()::xid;
BEGIN
    wanted := ARRAY(SELECT DISTINCT record_id FROM newer);
    named := cardinality(wanted);
    SELECT count(*) INTO own FROM customers_sourcerecord r WHERE r.id = ANY(wanted) AND r.xmin = me;
    IF own < named THEN
        SELECT count(*) INTO held FROM (
            SELECT 1 FROM customers_sourcerecord r WHERE r.id = ANY(wanted) AND r.xmin <> me
             ORDER BY r.id FOR KEY SHARE OF r) t;
        IF own + held < named THEN
            RAISE EXCEPTION '% names a record that is not there', TG_TABLE_NAME
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_record';
        END IF;
    END IF;
    RETURN NULL;
END $$;
"""
# Whoever calls it names each customer once.
CUSTOMERS = f"""
CREATE OR REPLACE FUNCTION customers_hold_customers(wanted bigint[], teller text) RETURNS void {HEAD}
DECLARE named bigint := cardinality(wanted); own bigint; held bigint; me xid := pg_current_xact_id()::xid;
BEGIN
    SELECT count(*) INTO own FROM customers_customer c WHERE c.id = ANY(wanted) AND c.xmin = me;
    IF own < named THEN
        SELECT count(*) INTO held FROM (
            SELECT 1 FROM customers_customer c WHERE c.id = ANY(wanted) AND c.xmin <> me
             ORDER BY c.id FOR KEY SHARE OF c) t;
        IF own + held < named THEN
            RAISE EXCEPTION '% names a customer that is not there', teller
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = teller || '_customer';
        END IF;
    END IF;
END $$;
"""
# Of many customers it is asked first whether all are active, which redirects neither end at, and have an open record:
# only where they are not all like that is it asked which one is not as it must be.
MANY = """
    IF cardinality(touched) >= 100 THEN
        SELECT count(*) INTO sound FROM customers_customer c WHERE c.id = ANY(touched) AND c.status = 'active';
        IF sound = cardinality(touched) THEN
            SELECT count(*) INTO sound FROM (
                SELECT DISTINCT r.customer_id FROM customers_sourcerecord r
                 WHERE r.customer_id = ANY(touched) AND r.closed_at IS NULL) t;
            IF sound = cardinality(touched) THEN
                RETURN NULL;
            END IF;
        END IF;
    END IF;
"""
CHECK = f"""
CREATE OR REPLACE FUNCTION customers_check() RETURNS trigger {HEAD}
DECLARE touched bigint[]; found bigint; state text; sound bigint;
BEGIN
    WITH taken AS (DELETE FROM customers_pendingcheck WHERE id >= NEW.id RETURNING customers)
    SELECT array_agg(DISTINCT c) INTO touched FROM taken, unnest(taken.customers) AS c;
    IF touched IS NULL THEN
        RETURN NULL;
    END IF;
    {{many}}
    SELECT c.id, c.status INTO found, state
      FROM unnest(touched) AS n(id) JOIN customers_customer c ON c.id = n.id
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
        SELECT c.id, c.merged_into_id FROM customers_customer c WHERE c.id = ANY(touched)
        UNION ALL
        SELECT c.id, c.merged_into_id FROM customers_customer c WHERE c.merged_into_id = ANY(touched)) t
     WHERE (SELECT s.status FROM customers_customer s WHERE s.id = t.merged_into_id) = 'merged' LIMIT 1;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'customer % redirects to one that is merged itself', found
            USING ERRCODE = 'check_violation', CONSTRAINT = 'redirect_in_one_hop';
    END IF;
    RETURN NULL;
END $$;
"""
RECORDS_BEFORE = f"""
CREATE OR REPLACE FUNCTION customers_hold_records() RETURNS trigger {HEAD}
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
CUSTOMERS_BEFORE = f"""
CREATE OR REPLACE FUNCTION customers_hold_customers(wanted bigint[], teller text) RETURNS void {HEAD}
DECLARE named bigint; own bigint; held bigint; me xid := pg_current_xact_id()::xid;
BEGIN
    SELECT count(*), count(c.id) FILTER (WHERE c.xmin = me) INTO named, own
      FROM unnest(wanted) AS n(id) LEFT JOIN customers_customer c ON c.id = n.id;
    IF own < named THEN
        SELECT count(*) INTO held FROM (
            SELECT 1 FROM customers_customer c WHERE c.id = ANY(wanted) AND c.xmin <> me
             ORDER BY c.id FOR KEY SHARE OF c) t;
        IF own + held < named THEN
            RAISE EXCEPTION '% names a customer that is not there', teller
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = teller || '_customer';
        END IF;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0023_room_only_where_records_wait")]
    operations = [
        migrations.RunSQL(
            RECORDS + CUSTOMERS + CHECK.replace("{many}", MANY),
            RECORDS_BEFORE + CUSTOMERS_BEFORE + CHECK.replace("{many}", ""),
        )
    ]

"""What needs other rows is checked at commit.

Statement-level triggers collect the customers that a statement touched as one array row; the row's deferred
constraint trigger checks them when the transaction ends and removes the row. Per-row constraint triggers cost nine
times as much on loads, and statement triggers alone cannot be deferred.
"""

from django.db import migrations

COLLECT_RECORDS = """
CREATE FUNCTION customers_collect_new_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customers_pendingcheck (customers)
    SELECT array_agg(DISTINCT customer_id) FROM newer WHERE customer_id IS NOT NULL
    HAVING count(customer_id) > 0;
    RETURN NULL;
END $$;
CREATE FUNCTION customers_collect_changed_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customers_pendingcheck (customers)
    SELECT array_agg(DISTINCT c) FROM (
        SELECT customer_id AS c FROM newer UNION SELECT customer_id FROM older) t WHERE c IS NOT NULL
    HAVING count(c) > 0;
    RETURN NULL;
END $$;
CREATE FUNCTION customers_collect_gone_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customers_pendingcheck (customers)
    SELECT array_agg(DISTINCT customer_id) FROM older WHERE customer_id IS NOT NULL
    HAVING count(customer_id) > 0;
    RETURN NULL;
END $$;
CREATE FUNCTION customers_collect_customers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customers_pendingcheck (customers)
    SELECT array_agg(id) FROM newer HAVING count(id) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER collect_new AFTER INSERT ON customers_sourcerecord
    REFERENCING NEW TABLE AS newer FOR EACH STATEMENT EXECUTE FUNCTION customers_collect_new_records();
CREATE TRIGGER collect_changed AFTER UPDATE ON customers_sourcerecord
    REFERENCING NEW TABLE AS newer OLD TABLE AS older
    FOR EACH STATEMENT EXECUTE FUNCTION customers_collect_changed_records();
CREATE TRIGGER collect_gone AFTER DELETE ON customers_sourcerecord
    REFERENCING OLD TABLE AS older FOR EACH STATEMENT EXECUTE FUNCTION customers_collect_gone_records();
CREATE TRIGGER collect_new AFTER INSERT ON customers_customer
    REFERENCING NEW TABLE AS newer FOR EACH STATEMENT EXECUTE FUNCTION customers_collect_customers();
CREATE TRIGGER collect_changed AFTER UPDATE ON customers_customer
    REFERENCING NEW TABLE AS newer FOR EACH STATEMENT EXECUTE FUNCTION customers_collect_customers();
"""
CHECK = """
CREATE FUNCTION customers_check() RETURNS trigger LANGUAGE plpgsql AS $$
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
    SELECT c.id INTO found FROM customers_customer c JOIN customers_customer s ON s.id = c.merged_into_id
     WHERE (c.id = ANY(NEW.customers) OR c.merged_into_id = ANY(NEW.customers)) AND s.status = 'merged' LIMIT 1;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'customer % redirects to one that is merged itself', found
            USING ERRCODE = 'check_violation', CONSTRAINT = 'redirect_in_one_hop';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION customers_check_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM customers_pendingcheck WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_customers AFTER INSERT ON customers_pendingcheck
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION customers_check();
CREATE CONSTRAINT TRIGGER zz_done AFTER INSERT ON customers_pendingcheck
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION customers_check_done();
CREATE INDEX customers_customer_redirect ON customers_customer (merged_into_id) WHERE merged_into_id IS NOT NULL;
"""
UNDO = """
DROP INDEX IF EXISTS customers_customer_redirect;
DROP TRIGGER zz_done ON customers_pendingcheck;
DROP TRIGGER check_customers ON customers_pendingcheck;
DROP TRIGGER collect_new ON customers_customer;
DROP TRIGGER collect_changed ON customers_customer;
DROP TRIGGER collect_new ON customers_sourcerecord;
DROP TRIGGER collect_changed ON customers_sourcerecord;
DROP TRIGGER collect_gone ON customers_sourcerecord;
DROP FUNCTION customers_check_done();
DROP FUNCTION customers_check();
DROP FUNCTION customers_collect_customers();
DROP FUNCTION customers_collect_new_records();
DROP FUNCTION customers_collect_changed_records();
DROP FUNCTION customers_collect_gone_records();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunSQL(COLLECT_RECORDS + CHECK, UNDO)]

"""What records and the domains of customers name is held once a statement; customers are checked once a transaction.

Asked once a row, as foreign keys do, this and the check at commit took more of a large load than writing its rows.
"""

from typing import Any

from django.db import migrations, models
from django.db.models.deletion import CASCADE, PROTECT


def drop(table: str, *columns: str) -> str:
    """Drop the foreign keys of these columns, whatever they are called."""
    named = ", ".join(f"'{column}'" for column in columns)
    return f"""
        DO $$ DECLARE name text; BEGIN
            FOR name IN
                SELECT c.conname FROM pg_constraint c
                  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                 WHERE c.contype = 'f' AND c.conrelid = '{table}'::regclass AND a.attname IN ({named})
            LOOP EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', name); END LOOP;
        END $$;
    """


# A row that this transaction has written is held by it already: nobody else can delete it before it ends.
HOLD = """
CREATE OR REPLACE FUNCTION customers_hold_customers(wanted bigint[], teller text) RETURNS void LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
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
CREATE OR REPLACE FUNCTION customers_hold_places(sources bigint[], domains bigint[], teller text) RETURNS void LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
DECLARE held bigint;
BEGIN
    SELECT count(*) INTO held FROM (SELECT 1 FROM cmdm_domain d WHERE d.id = ANY(domains) ORDER BY d.id FOR KEY SHARE) t;
    IF held < cardinality(domains) THEN
        RAISE EXCEPTION '% names a domain that is not there', teller
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = teller || '_domain';
    END IF;
    SELECT count(*) INTO held FROM (
        SELECT 1 FROM customers_source s WHERE s.id = ANY(sources) ORDER BY s.id FOR KEY SHARE) t;
    IF held < cardinality(sources) THEN
        RAISE EXCEPTION '% names a source that is not there', teller
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = teller || '_source';
    END IF;
END $$;
"""
RECORDS = """
CREATE OR REPLACE FUNCTION customers_collect_new_records() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE linked bigint[]; sources bigint[]; domains bigint[];
BEGIN
    SELECT array_agg(DISTINCT customer_id) FILTER (WHERE customer_id IS NOT NULL),
           array_agg(DISTINCT source_id), array_agg(DISTINCT domain_id)
      INTO linked, sources, domains FROM newer;
    IF linked IS NOT NULL THEN
        PERFORM customers_hold_customers(linked, TG_TABLE_NAME);
        INSERT INTO customers_pendingcheck (customers) VALUES (linked);
    END IF;
    IF sources IS NOT NULL THEN
        PERFORM customers_hold_places(sources, domains, TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$;
-- A customer that had one of these records before cannot go while it has it.
CREATE OR REPLACE FUNCTION customers_collect_changed_records() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[]; gained bigint[];
BEGIN
    SELECT array_agg(c), array_agg(c) FILTER (WHERE gains) INTO touched, gained FROM (
        SELECT c, bool_and(is_new) AS gains FROM (
            SELECT customer_id AS c, true AS is_new FROM newer UNION ALL SELECT customer_id, false FROM older) b
         WHERE c IS NOT NULL GROUP BY c) t;
    IF gained IS NOT NULL THEN
        PERFORM customers_hold_customers(gained, TG_TABLE_NAME);
    END IF;
    IF touched IS NOT NULL THEN
        INSERT INTO customers_pendingcheck (customers) VALUES (touched);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION customers_hold_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM customers_hold_places(ARRAY[NEW.source_id], ARRAY[NEW.domain_id], TG_TABLE_NAME);
    RETURN NULL;
END $$;
CREATE TRIGGER hold_place AFTER UPDATE OF source_id, domain_id ON customers_sourcerecord FOR EACH ROW
    WHEN (OLD.source_id <> NEW.source_id OR OLD.domain_id <> NEW.domain_id) EXECUTE FUNCTION customers_hold_place();
"""
DOMAINS = """
CREATE FUNCTION customers_hold_customer_domains() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE customers bigint[]; domains bigint[];
BEGIN
    SELECT array_agg(DISTINCT customer_id), array_agg(DISTINCT domain_id) INTO customers, domains FROM newer;
    IF customers IS NOT NULL THEN
        PERFORM customers_hold_customers(customers, TG_TABLE_NAME);
        PERFORM customers_hold_places('{}', domains, TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER hold_new AFTER INSERT ON customers_customerdomain
    REFERENCING NEW TABLE AS newer FOR EACH STATEMENT EXECUTE FUNCTION customers_hold_customer_domains();
CREATE TRIGGER hold_changed AFTER UPDATE ON customers_customerdomain
    REFERENCING NEW TABLE AS newer FOR EACH STATEMENT EXECUTE FUNCTION customers_hold_customer_domains();
"""
KEEP = """
CREATE FUNCTION customers_keep_named() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE named boolean;
BEGIN
    IF TG_TABLE_NAME = 'customers_customer' THEN
        named := EXISTS (SELECT 1 FROM older o JOIN customers_sourcerecord r ON r.customer_id = o.id)
              OR EXISTS (SELECT 1 FROM older o JOIN customers_customerdomain d ON d.customer_id = o.id);
    ELSIF TG_TABLE_NAME = 'customers_source' THEN
        named := EXISTS (SELECT 1 FROM older o JOIN customers_sourcerecord r ON r.source_id = o.id);
    ELSE
        named := EXISTS (SELECT 1 FROM older o JOIN customers_sourcerecord r ON r.domain_id = o.id)
              OR EXISTS (SELECT 1 FROM older o JOIN customers_customerdomain d ON d.domain_id = o.id);
    END IF;
    IF named THEN
        RAISE EXCEPTION 'a row of % that others name cannot be deleted', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_named';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_named AFTER DELETE ON customers_customer
    REFERENCING OLD TABLE AS older FOR EACH STATEMENT EXECUTE FUNCTION customers_keep_named();
CREATE TRIGGER keep_named AFTER DELETE ON customers_source
    REFERENCING OLD TABLE AS older FOR EACH STATEMENT EXECUTE FUNCTION customers_keep_named();
CREATE TRIGGER keep_named AFTER DELETE ON cmdm_domain
    REFERENCING OLD TABLE AS older FOR EACH STATEMENT EXECUTE FUNCTION customers_keep_named();
"""
# The first that is looked at takes all that wait: a customer is touched by several statements of a transaction.
CHECK = """
DROP TRIGGER zz_done ON customers_pendingcheck;
DROP FUNCTION customers_check_done();
CREATE OR REPLACE FUNCTION customers_check() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE touched bigint[]; found bigint; state text;
BEGIN
    WITH taken AS (DELETE FROM customers_pendingcheck WHERE id >= NEW.id RETURNING customers)
    SELECT array_agg(DISTINCT c) INTO touched FROM taken, unnest(taken.customers) AS c;
    IF touched IS NULL THEN
        RETURN NULL;
    END IF;
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

BACK = """
ALTER TABLE customers_sourcerecord
    ADD FOREIGN KEY (customer_id) REFERENCES customers_customer DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (source_id) REFERENCES customers_source DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (domain_id) REFERENCES cmdm_domain DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE customers_customerdomain
    ADD FOREIGN KEY (customer_id) REFERENCES customers_customer DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (domain_id) REFERENCES cmdm_domain DEFERRABLE INITIALLY DEFERRED;
DROP TRIGGER hold_place ON customers_sourcerecord;
DROP TRIGGER hold_new ON customers_customerdomain;
DROP TRIGGER hold_changed ON customers_customerdomain;
DROP TRIGGER keep_named ON customers_customer;
DROP TRIGGER keep_named ON customers_source;
DROP TRIGGER keep_named ON cmdm_domain;
DROP FUNCTION customers_hold_place();
DROP FUNCTION customers_hold_customer_domains();
DROP FUNCTION customers_keep_named();
CREATE FUNCTION customers_check_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM customers_pendingcheck WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER zz_done AFTER INSERT ON customers_pendingcheck
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION customers_check_done();
"""


def held(model: str, name: str, **options: Any) -> migrations.AlterField:
    """The field holds what it names by triggers."""
    field = models.ForeignKey(db_constraint=False, **options)
    return migrations.AlterField(model_name=model, name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("customers", "0016_both_indexes_of_terms_may_wait")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    drop("customers_sourcerecord", "customer_id", "source_id", "domain_id")
                    + drop("customers_customerdomain", "customer_id", "domain_id")
                    + HOLD + RECORDS + DOMAINS + KEEP + CHECK,
                    BACK,
                )
            ],
            state_operations=[
                held(
                    "sourcerecord", "customer", null=True, on_delete=PROTECT, related_name="records",
                    to="customers.customer", verbose_name="customer",
                ),
                held(
                    "sourcerecord", "source", db_index=False, on_delete=PROTECT, related_name="records",
                    to="customers.source", verbose_name="source",
                ),
                held(
                    "sourcerecord", "domain", db_index=False, on_delete=PROTECT, related_name="+", to="cmdm.domain",
                    verbose_name="domain",
                ),
                held("customerdomain", "customer", on_delete=CASCADE, related_name="domains", to="customers.customer"),
                held(
                    "customerdomain", "domain", db_index=False, on_delete=PROTECT, related_name="+", to="cmdm.domain"
                ),
            ],
        ),
    ]  # fmt: skip

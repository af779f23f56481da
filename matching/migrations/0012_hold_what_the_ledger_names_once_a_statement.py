"""What entries of the ledger name is held once a statement: asked once a row it cost more than the row itself."""

from typing import Any

from django.conf import settings
from django.db import migrations, models
from django.db.models.deletion import PROTECT

NAMES = ("actor_id", "customer_id", "source_customer_id", "reverses_id")
# Whatever the foreign keys are called. Entries stay for good: one that is there need not be held.
HOLD = f"""
DO $$ DECLARE name text; BEGIN
    FOR name IN
        SELECT c.conname FROM pg_constraint c
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
         WHERE c.contype = 'f' AND c.conrelid = 'matching_ledgerentry'::regclass AND a.attname IN {NAMES}
    LOOP EXECUTE format('ALTER TABLE matching_ledgerentry DROP CONSTRAINT %I', name); END LOOP;
END $$;
CREATE FUNCTION matching_hold_named() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE customers bigint[]; origins bigint[]; actors bigint[]; reversed bigint[]; held bigint;
BEGIN
    SELECT array_agg(DISTINCT customer_id), array_agg(DISTINCT actor_id),
           array_agg(DISTINCT source_customer_id) FILTER (WHERE source_customer_id IS NOT NULL),
           array_agg(DISTINCT reverses_id) FILTER (WHERE reverses_id IS NOT NULL)
      INTO customers, actors, origins, reversed FROM newer;
    IF customers IS NULL THEN
        RETURN NULL;
    END IF;
    IF origins IS NOT NULL THEN
        customers := ARRAY(SELECT unnest(customers) UNION SELECT unnest(origins));
    END IF;
    PERFORM customers_hold_customers(customers, TG_TABLE_NAME);
    SELECT count(*) INTO held FROM (SELECT 1 FROM cmdm_user u WHERE u.id = ANY(actors) ORDER BY u.id FOR KEY SHARE) t;
    IF held < cardinality(actors) THEN
        RAISE EXCEPTION '% names a user who is not there', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'matching_ledgerentry_actor';
    END IF;
    IF reversed IS NOT NULL THEN
        SELECT count(*) INTO held FROM matching_ledgerentry e WHERE e.id = ANY(reversed);
        IF held < cardinality(reversed) THEN
            RAISE EXCEPTION '% names an entry that is not there', TG_TABLE_NAME
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'matching_ledgerentry_reverses';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER hold_named AFTER INSERT ON matching_ledgerentry
    REFERENCING NEW TABLE AS newer FOR EACH STATEMENT EXECUTE FUNCTION matching_hold_named();
CREATE FUNCTION matching_keep_named() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE named boolean;
BEGIN
    IF TG_TABLE_NAME = 'customers_customer' THEN
        named := EXISTS (SELECT 1 FROM older o JOIN matching_ledgerentry e ON e.customer_id = o.id)
              OR EXISTS (SELECT 1 FROM older o JOIN matching_ledgerentry e ON e.source_customer_id = o.id);
    ELSE
        named := EXISTS (SELECT 1 FROM older o JOIN matching_ledgerentry e ON e.actor_id = o.id);
    END IF;
    IF named THEN
        RAISE EXCEPTION 'a row of % that the ledger names cannot be deleted', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_in_ledger';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_in_ledger AFTER DELETE ON customers_customer
    REFERENCING OLD TABLE AS older FOR EACH STATEMENT EXECUTE FUNCTION matching_keep_named();
CREATE TRIGGER keep_in_ledger AFTER DELETE ON cmdm_user
    REFERENCING OLD TABLE AS older FOR EACH STATEMENT EXECUTE FUNCTION matching_keep_named();
"""
BACK = """
ALTER TABLE matching_ledgerentry
    ADD FOREIGN KEY (actor_id) REFERENCES cmdm_user DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (customer_id) REFERENCES customers_customer DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (source_customer_id) REFERENCES customers_customer DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (reverses_id) REFERENCES matching_ledgerentry DEFERRABLE INITIALLY DEFERRED;
DROP TRIGGER hold_named ON matching_ledgerentry;
DROP TRIGGER keep_in_ledger ON customers_customer;
DROP TRIGGER keep_in_ledger ON cmdm_user;
DROP FUNCTION matching_hold_named();
DROP FUNCTION matching_keep_named();
"""


def held(name: str, **options: Any) -> migrations.AlterField:
    """The field holds what it names by triggers."""
    field = models.ForeignKey(db_constraint=False, on_delete=PROTECT, **options)
    return migrations.AlterField(model_name="ledgerentry", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0017_hold_what_records_name_once_a_statement"),
        ("matching", "0011_index_of_blocks_may_wait"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(HOLD, BACK)],
            state_operations=[
                held("actor", db_index=False, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="by"),
                held("customer", related_name="ledger", to="customers.customer"),
                held("source_customer", db_index=False, null=True, related_name="+", to="customers.customer"),
                held("reverses", db_index=False, null=True, related_name="reversed_by", to="matching.ledgerentry"),
            ],
        ),
    ]

"""Keys are held to their records by one check a statement; indexes nobody asks are dropped."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEYS = """
CREATE FUNCTION matching_keep_records_with_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM older o JOIN matching_matchkey k ON k.record_id = o.id) THEN
        RAISE EXCEPTION 'a record that has keys cannot be deleted'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'matching_matchkey_record';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER hold_records AFTER INSERT ON matching_matchkey
    REFERENCING NEW TABLE AS newer FOR EACH STATEMENT EXECUTE FUNCTION customers_hold_records();
CREATE TRIGGER keep_with_keys AFTER DELETE ON customers_sourcerecord
    REFERENCING OLD TABLE AS older FOR EACH STATEMENT EXECUTE FUNCTION matching_keep_records_with_keys();
"""
BACK = """
DROP TRIGGER keep_with_keys ON customers_sourcerecord;
DROP TRIGGER hold_records ON matching_matchkey;
DROP FUNCTION matching_keep_records_with_keys();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_lean_terms"),
        ("matching", "0005_name_more_kinds_of_candidates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="ledgerentry",
            name="actor",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AlterField(
            model_name="ledgerentry",
            name="reverses",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversed_by",
                to="matching.ledgerentry",
            ),
        ),
        migrations.AlterField(
            model_name="ledgerentry",
            name="source_customer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AlterField(
            model_name="matchkey",
            name="record",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="match_keys",
                to="customers.sourcerecord",
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(
                condition=models.Q(("reverses__isnull", False)), fields=["reverses"], name="ledger_reverses"
            ),
        ),
        migrations.RunSQL(KEYS, BACK),
    ]

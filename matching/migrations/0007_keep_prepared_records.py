"""What preparing made of a record is kept beside its keys; it goes with its record."""

import django.db.models.deletion
from django.db import migrations, models

GONE = """
CREATE FUNCTION matching_forget_prepared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM matching_preparedrecord p USING older o WHERE p.record_id = o.id;
    RETURN NULL;
END $$;
CREATE TRIGGER hold_records AFTER INSERT ON matching_preparedrecord
    REFERENCING NEW TABLE AS newer FOR EACH STATEMENT EXECUTE FUNCTION customers_hold_records();
CREATE TRIGGER forget_prepared AFTER DELETE ON customers_sourcerecord
    REFERENCING OLD TABLE AS older FOR EACH STATEMENT EXECUTE FUNCTION matching_forget_prepared();
"""
BACK = """
DROP TRIGGER forget_prepared ON customers_sourcerecord;
DROP TRIGGER hold_records ON matching_preparedrecord;
DROP FUNCTION matching_forget_prepared();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0010_index_of_redirects"),
        ("matching", "0006_lean_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="PreparedRecord",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="prepared",
                        serialize=False,
                        to="customers.sourcerecord",
                    ),
                ),
                ("preparation", models.BigIntegerField()),
                ("version", models.IntegerField()),
                ("line", models.BinaryField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL(GONE, BACK),
    ]

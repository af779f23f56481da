"""Of the ledger's entries few name a second customer: only these stand in the index of them.

How often records are prepared to the same line, or two entries have the same evidence, is not counted: no plan asks it.
"""

from django.db import migrations, models

COUNTED = """
ALTER TABLE matching_ledgerentry ALTER COLUMN evidence SET STATISTICS {0};
ALTER TABLE matching_preparedrecord ALTER COLUMN line SET STATISTICS {0};
ALTER TABLE matching_candidate ALTER COLUMN evidence SET STATISTICS {0};
"""


class Migration(migrations.Migration):
    dependencies = [("matching", "0007_keep_prepared_records")]
    operations = [
        migrations.RunSQL(COUNTED.format(0), COUNTED.format(-1)),
        migrations.RemoveIndex(model_name="ledgerentry", name="ledger_left"),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(
                fields=["source_customer", "id"],
                condition=models.Q(("source_customer__isnull", False)),
                name="ledger_left",
            ),
        ),
    ]

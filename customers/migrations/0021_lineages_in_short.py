"""Lineages are read in two forms and written in the short one. The column stays as it is, and so do its rows."""

from django.db import migrations

import customers.models.lineage


class Migration(migrations.Migration):
    dependencies = [("customers", "0020_know_the_terms_of_a_filled_hub")]
    operations = [
        migrations.AlterField(
            model, "lineage", customers.models.lineage.LineageField(default=dict, verbose_name="lineage")
        )
        for model in ("customer", "historicalcustomer")
    ]

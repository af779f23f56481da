"""Counts are added slice by slice and summed up once, at their end: nothing looks a single one up meanwhile."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0030_find_households")]

    operations = [
        # A count that is under way was counted otherwise; it begins anew.
        migrations.RunSQL(
            "DELETE FROM customers_tally; DELETE FROM customers_suggestionrun WHERE state = 'counting'",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint(model_name="tally", name="one_tally_a_spelling"),
    ]

"""Unmerging finds entries by record, undoing finds verdicts and questions by change, the list finds open questions."""

import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_find_changed_customers"),
        ("matching", "0002_guard_ledger_and_verdicts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(
                condition=models.Q(("state", "closed")), fields=["change"], name="candidate_closing_change"
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(condition=models.Q(("state", "open")), fields=["id"], name="candidate_open"),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("deed", "found"), _negated=True), fields=["records"], name="ledger_records"
            ),
        ),
        migrations.AddIndex(
            model_name="verdict",
            index=models.Index(fields=["change"], name="verdict_change"),
        ),
    ]

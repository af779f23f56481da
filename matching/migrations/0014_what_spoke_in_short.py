"""What spoke for a link is read in two forms and written in the short one. The column stays as it is, and so do its rows."""

from django.db import migrations

import matching.models.evidence


class Migration(migrations.Migration):
    dependencies = [("matching", "0013_know_the_keys_of_a_filled_hub")]
    operations = [
        migrations.AlterField("ledgerentry", "evidence", matching.models.evidence.EvidenceField(default=dict))
    ]

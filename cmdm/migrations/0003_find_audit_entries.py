"""The log is read by rare deeds and by small domains without passing everything else."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cmdm", "0002_insert_only"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["deed", "id"], name="audit_deed", opclasses=["varchar_pattern_ops", "int8_ops"]),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=django.contrib.postgres.indexes.GinIndex(fields=["domains"], name="audit_domains"),
        ),
    ]

"""Many customers leave as a sealed file that waits a day for who asked for it."""

import cmdm.clock
import cmdm.ids
import cmdm.models.base
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cmdm", "0003_find_audit_entries"),
        ("customers", "0003_find_changed_customers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExportFile",
            fields=[
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("id", models.UUIDField(default=cmdm.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("filters", models.JSONField(default=dict)),
                ("purpose", models.CharField(max_length=60, verbose_name="purpose")),
                ("columns", models.JSONField(default=list)),
                ("attributes", models.JSONField(default=list)),
                (
                    "domains",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "revealed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("position", models.BigIntegerField(default=0)),
                ("expected", models.BigIntegerField(default=0, verbose_name="of")),
                ("rows", models.BigIntegerField(default=0, verbose_name="rows")),
                ("size", models.BigIntegerField(default=0, verbose_name="bytes")),
                ("pieces", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=cmdm.clock.now, verbose_name="asked at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="ended at")),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="kept until")),
                (
                    "job",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cmdm.job"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="for",
                    ),
                ),
            ],
            options={
                "verbose_name": "export file",
                "verbose_name_plural": "export files",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ExportChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="chunks", to="customers.exportfile"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("file", "number"), name="one_export_chunk_a_number")],
            },
        ),
    ]

"""Proof for an authority, and scans behind an evidence."""

import cmdm.clock
import cmdm.ids
import cmdm.models.base
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cmdm", "0004_add_verb_publish"),
        ("consent", "0002_guard_events_and_notices"),
        ("customers", "0004_add_export_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("media_type", models.CharField(max_length=60, verbose_name="kind of file")),
                ("size", models.PositiveIntegerField(verbose_name="bytes")),
                ("digest", models.CharField(max_length=64, verbose_name="hash")),
                ("sealed", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField(default=cmdm.clock.now, verbose_name="at")),
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachment", to="consent.evidence"
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ProofFile",
            fields=[
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("id", models.UUIDField(default=cmdm.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("sample", models.PositiveIntegerField(default=0, verbose_name="sample")),
                ("reason", models.CharField(max_length=60, verbose_name="what for")),
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
                ("events", models.PositiveIntegerField(default=0, verbose_name="events")),
                ("size", models.BigIntegerField(default=0, verbose_name="bytes")),
                ("created_at", models.DateTimeField(default=cmdm.clock.now, verbose_name="asked at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="ended at")),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="kept until")),
                (
                    "customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
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
                (
                    "purpose",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.purpose",
                        verbose_name="purpose",
                    ),
                ),
            ],
            options={
                "verbose_name": "proof file",
                "verbose_name_plural": "proof files",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ProofChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="chunks", to="consent.prooffile"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="prooffile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("customer__isnull", False), ("purpose__isnull", True)),
                    models.Q(("customer__isnull", True), ("purpose__isnull", False)),
                    _connector="OR",
                ),
                name="proof_of_a_customer_or_a_purpose",
            ),
        ),
        migrations.AddConstraint(
            model_name="proofchunk",
            constraint=models.UniqueConstraint(fields=("file", "number"), name="one_proof_chunk_a_number"),
        ),
    ]

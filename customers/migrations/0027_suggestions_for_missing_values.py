"""Suggestions for missing values: what is counted, where something can be filled in, what people answered."""

import cmdm.clock
import cmdm.models.base
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cmdm", "0006_hold_pending_events_once_a_statement"),
        ("customers", "0026_add_households"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="historicalsource",
            name="role",
            field=models.CharField(
                choices=[
                    ("system", "A system"),
                    ("steward", "Corrections of stewards"),
                    ("portal", "The customers themselves"),
                    ("derived", "Filled in by rule"),
                ],
                default="system",
                max_length=10,
                verbose_name="role",
            ),
        ),
        migrations.AlterField(
            model_name="source",
            name="role",
            field=models.CharField(
                choices=[
                    ("system", "A system"),
                    ("steward", "Corrections of stewards"),
                    ("portal", "The customers themselves"),
                    ("derived", "Filled in by rule"),
                ],
                default="system",
                max_length=10,
                verbose_name="role",
            ),
        ),
        migrations.CreateModel(
            name="HistoricalSuggestionAnswer",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("attribute", models.SlugField(db_index=False, max_length=60, verbose_name="attribute")),
                ("rule", models.CharField(max_length=30, verbose_name="rule")),
                ("digest", models.BinaryField(max_length=32)),
                (
                    "answer",
                    models.CharField(
                        choices=[("taken", "Taken"), ("dismissed", "Dismissed")], max_length=9, verbose_name="answer"
                    ),
                ),
                ("agreeing", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("batch", models.UUIDField(null=True)),
                ("at", models.DateTimeField(default=cmdm.clock.now, verbose_name="at")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.sourcerecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical answer to a suggestion",
                "verbose_name_plural": "historical answers to suggestions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="SuggestionRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("counting", "Counting"),
                            ("finding", "Looking for what is missing"),
                            ("done", "Done"),
                        ],
                        default="counting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("position", models.BigIntegerField(default=0)),
                ("customers", models.BigIntegerField(default=0, verbose_name="customers")),
                ("found", models.BigIntegerField(default=0, verbose_name="found")),
                ("started_at", models.DateTimeField(default=cmdm.clock.now, verbose_name="started at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
            ],
            options={
                "verbose_name": "count for suggestions",
                "verbose_name_plural": "counts for suggestions",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1),
                        condition=models.Q(("state", "done"), _negated=True),
                        name="one_count_for_suggestions_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("domain_id", models.BigIntegerField()),
                ("rule", models.CharField(max_length=30)),
                ("given", models.CharField(max_length=200)),
                ("value", models.CharField(max_length=200)),
                ("spelt", models.CharField(max_length=200)),
                ("seen", models.BigIntegerField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("domain_id", "rule", "given", "value", "spelt"), name="one_tally_a_spelling"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.CharField(max_length=30)),
                ("given", models.CharField(max_length=200)),
                ("value", models.CharField(max_length=200)),
                ("agreeing", models.BigIntegerField()),
                ("total", models.BigIntegerField()),
                (
                    "domain",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cmdm.domain"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("domain", "rule", "given"), name="one_agreement_a_given"),
                    models.CheckConstraint(
                        condition=models.Q(("agreeing__gte", 5)), name="agreements_of_five_at_least"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("total__gte", models.F("agreeing"))), name="agreeing_within_all"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Fillable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attribute", models.SlugField(max_length=60)),
                ("rule", models.CharField(max_length=30)),
                (
                    "domain",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cmdm.domain"
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.sourcerecord",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["domain", "id"], name="fillable_by_domain"),
                    models.Index(fields=["attribute", "domain", "id"], name="fillable_by_attribute"),
                    models.Index(fields=["rule", "domain", "id"], name="fillable_by_rule"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("record", "attribute", "rule"), name="one_fillable_a_rule")
                ],
            },
        ),
        migrations.CreateModel(
            name="SuggestionAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("attribute", models.SlugField(max_length=60, verbose_name="attribute")),
                ("rule", models.CharField(max_length=30, verbose_name="rule")),
                ("digest", models.BinaryField(max_length=32)),
                (
                    "answer",
                    models.CharField(
                        choices=[("taken", "Taken"), ("dismissed", "Dismissed")], max_length=9, verbose_name="answer"
                    ),
                ),
                ("agreeing", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("batch", models.UUIDField(null=True)),
                ("at", models.DateTimeField(default=cmdm.clock.now, verbose_name="at")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suggestion_answers",
                        to="customers.sourcerecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer to a suggestion",
                "verbose_name_plural": "answers to suggestions",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("batch__isnull", False)), fields=["batch"], name="answers_of_batch"
                    ),
                    models.Index(fields=["by", "id"], name="answers_to_suggestions_by"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("record", "attribute", "digest"),
                        name="one_answer_a_suggestion",
                    )
                ],
            },
        ),
    ]

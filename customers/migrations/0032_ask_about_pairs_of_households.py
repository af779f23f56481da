"""Two households with a person in common are asked about, and what people said of them is remembered."""

import cmdm.clock
import cmdm.ids
import cmdm.models.base
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0031_tallies_are_only_added_to"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalHouseholdPair",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("key", models.UUIDField(default=cmdm.ids.uuid7, editable=False, verbose_name="key")),
                ("found_at", models.DateTimeField(default=cmdm.clock.now, verbose_name="found at")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("one", "One household"), ("two", "Two households")],
                        default="",
                        max_length=3,
                        verbose_name="answer",
                    ),
                ),
                ("people", models.CharField(blank=True, default="", max_length=64)),
                ("said_at", models.DateTimeField(null=True, verbose_name="at")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField()),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
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
                    "left",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.household",
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.household",
                    ),
                ),
                (
                    "said_by",
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
            ],
            options={
                "verbose_name": "historical pair of households",
                "verbose_name_plural": "historical pairs of households",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HouseholdPair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("key", models.UUIDField(default=cmdm.ids.uuid7, editable=False, unique=True, verbose_name="key")),
                ("found_at", models.DateTimeField(default=cmdm.clock.now, verbose_name="found at")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("one", "One household"), ("two", "Two households")],
                        default="",
                        max_length=3,
                        verbose_name="answer",
                    ),
                ),
                ("people", models.CharField(blank=True, default="", max_length=64)),
                ("said_at", models.DateTimeField(null=True, verbose_name="at")),
                (
                    "left",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.household",
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.household"
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "pair of households",
                "verbose_name_plural": "pairs of households",
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["change"], name="household_pair_change"),
                    models.Index(condition=models.Q(("answer", "")), fields=["id"], name="household_pair_open"),
                    models.Index(
                        condition=models.Q(("answer", ""), _negated=True), fields=["id"], name="household_pair_answered"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("left__lt", models.F("right"))), name="household_pair_in_id_order"
                    ),
                    models.UniqueConstraint(fields=("left", "right"), name="one_question_a_pair"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""), ("people", ""), ("said_at__isnull", True), ("said_by__isnull", True)
                            ),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("said_at__isnull", False),
                                ("said_by__isnull", False),
                                models.Q(("people", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="only_people_answer_pairs",
                    ),
                ],
            },
        ),
    ]

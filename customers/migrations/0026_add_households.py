"""Households: members by their records, proposed by the machine or named by people."""

import cmdm.clock
import cmdm.ids
import cmdm.models.base
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0025_terms_once_by_their_letters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalHousehold",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("key", models.UUIDField(default=cmdm.ids.uuid7, editable=False, verbose_name="key")),
                ("number", models.CharField(max_length=20, verbose_name="number")),
                ("formed_at", models.DateTimeField(default=cmdm.clock.now, verbose_name="since")),
                ("dissolved_at", models.DateTimeField(null=True, verbose_name="dissolved at")),
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
            ],
            options={
                "verbose_name": "historical household",
                "verbose_name_plural": "historical households",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Household",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("key", models.UUIDField(default=cmdm.ids.uuid7, editable=False, unique=True, verbose_name="key")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("formed_at", models.DateTimeField(default=cmdm.clock.now, verbose_name="since")),
                ("dissolved_at", models.DateTimeField(null=True, verbose_name="dissolved at")),
            ],
            options={
                "verbose_name": "household",
                "verbose_name_plural": "households",
                "default_permissions": (),
                "indexes": [models.Index(fields=["change"], name="household_change")],
            },
        ),
        migrations.CreateModel(
            name="HistoricalHouseholdMember",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "Proposed"), ("member", "Member"), ("out", "Taken out")],
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("head", "Head of the household"),
                            ("partner", "Partner"),
                            ("parent", "Parent"),
                            ("child", "Child"),
                            ("other", "Somebody else"),
                        ],
                        max_length=8,
                        verbose_name="role",
                    ),
                ),
                ("since", models.DateField(null=True, verbose_name="since")),
                ("model", models.PositiveIntegerField(null=True, verbose_name="version of the match model")),
                ("probability", models.FloatField(null=True)),
                ("said_at", models.DateTimeField(default=cmdm.clock.now, verbose_name="at")),
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
                (
                    "household",
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
            ],
            options={
                "verbose_name": "historical member of a household",
                "verbose_name_plural": "historical members of households",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HouseholdMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "Proposed"), ("member", "Member"), ("out", "Taken out")],
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("head", "Head of the household"),
                            ("partner", "Partner"),
                            ("parent", "Parent"),
                            ("child", "Child"),
                            ("other", "Somebody else"),
                        ],
                        max_length=8,
                        verbose_name="role",
                    ),
                ),
                ("since", models.DateField(null=True, verbose_name="since")),
                ("model", models.PositiveIntegerField(null=True, verbose_name="version of the match model")),
                ("probability", models.FloatField(null=True)),
                ("said_at", models.DateTimeField(default=cmdm.clock.now, verbose_name="at")),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="customers.household"
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="customers.sourcerecord",
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
                "verbose_name": "member of a household",
                "verbose_name_plural": "members of households",
                "default_permissions": (),
                "indexes": [models.Index(fields=["change"], name="household_member_change")],
                "constraints": [
                    models.UniqueConstraint(fields=("household", "record"), name="one_membership_a_record"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("model__isnull", False), ("said_by__isnull", True), ("state", "proposed")),
                            models.Q(("said_by__isnull", False), ("state__in", ["member", "out"])),
                            _connector="OR",
                        ),
                        name="only_people_say_who_belongs",
                    ),
                ],
            },
        ),
    ]

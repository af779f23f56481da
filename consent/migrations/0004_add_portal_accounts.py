"""Accounts of the customers themselves: addresses they proved, records they may see, one-time codes."""

import cmdm.clock
import cmdm.ids
import cmdm.models.base
import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0003_add_proof_files"),
        ("customers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PortalAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("key", models.UUIDField(default=cmdm.ids.uuid7, editable=False, unique=True)),
                ("language", models.CharField(default="en", max_length=8, verbose_name="language")),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "Active"), ("closed", "Closed")],
                        default="active",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("stamp", models.UUIDField(default=uuid.uuid4)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=cmdm.clock.now, verbose_name="since")),
                ("signed_in_at", models.DateTimeField(null=True, verbose_name="signed in at")),
            ],
            options={
                "verbose_name": "portal account",
                "verbose_name_plural": "portal accounts",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PortalCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("sign_in", "Signing in"),
                            ("register", "Registering"),
                            ("step_up", "Proving again"),
                            ("add", "Adding an address"),
                            ("change_old", "Changing an address: the old one"),
                            ("change_new", "Changing an address: the new one"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("target", models.BinaryField(max_length=32)),
                ("browser", models.BinaryField(max_length=32)),
                ("sender", models.BinaryField(max_length=32)),
                ("digest", models.BinaryField(max_length=32, null=True)),
                ("language", models.CharField(max_length=8)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=cmdm.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="consent.portalaccount",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PortalChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("sealed", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Not proved yet"),
                            ("waiting", "Can be taken back"),
                            ("done", "Done"),
                            ("undone", "Taken back"),
                        ],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(default=cmdm.clock.now)),
                ("due_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="consent.portalaccount"
                    ),
                ),
                (
                    "old",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.contactpoint",
                    ),
                ),
                (
                    "new_code",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="consent.portalcode",
                    ),
                ),
                (
                    "old_code",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="consent.portalcode",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PortalContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("proved_at", models.DateTimeField(default=cmdm.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contacts", to="consent.portalaccount"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="accounts", to="consent.contactpoint"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PortalAnchor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("verified", "The record's address was verified before"),
                            ("fact", "A fact that only this person gave"),
                            ("registered", "Registered here"),
                            ("steward", "Confirmed by a steward"),
                        ],
                        max_length=10,
                        verbose_name="ground",
                    ),
                ),
                ("since", models.DateTimeField(default=cmdm.clock.now, verbose_name="since")),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_because", models.CharField(blank=True, max_length=20)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="anchors", to="consent.portalaccount"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.contactpoint",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="portal_anchors",
                        to="customers.sourcerecord",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("account", "record"),
                        name="one_anchor_a_record",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PortalClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                (
                    "domains",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("confirmed", "Confirmed"), ("refused", "Refused")],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="how it was proved")),
                ("created_at", models.DateTimeField(default=cmdm.clock.now, verbose_name="since")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="claims", to="consent.portalaccount"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.contactpoint",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "question of a customer",
                "verbose_name_plural": "questions of customers",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")), fields=("account",), name="one_claim_waits_an_account"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="portalcode",
            index=models.Index(fields=["target", "created_at"], name="portal_code_target"),
        ),
        migrations.AddIndex(
            model_name="portalcode",
            index=models.Index(fields=["sender", "created_at"], name="portal_code_sender"),
        ),
        migrations.AddConstraint(
            model_name="portalchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")), fields=("account",), name="one_change_waits_an_account"
            ),
        ),
        migrations.AddConstraint(
            model_name="portalcontact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("contact",), name="one_account_a_contact"
            ),
        ),
    ]

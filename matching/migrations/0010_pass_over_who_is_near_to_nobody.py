"""`match` passes over customers to whom only records came that placing found near to nobody else."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0013_terms_may_wait"),
        ("matching", "0009_index_of_keys_may_wait"),
    ]

    operations = [
        migrations.CreateModel(
            name="NothingNear",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                ("change", models.UUIDField()),
                ("model", models.PositiveIntegerField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
    ]

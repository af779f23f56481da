"""What changed since the last run, what is past, what waits and what a change related are found by index."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cmdm", "0003_find_audit_entries"),
        ("customers", "0002_check_at_commit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["changed_at"], name="customer_changed"),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("status", "active"), _negated=True), fields=["status", "id"], name="customer_past"
            ),
        ),
        migrations.AddIndex(
            model_name="rejectedrow",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", True)), fields=["domain"], name="reject_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="relation",
            index=models.Index(fields=["change"], name="relation_change"),
        ),
    ]

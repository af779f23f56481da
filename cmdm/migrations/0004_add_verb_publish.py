"""Publishing purposes and notices is a right of its own; `install` gives it to the role in every domain."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("cmdm", "0003_find_audit_entries"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="domain",
            options={
                "default_permissions": (),
                "ordering": ["name"],
                "permissions": [
                    ("view", "See customers"),
                    ("reveal", "See sensitive values"),
                    ("decide", "Decide who is who"),
                    ("correct", "Correct values"),
                    ("import", "Import records"),
                    ("export", "Export customers"),
                    ("configure", "Configure"),
                    ("grant", "Grant rights"),
                    ("audit", "Read the audit log"),
                    ("identify", "Match without storing"),
                    ("publish", "Publish purposes and notices"),
                ],
                "verbose_name": "domain",
                "verbose_name_plural": "domains",
            },
        ),
    ]

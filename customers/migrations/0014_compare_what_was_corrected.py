"""What stewards corrected is compared: it lies over the values of the record that it is about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0013_terms_may_wait"),
    ]

    operations = [
        migrations.AddField(
            model_name="sourcerecord",
            name="corrected",
            field=models.JSONField(null=True),
        ),
    ]

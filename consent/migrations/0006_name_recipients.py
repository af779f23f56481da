"""A notice names by key to whom the data go outside."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consent", "0005_add_requests_and_proposals")]
    operations = [
        migrations.AddField(
            model_name="notice",
            name="named_recipients",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SlugField(max_length=60),
                blank=True,
                default=list,
                size=None,
                verbose_name="recipients by key",
            ),
        ),
    ]

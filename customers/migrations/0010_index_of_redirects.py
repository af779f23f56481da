"""The redirects' index, as the model's own: the one of 0002 went with the column's, when 0006 dropped that."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0009_second_person_for_large_loads")]
    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="customer_redirect"
            ),
        ),
    ]

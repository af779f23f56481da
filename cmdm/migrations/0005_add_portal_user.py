"""The portal acts under a user of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cmdm", "0004_add_verb_publish"),
    ]

    operations = [
        migrations.AlterField(
            model_name="historicaluser",
            name="kind",
            field=models.CharField(
                choices=[
                    ("person", "Person"),
                    ("consumer", "Consuming system"),
                    ("system", "The hub"),
                    ("portal", "The customers' portal"),
                ],
                default="person",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="kind",
            field=models.CharField(
                choices=[
                    ("person", "Person"),
                    ("consumer", "Consuming system"),
                    ("system", "The hub"),
                    ("portal", "The customers' portal"),
                ],
                default="person",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "portal")), fields=("kind",), name="one_portal_user"
            ),
        ),
    ]

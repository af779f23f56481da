"""A consent may end so many days after the last activity; each time it becomes longer is an act of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0006_name_recipients"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="consentevent",
            name="an_ending_names_its_act",
        ),
        migrations.AddField(
            model_name="historicalpurpose",
            name="expires_from",
            field=models.CharField(
                choices=[("given", "The consent"), ("activity", "The last activity of the customer")],
                default="given",
                max_length=8,
                verbose_name="counted from",
            ),
        ),
        migrations.AddField(
            model_name="purpose",
            name="expires_from",
            field=models.CharField(
                choices=[("given", "The consent"), ("activity", "The last activity of the customer")],
                default="given",
                max_length=8,
                verbose_name="counted from",
            ),
        ),
        migrations.AlterField(
            model_name="consentevent",
            name="act",
            field=models.CharField(
                choices=[
                    ("requested", "Asked to confirm"),
                    ("granted", "Agreed"),
                    ("confirmed", "Confirmed"),
                    ("reaffirmed", "Renewed"),
                    ("refused", "Refused"),
                    ("withdrawn", "Withdrawn"),
                    ("objected", "Objected"),
                    ("expired", "Expired"),
                    ("terminated", "Ended"),
                    ("invalidated", "Declared void"),
                    ("unknown", "Claimed without proof"),
                    ("prolonged", "Prolonged by activity"),
                ],
                max_length=12,
                verbose_name="act",
            ),
        ),
        migrations.AddConstraint(
            model_name="consentevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("act__in", ("expired", "terminated", "invalidated", "prolonged")), ("names__isnull", False)
                    ),
                    models.Q(
                        models.Q(("act__in", ("expired", "terminated", "invalidated", "prolonged")), _negated=True),
                        ("names__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="an_ending_names_its_act",
            ),
        ),
    ]

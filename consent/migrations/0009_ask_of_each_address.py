"""A person may wait for an answer about more than one of his addresses."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consent", "0008_keep_contradictions")]

    operations = [
        migrations.RemoveConstraint(model_name="portalclaim", name="one_claim_waits_an_account"),
        migrations.AddConstraint(
            model_name="portalclaim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("account", "contact"),
                name="one_claim_waits_an_address",
            ),
        ),
    ]

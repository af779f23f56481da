"""Match models have states: a draft is rehearsed, promoted or dropped; the one before it retires."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.state import StateApps

STATES = [
    ("draft", "Draft"),
    ("rehearsed", "Rehearsed"),
    ("in force", "In force"),
    ("retired", "Retired"),
    ("dropped", "Dropped"),
]
ORIGINS = [
    ("shipped", "Shipped"),
    ("trained", "Trained on the records"),
    ("learned", "Sharpened by answers"),
    ("imported", "Imported from a file"),
    ("adjusted", "Lines moved"),
]


def name_states(apps: StateApps, _editor: object) -> None:
    """What was in force still is; every other version had been in force before."""
    models_ = apps.get_model("matching", "MatchModel").objects
    models_.filter(in_force=True).update(state="in force", in_force_since=models.F("created_at"))
    models_.filter(in_force=False).update(state="retired", ended_at=models.F("created_at"))


def name_those_in_force(apps: StateApps, _editor: object) -> None:
    """The way back."""
    apps.get_model("matching", "MatchModel").objects.filter(state="in force").update(in_force=True)


class Migration(migrations.Migration):
    dependencies = [("matching", "0003_find_ledger_entries_by_record")]

    operations = [
        migrations.RemoveConstraint("matchmodel", "one_model_in_force"),
        migrations.AddField(
            "matchmodel",
            "state",
            models.CharField(choices=STATES, default="draft", max_length=10, verbose_name="state"),
        ),
        migrations.AddField(
            "matchmodel",
            "origin",
            models.CharField(choices=ORIGINS, default="shipped", max_length=10, verbose_name="made"),
        ),
        migrations.AddField(
            "matchmodel",
            "base",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="matching.matchmodel",
                verbose_name="made from",
            ),
        ),
        migrations.AddField("matchmodel", "rehearsed_at", models.DateTimeField(null=True)),
        migrations.AddField("matchmodel", "rehearsal", models.JSONField(default=dict)),
        migrations.AddField("matchmodel", "promoting_since", models.DateTimeField(null=True)),
        migrations.AddField(
            "matchmodel", "in_force_since", models.DateTimeField(null=True, verbose_name="in force since")
        ),
        migrations.AddField("matchmodel", "ended_at", models.DateTimeField(null=True)),
        migrations.RunPython(name_states, name_those_in_force),
        migrations.RemoveField("matchmodel", "in_force"),
        migrations.AddConstraint(
            "matchmodel",
            models.UniqueConstraint(
                fields=["party_type"], condition=models.Q(state="in force"), name="one_model_in_force"
            ),
        ),
        migrations.AddConstraint(
            "matchmodel",
            models.UniqueConstraint(
                fields=["party_type"], condition=models.Q(promoting_since__isnull=False), name="one_model_coming"
            ),
        ),
        migrations.AddConstraint(
            "matchmodel",
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "rehearsed", "in force", "retired", "dropped"]),
                name="model_state_known",
            ),
        ),
        migrations.AddConstraint(
            "matchmodel",
            models.CheckConstraint(
                condition=models.Q(promoting_since__isnull=True) | models.Q(state="rehearsed"),
                name="only_rehearsed_models_come",
            ),
        ),
    ]

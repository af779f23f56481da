"""What a version was worth is kept each time that it is rehearsed; what is known so far is taken over."""

import cmdm.clock
import cmdm.models.base
import django.db.models.deletion
from django.db import migrations, models


# Those of before 2026-11-23 that lack a part are left out: they are measured anew by the next rehearsal.
TAKE_OVER = """
INSERT INTO matching_measurement (model_id, at, figures, change)
SELECT id, rehearsed_at, jsonb_build_object(
           'records', rehearsal->'records', 'line', rehearsal#>'{expected,line}', 'pairs', judged->'pairs',
           'precision', judged->'precision', 'recall', judged->'recall',
           'error', COALESCE(CASE WHEN people THEN rehearsal#>'{calibration,error}'
                             ELSE definition#>'{trained,calibration_error}' END, 'null'),
           'queue', rehearsal#>'{queue,then}', 'answers', CASE WHEN people THEN rehearsal->'answers' ELSE '0' END),
       change
  FROM matching_matchmodel
 CROSS JOIN LATERAL (SELECT COALESCE((rehearsal->>'answers')::int, 0) >= 20 AND rehearsal ? 'labelled') AS a(people)
 CROSS JOIN LATERAL (SELECT CASE WHEN people THEN rehearsal->'labelled' ELSE rehearsal->'expected' END) AS j(judged)
 WHERE rehearsed_at IS NOT NULL AND rehearsal ? 'expected' AND rehearsal ? 'queue' AND (judged->>'pairs')::numeric > 0;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0014_what_spoke_in_short"),
    ]

    operations = [
        migrations.CreateModel(
            name="Measurement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("change", models.UUIDField(db_default=cmdm.models.base.ChangeDefault(), editable=False)),
                ("at", models.DateTimeField(default=cmdm.clock.now)),
                ("figures", models.JSONField(default=dict)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measurements",
                        to="matching.matchmodel",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop),
    ]

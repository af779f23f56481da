"""Questions to customers themselves, and what speaks for the pairs of a task."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# What is open already says it, too.
FILL = """
    UPDATE stewardship_task t SET agrees = a.names
      FROM (SELECT m.task_id, array_agg(DISTINCT level ->> 0) AS names
              FROM stewardship_taskcandidate m JOIN matching_candidate c ON c.id = m.candidate_id
             CROSS JOIN LATERAL jsonb_array_elements(
               CASE jsonb_typeof(c.evidence -> 'levels') WHEN 'array' THEN c.evidence -> 'levels' ELSE '[]' END) level
             WHERE m.open AND (level ->> 2)::float > 0 AND level ->> 1 <> 'alternative'
             GROUP BY m.task_id) a
     WHERE a.task_id = t.id AND t.status = 'open'
"""
AGREES = django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0010_index_of_redirects"),
        ("stewardship", "0004_sample_the_machines_joins"),
    ]

    operations = [
        migrations.AddField("referral", "record", models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.sourcerecord",
            verbose_name="record",
        )),
        migrations.AddField("task", "agrees", AGREES),
        migrations.AddField("historicaltask", "agrees", AGREES),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]  # fmt: skip

"""That an event waits which is there is checked once a statement: asked once a row it cost more than the row itself."""

from django.db import migrations, models
from django.db.models.deletion import CASCADE

# Whatever the foreign key is called. Events stay for good: one that is there need not be held.
HOLD = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'cmdm_outboxpending'::regclass
    LOOP EXECUTE format('ALTER TABLE cmdm_outboxpending DROP CONSTRAINT %I', name); END LOOP;
END $$;
CREATE FUNCTION cmdm_hold_events() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (SELECT FROM newer n LEFT JOIN cmdm_outboxevent e ON e.id = n.event_id WHERE e.id IS NULL) THEN
        RAISE EXCEPTION 'an event that is not there cannot wait'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'cmdm_outboxpending_event';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER hold_new AFTER INSERT ON cmdm_outboxpending
    REFERENCING NEW TABLE AS newer FOR EACH STATEMENT EXECUTE FUNCTION cmdm_hold_events();
"""
BACK = """
ALTER TABLE cmdm_outboxpending ADD FOREIGN KEY (event_id) REFERENCES cmdm_outboxevent DEFERRABLE INITIALLY DEFERRED;
DROP TRIGGER hold_new ON cmdm_outboxpending;
DROP FUNCTION cmdm_hold_events();
"""


class Migration(migrations.Migration):
    dependencies = [("cmdm", "0005_add_portal_user")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(HOLD, BACK)],
            state_operations=[
                migrations.AlterField(
                    model_name="outboxpending",
                    name="event",
                    field=models.OneToOneField(
                        db_constraint=False,
                        on_delete=CASCADE,
                        primary_key=True,
                        related_name="pending",
                        serialize=False,
                        to="cmdm.outboxevent",
                    ),
                )
            ],
        ),
    ]

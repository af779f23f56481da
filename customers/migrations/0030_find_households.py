"""Households are found by what stands in their row, kept by the database; what was said of their members by an index."""

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models


TELL = """
CREATE FUNCTION customers_tell_of_households(wanted bigint[]) RETURNS void LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    UPDATE customers_household h SET asked = t.asked, sure = t.sure, domains = t.domains
      FROM (SELECT w.id, COALESCE(bool_or(m.state = 'proposed'), false) AS asked,
                   COALESCE(bool_or(m.state = 'member'), false) AS sure,
                   COALESCE(array_agg(DISTINCT r.domain_id) FILTER (WHERE r.domain_id IS NOT NULL), '{}') AS domains
              FROM unnest(wanted) AS w (id)
              LEFT JOIN customers_householdmember m ON m.household_id = w.id AND m.state <> 'out'
              LEFT JOIN customers_sourcerecord r ON r.id = m.record_id
             GROUP BY w.id) t
     WHERE h.id = t.id AND (h.asked, h.sure, h.domains) IS DISTINCT FROM (t.asked, t.sure, t.domains);
END $$;
CREATE FUNCTION customers_tell_of_members() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT household_id) INTO touched FROM newer;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT household_id) INTO touched FROM older;
    ELSE
        SELECT array_agg(DISTINCT household_id) INTO touched
          FROM (SELECT household_id FROM newer UNION ALL SELECT household_id FROM older) both_of_them;
    END IF;
    IF touched IS NOT NULL THEN
        PERFORM customers_tell_of_households(touched);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_new AFTER INSERT ON customers_householdmember
    REFERENCING NEW TABLE AS newer FOR EACH STATEMENT EXECUTE FUNCTION customers_tell_of_members();
CREATE TRIGGER tell_changed AFTER UPDATE ON customers_householdmember
    REFERENCING NEW TABLE AS newer OLD TABLE AS older
    FOR EACH STATEMENT EXECUTE FUNCTION customers_tell_of_members();
CREATE TRIGGER tell_gone AFTER DELETE ON customers_householdmember
    REFERENCING OLD TABLE AS older FOR EACH STATEMENT EXECUTE FUNCTION customers_tell_of_members();
"""
FORGET = """
DROP TRIGGER tell_new ON customers_householdmember;
DROP TRIGGER tell_changed ON customers_householdmember;
DROP TRIGGER tell_gone ON customers_householdmember;
DROP FUNCTION customers_tell_of_members();
DROP FUNCTION customers_tell_of_households(bigint[]);
"""
KNOWN = """
UPDATE customers_household h SET asked = t.asked, sure = t.sure, domains = t.domains
  FROM (SELECT m.household_id AS id, bool_or(m.state = 'proposed') AS asked, bool_or(m.state = 'member') AS sure,
               array_agg(DISTINCT r.domain_id) AS domains
          FROM customers_householdmember m JOIN customers_sourcerecord r ON r.id = m.record_id
         WHERE m.state <> 'out' GROUP BY m.household_id) t
 WHERE h.id = t.id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0029_find_unusual_values"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="household",
            name="asked",
            field=models.BooleanField(default=False, editable=False, verbose_name="somebody is proposed"),
        ),
        migrations.AddField(
            model_name="household",
            name="domains",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="household",
            name="sure",
            field=models.BooleanField(default=False, editable=False, verbose_name="somebody is confirmed"),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.RunSQL(TELL, FORGET),
        migrations.AddIndex(
            model_name="historicalhouseholdmember",
            index=models.Index(fields=["household"], name="household_member_past"),
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(
                condition=models.Q(("dissolved_at__isnull", True)), fields=["id"], name="household_standing"
            ),
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(
                condition=models.Q(("asked", True), ("dissolved_at__isnull", True)),
                fields=["id"],
                name="household_asked",
            ),
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(
                condition=models.Q(("dissolved_at__isnull", True), ("sure", True)), fields=["id"], name="household_sure"
            ),
        ),
    ]

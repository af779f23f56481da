"""Whatever is broken behind the hub's back, `verify` notices."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from cmdm import clock, verifying
from cmdm.management.commands.migrate import as_owner
from cmdm.models import AuditEntry, system_user
from consent.actions import consents, contacts, evidence, prolonging, voiding
from customers.actions import corrections, households
from matching.actions import ledger, verdicts
from matching.models import Candidate
from stewardship.actions import tasks
from stewardship.models import Task
from tests.consent.scene import make_notice, make_purpose
from tests.customers import files
from tests.support import databases
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, KARL, close, make_source, now, person, seen, stored, take

ANSWER = "task_id, round, by_id, at, decision, role, acts, reason, strength, versions, partition, choices, change"
RECORD, CUSTOMER = "customers_sourcerecord", "customers_customer"
SAID, GRANTED = "consent_consentevent", "(SELECT min(id) FROM consent_consentevent WHERE act = 'granted')"
LATEST = "(SELECT max(id) FROM customers_customer WHERE status = 'active')"
OPEN = "(SELECT min(id) FROM customers_sourcerecord WHERE closed_at IS NULL AND about_id IS NULL)"
KEPT = "(SELECT min(id) FROM matching_verdict WHERE answer = 'different' AND revoked_at IS NULL)"
ASKED = "(SELECT min(id) FROM matching_candidate WHERE state = 'open')"
TASK = "(SELECT min(id) FROM stewardship_task WHERE status = 'open')"

BREAKS = {
    "every change has its audit entry": [
        f"UPDATE {RECORD} SET change = '00000000-0000-7000-8000-000000000000' WHERE id = {OPEN}"
    ],
    "no index waits for a load that has ended": ["SELECT set_aside_terms_of_record()"],
    "tables kept for good take INSERT only": ["DROP TRIGGER insert_only ON matching_ledgerentry"],
    "open records point to active customers": [f"UPDATE {CUSTOMER} SET status = 'retired' WHERE id = {LATEST}"],
    "active customers have an open record": [f"UPDATE {RECORD} SET closed_at = now() WHERE customer_id = {LATEST}"],
    "a record's versions run from 1 without a gap": [
        f"UPDATE {RECORD} SET version = version + 1, last_version = last_version + 1 WHERE id = {OPEN}"
    ],
    "a customer's versions run from 1 without a gap": [
        f"DELETE FROM customers_historicalcustomer WHERE id = {LATEST} AND version = 1"
    ],
    "every version of a customer was announced once": [
        "DELETE FROM cmdm_outboxpending",
        f"DELETE FROM cmdm_outboxevent WHERE subject = {LATEST}",
    ],
    "redirects end in one hop": [
        f"UPDATE {CUSTOMER} SET status = 'merged', merged_into_id = (SELECT min(id) FROM {CUSTOMER} "
        f"WHERE status = 'merged') WHERE id = {LATEST}"
    ],
    "redirects are what the ledger says": [
        f"UPDATE {CUSTOMER} SET merged_into_id = {LATEST} WHERE status = 'merged'",
    ],
    "open records are those of the active customers": [
        f"UPDATE {CUSTOMER} SET status = 'erased' WHERE id = {LATEST}",
    ],
    "corrections go with their record": [f"UPDATE {RECORD} SET customer_id = {LATEST} WHERE about_id IS NOT NULL"],
    "records lie in the domain of their source": [f"UPDATE {RECORD} SET domain_id = domain_id + 1 WHERE id = {OPEN}"],
    "customers are seen where their records are": [
        f"DELETE FROM customers_customerdomain WHERE customer_id = {LATEST}"
    ],
    "households say who is in them": ["UPDATE customers_household SET sure = NOT sure"],
    "loads account for every row": ["DELETE FROM customers_rejectedrow"],
    "nothing waits for its check": ["INSERT INTO customers_pendingcheck (customers) VALUES ('{1}')"],
    "golden values are derived from the records": [
        f"""UPDATE {CUSTOMER} SET values = values || '{{"given_name": "Eve"}}' WHERE id = {LATEST}"""
    ],
    "records are found by their words": [f"DELETE FROM customers_searchterm WHERE record_id = {OPEN} AND kind = 2"],
    "records are compared as they were corrected": [f"UPDATE {RECORD} SET corrected = values WHERE id = {OPEN}"],
    "records have the keys of their values": [
        f"DELETE FROM matching_matchkey WHERE record_id = {OPEN} AND rule = "
        f"(SELECT min(rule) FROM matching_matchkey WHERE record_id = {OPEN})"
    ],
    "links are what the ledger says": [f"UPDATE {RECORD} SET customer_id = {LATEST} WHERE id = {OPEN}"],
    "the ledger moves records from where they were": [
        f"UPDATE matching_ledgerentry SET source_customer_id = {LATEST} WHERE deed = 'merge'"
    ],
    "nobody joined what a person kept apart": [
        f"UPDATE {RECORD} SET customer_id = {LATEST} WHERE id IN (SELECT unnest(ARRAY[left_id, right_id]) "
        f"FROM matching_verdict WHERE id = {KEPT})"
    ],
    "verdicts are a person's": [
        "UPDATE matching_verdict SET decided_by_id = (SELECT id FROM cmdm_user WHERE kind = 'system')"
    ],
    "questions are about separate, active customers": [
        f"UPDATE {RECORD} SET closed_at = now() WHERE id = (SELECT left_id FROM matching_candidate WHERE id = {ASKED})"
    ],
    "nothing is asked that a person has answered": [
        "UPDATE matching_candidate SET state = 'open' WHERE (left_id, right_id) IN "
        f"(SELECT left_id, right_id FROM matching_verdict WHERE id = {KEPT})"
    ],
    "an open question is in exactly one open task": [
        f"UPDATE stewardship_taskcandidate SET open = false WHERE candidate_id = {ASKED}"
    ],
    "an open task has something to decide": [f"UPDATE matching_candidate SET state = 'closed' WHERE id = {ASKED}"],
    "a task names the customers and domains that it touches": [
        f"UPDATE stewardship_task SET domains = '{{}}' WHERE id = {TASK}"
    ],
    "a consent names the text that was shown and its evidence": [
        f"UPDATE {SAID} SET evidence_id = NULL WHERE id = {GRANTED}"
    ],
    "texts that were shown are what their hash says": ["UPDATE consent_notice SET text = 'Something else'"],
    "merges and unmerges say nothing in anybody's name": [
        f"UPDATE {SAID} SET change = (SELECT change FROM cmdm_auditentry WHERE deed = 'customer.merged' LIMIT 1)"
    ],
    "what an ending names is an act of the same record and purpose": [
        f"UPDATE {SAID} SET names_id = {GRANTED} WHERE act = 'invalidated'"
    ],
    "what activity prolonged was a consent with an end, still in force": [
        f"UPDATE {SAID} SET occurred_at = occurred_at + interval '1 year' WHERE act = 'prolonged'"
    ],
    "acts made here count in the order of the ledger": [
        f"UPDATE {SAID} SET effective_at = now() + interval '9 days' WHERE id = {GRANTED}"
    ],
    "a denial that reached others was made somewhere": [f"UPDATE {SAID} SET carried = true WHERE act = 'objected'"],
    "who gives two answers is what the acts say": ["DELETE FROM consent_contradiction"],
    "a round has at most one answer in force": [
        "DROP INDEX one_decision_a_round",
        "DROP INDEX one_answer_a_person_and_round",
        f"INSERT INTO stewardship_answer ({ANSWER}) SELECT {ANSWER} FROM stewardship_answer",
    ],
}
# Insert-only tables, whose triggers stay on unless a statement is about them.
KEPT_FOR_GOOD = ("cmdm_outboxevent", "matching_ledgerentry", SAID)
GUARDED = (
    RECORD,
    "consent_notice",
    SAID,
    CUSTOMER,
    "customers_pendingcheck",
    "cmdm_outboxevent",
    "matching_ledgerentry",
    "matching_verdict",
)


def fill() -> None:
    """A hub in which every check has something to look at."""
    domain = make_domain()
    crm, shop = make_source(domain), make_source(domain)
    steward = make_user("steward", domain=domain)
    anna, anne, karl = stored(crm, "1", ANNA), stored(shop, "2", ANNE), stored(crm, "3", KARL)
    take(shop, "1", ANNA_AGAIN)
    take(shop, "1", {**ANNA_AGAIN, "occupation": "Baker"})
    close(crm, stored(crm, "9", person("Ute", "Weber", "1961-05-05")).key)
    task = Task.objects.get()
    tasks.decide(task, actor=steward, decision="different", seen=seen(anna, anne))
    households.form([anna, karl], actor=steward)
    lone = stored(crm, "4", person("Nora", "Aalto", "1971-01-01"))
    ledger.merge([karl.customer, lone.customer], actor=steward, seen=seen(karl, lone))
    corrections.correct(now(karl).customer, actor=steward, attribute="given_name", value="Carl", about=now(karl))
    _say(now(karl), now(lone), steward)
    stored(shop, "6", person("Anna", "Lindqvist", "1980-02-03", gender="female"))
    assert Candidate.objects.open().exists()
    load = files.upload(crm, files.text(files.row(1), files.row(2, id="")), actor=system_user())
    files.run(load, actor=system_user())
    assert verdicts.Verdict.objects.in_force().filter(answer="different").exists()


def _say(one, other, steward):
    """One says yes to a use, the other no to the same and to another; a mistake is declared void."""
    lasting = {"expires_after_days": 30, "expires_from": "activity"}
    use, sale = make_purpose("newsletter", **lasting), make_purpose("sale", kind="opt_out", channels=[])
    make_notice(use)
    mail = contacts.contact_point("email", "karl@lindqvist.example", actor=system_user())
    proof = evidence.keep(actor=system_user(), kind="session")
    fields = {"actor": steward, "method": "phone", "evidence": proof}
    yes = {**fields, "purpose": use, "channel": "email", "contact": mail, "act": "granted"}
    consents.record([one], proved=[one], **yes)
    with clock.at(clock.now() + timedelta(days=5)):
        prolonging.seen({one.pk: clock.now()}, actor=system_user(), method="api")
    (mistake, *_rows) = consents.record([other], purpose=sale, act="objected", whose="staff", **fields)
    voiding.invalidate(mistake, actor=steward, evidence=proof)
    consents.record([other], purpose=sale, act="objected", **fields)
    consents.record([other], proved=[other], purpose=use, act="refused", **fields)
    consents.record([one], proved=[one], **yes)


@pytest.fixture(scope="module")
def hub(django_db_setup, django_db_blocker, template_database):
    """A filled hub in a database of this module, connected as the owner of the tables."""
    with (
        databases.clone(template_database) as database,
        django_db_blocker.unblock(),
        databases.connected_to(database),
    ):
        fill()
        with as_owner("default"):
            yield database


@pytest.fixture
def unguarded(hub):
    """Triggers are off, and everything is taken back afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for table in KEPT_FOR_GOOD:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER insert_only")
        yield connection
        transaction.set_rollback(True)


class TestChecks:
    def test_a_hub_in_order_passes_all_of_them_and_each_looks_at_something(self, hub):
        found = verifying.verified()
        assert [one for one in found if one.broken] == []
        assert [one.name for one in found if not one.checked] == ["nothing waits for its check"]

    def test_each_is_broken_by_a_test(self):
        assert {check.name for check in verifying.checks} == set(BREAKS)

    @pytest.mark.parametrize("name", BREAKS)
    def test_what_was_broken_is_noticed(self, unguarded, name):
        with unguarded.cursor() as cursor:
            for table in KEPT_FOR_GOOD:
                if any(table in statement and "TRIGGER" not in statement for statement in BREAKS[name]):
                    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER insert_only")
            for statement in BREAKS[name]:
                cursor.execute(statement)
        found = verifying.checks[name]()
        assert found.broken > 0
        assert found.examples


class TestCommand:
    def test_it_says_what_holds_and_is_entered_in_the_log(self, hub):
        entries = AuditEntry.objects.filter(deed="hub.verified")
        before = entries.count()
        said = io.StringIO()
        call_command("verify", "--json", stdout=said)
        answer = json.loads(said.getvalue())
        assert answer["broken"] == 0
        assert len(answer["checks"]) == len(BREAKS)
        assert entries.count() == before + 1
        assert entries.latest("pk").counts["broken"] == 0

    def test_it_ends_with_1_when_something_is_broken(self, hub):
        wrong = f"UPDATE customers_searchterm SET domain_id = domain_id + %s WHERE record_id = {OPEN}"
        with connection.cursor() as cursor:
            cursor.execute(wrong, [1])
        try:
            said = io.StringIO()
            with pytest.raises(SystemExit) as end:
                call_command("verify", stdout=said)
        finally:
            with connection.cursor() as cursor:
                cursor.execute(wrong, [-1])
        assert end.value.code == 1
        assert "BROKEN" in said.getvalue()
        assert "records are found by their words" in said.getvalue()

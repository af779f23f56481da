"""All that a merge and its undo must leave as it was; what may grow (ledger, audit, outbox) is left out."""

from typing import Any

from django.db import connection

TABLES = {
    "links": "SELECT id, customer_id, placed_at, version, values, corrected FROM customers_sourcerecord",
    "values": "SELECT id, key, status, merged_into_id, values, lineage, golden_hash FROM customers_customer",
    "keys": "SELECT key, record_id, rule, finer FROM matching_matchkey",
    "terms": "SELECT record_id, domain_id, kind, term FROM customers_searchterm",
    "candidates": "SELECT id, left_id, right_id, kind, state, probability, evidence, reason, opened_at, closed_at, "
    "closed_because FROM matching_candidate",
    "tasks": "SELECT id, queue, status, round, domains, customers, score, priority, why, differs, opened_at "
    "FROM stewardship_task",
    "members": "SELECT task_id, candidate_id FROM stewardship_taskcandidate WHERE open",
    "permissions": "SELECT * FROM cmdm_domaingrouppermission",
    "domains": "SELECT customer_id, domain_id FROM customers_customerdomain",
    "relations": "SELECT id, left_id, right_id, kind, ended_at FROM customers_relation",
    "households": "SELECT household_id, record_id, state, said_by_id FROM customers_householdmember",
    "pins": "SELECT id, record_id, attribute, kind, ended_at FROM customers_pin",
    "consents": "SELECT * FROM consent_consentevent",
    "contradictions": "SELECT customer_id, purpose_id, until FROM consent_contradiction",
    "verdicts": "SELECT id, left_id, right_id, answer, strength, seen, stale_since FROM matching_verdict "
    "WHERE revoked_at IS NULL",
}


def digest() -> dict[str, list[Any]]:
    """The rows of each, as text, sorted."""
    found = {}
    with connection.cursor() as cursor:
        for name, select in TABLES.items():
            cursor.execute(f"SELECT t::text FROM ({select}) AS t ORDER BY 1")
            found[name] = [row for (row,) in cursor.fetchall()]
    return found

"""What a thousand customers said to one purpose, in one statement: those who said the same stand in one row."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from consent.queries.material import COVERS, Asked, as_asked

# Two walks over indexes, from customers to records and from records to acts; the lists of numbers stand in subqueries,
# where the planner does not weigh each number, and never reads all acts of the purpose instead.
# Documents are opened only where the purpose has rules of places or asks for an age. Of acts at the same time a denial
# comes last: then the order alone says which of them counts. Of a birth date is told how many gates of age lie before
# it. A customer who is not told by that (several contact points, acts that name others, corrected records, sealed
# dates) is odd: his records come one by one.
_LOAD = """
    WITH RECURSIVE line AS (
        SELECT id, parent_id, 0 AS level FROM consent_purpose WHERE key = %(purpose)s
         UNION ALL
        SELECT q.id, q.parent_id, line.level + 1
          FROM consent_purpose q JOIN line ON q.id = line.parent_id WHERE line.level < 9),
    p AS MATERIALIZED (
        SELECT id, key, kind, state, channel_bound, channels, rules, minimum_age, expires_after_days,
               (rules - '*') <> '{{}}'::jsonb AS placed,
               minimum_age IS NOT NULL OR rules::text LIKE '%%minimum_age%%' AS aged
          FROM consent_purpose WHERE key = %(purpose)s),
    gates AS MATERIALIZED (
        SELECT array_agg(DISTINCT (%(year)s - age::int) || %(day)s || '!') AS days
          FROM (SELECT minimum_age FROM p UNION ALL
                SELECT (jsonb_path_query(rules, '$.*.minimum_age') #>> '{{}}')::int FROM p) one(age) WHERE age > 0),
    held AS MATERIALIZED (
        SELECT r.customer_id, r.id, r.about_id, r.source_id,
               CASE WHEN r.closed_at IS NOT NULL OR NOT (SELECT placed FROM p) THEN NULL
                    WHEN r.values #> '{{address,1}}' IS NULL THEN COALESCE(r.values #>> '{{address,0,country}}', '')
                    ELSE jsonb_path_query_array(r.values, '$.address[*].country')::text END AS places,
               CASE WHEN r.closed_at IS NULL AND (SELECT aged FROM p) THEN r.values ->> 'birth_date' END AS born
          FROM customers_sourcerecord r WHERE r.customer_id = ANY ((SELECT %(ids)s::bigint[])::bigint[])),
    said AS (
        SELECT e.record_id,
               string_agg(
                 left(e.act, 3) || line.level
                 || CASE WHEN e.channel = '' THEN '' ELSE 'c' END
                 || CASE WHEN e.contact_id IS NULL THEN '' ELSE 'a' END
                 || CASE WHEN e.expires_at <= %(at)s THEN 'x' ELSE '' END
                 || CASE WHEN e.actor_kind = 'guardian' THEN 'g' ELSE '' END
                 || CASE WHEN {covers} THEN '' ELSE 'n' END, ' ' ORDER BY {order}) AS words,
               max(e.contact_id) AS contact,
               CASE WHEN min(e.contact_id) <> max(e.contact_id) OR count(e.names_id) > 0 THEN
                 array_agg(e.contact_id ORDER BY {order}) END AS contacts,
               CASE WHEN count(e.names_id) > 0 THEN array_agg(e.id ORDER BY {order}) END AS ids,
               CASE WHEN count(e.names_id) > 0 THEN array_agg(e.names_id ORDER BY {order}) END AS names
          FROM consent_consentevent e JOIN line ON line.id = e.purpose_id
         WHERE e.record_id = ANY (ARRAY(SELECT id FROM held)) AND e.purpose_id = ANY (ARRAY(SELECT id FROM line))
           AND e.act <> 'unknown' AND e.channel IN ('', %(channel)s)
         GROUP BY e.record_id),
    known AS MATERIALIZED (
        SELECT held.customer_id, held.id, held.about_id, words, contact, contacts, ids, names, born,
               CASE WHEN places IN ('', '[]') THEN s.country ELSE places END AS places
          FROM held JOIN customers_source s ON s.id = held.source_id LEFT JOIN said ON said.record_id = held.id),
    each AS MATERIALIZED (
        SELECT customer_id, max(contact) AS contact,
               string_agg(COALESCE(words, '') || '{field}' || COALESCE(places, '') || '{field}' || COALESCE(
                 width_bucket(born COLLATE "C", (SELECT days FROM gates))::text, ''), '{row}') AS told,
               bool_or(about_id IS NOT NULL OR contacts IS NOT NULL OR length(born) <> 10)
               OR min(contact) <> max(contact) AS odd
          FROM known GROUP BY customer_id)
    SELECT to_jsonb(p)::text, NULL::bigint[], NULL::bigint[] FROM p
    UNION ALL
    SELECT told, array_agg(customer_id), array_agg(contact) FROM each WHERE odd IS NOT TRUE GROUP BY told
    UNION ALL
    SELECT to_jsonb(known)::text, NULL, NULL FROM known WHERE customer_id IN (SELECT customer_id FROM each WHERE odd)
"""
_ORDER = "e.effective_at, e.act IN ('refused', 'withdrawn', 'objected'), e.id"
_FIELD, _ROW = "\x1f", "\x1e"


@dataclass
class Alike:
    """Customers of whom the same is known, and for each the contact point that he spoke about, if any. ``told`` are
    the words, places and gates of age of each of their records.
    """

    told: tuple[tuple[str, str, int | None], ...]
    customers: Sequence[int]
    contacts: Sequence[int | None]


@dataclass
class Known:
    """The purpose, those who are alike, and by customer the records of the odd ones."""

    asked: Asked | None = None
    alike: list[Alike] = field(default_factory=list)
    odd: dict[int, list[dict[str, Any]]] = field(default_factory=dict)


def shapes(customers: Collection[int], purpose: str, channel: str, at: datetime, recipient: str = "") -> Known:
    """What these customers said to the purpose (key) that reaches the channel; one query."""
    made = Known()
    asked_for: dict[str, str | int | datetime] = {
        "purpose": purpose,
        "channel": channel,
        "ids": "{" + ",".join(map(str, customers)) + "}",  # a list is written number by number, which takes longer
        "at": at,
        "recipient": recipient,
        "year": at.year,
        "day": at.date().isoformat()[4:],
    }
    covers = COVERS if recipient else "true"
    with connection.cursor() as cursor:
        cursor.execute(_LOAD.format(covers=covers, order=_ORDER, field=_FIELD, row=_ROW), asked_for)
        for told, those, contacts in cursor.fetchall():
            if those is not None:
                made.alike.append(Alike(_parted(told), those, contacts))
                continue
            row = json.loads(told)
            if "customer_id" in row:
                made.odd.setdefault(row["customer_id"], []).append(row)
            else:
                made.asked = as_asked(row)
    return made


def _parted(told: str) -> tuple[tuple[str, str, int | None], ...]:
    records = (one.split(_FIELD) for one in told.split(_ROW))
    return tuple([(words, places, int(gates) if gates else None) for words, places, gates in records])

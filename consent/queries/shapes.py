"""What a thousand customers said to one purpose, in one statement: records that say the same stand in one row."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from consent.queries.material import COVERS, IN_PARTS, PARTED, Asked, as_asked

# Two walks over indexes, from customers to records and from records to acts; the lists of numbers stand in subqueries,
# where the planner does not weigh each number, and never reads all acts of the purpose instead.
# Documents are opened only where the purpose has rules of places or asks for an age. Of acts at the same time a denial
# comes last: then the order alone says which of them counts. Of a birth date is told how many gates of age lie before
# it. A record that is not told by that (acts that name others, several contact points, a correction, a sealed date)
# makes its customer odd: his records come one by one, with a second walk to their acts. What is put together for each
# act and record is as little as can be, since that costs as much as the walks.
_LOAD = """
    WITH RECURSIVE line AS (
        SELECT id, parent_id, 0 AS level FROM consent_purpose WHERE key = %(purpose)s
         UNION ALL
        SELECT q.id, q.parent_id, line.level + 1
          FROM consent_purpose q JOIN line ON q.id = line.parent_id WHERE line.level < 9),
    levels AS MATERIALIZED (SELECT array_agg(id ORDER BY level) AS ids FROM line),
    p AS MATERIALIZED (
        SELECT id, key, kind, state, channel_bound, channels, rules, minimum_age, expires_after_days, expires_from,
               (rules - '*') <> '{{}}'::jsonb AS placed, {parted} AS parted,
               minimum_age IS NOT NULL OR rules::text LIKE '%%minimum_age%%' AS aged
          FROM consent_purpose WHERE key = %(purpose)s),
    gates AS MATERIALIZED (
        SELECT array_agg(DISTINCT (%(year)s - age::int) || %(day)s || '!') AS days
          FROM (SELECT minimum_age FROM p UNION ALL
                SELECT (jsonb_path_query(rules, '$.*.minimum_age') #>> '{{}}')::int FROM p) one(age) WHERE age > 0),
    held AS MATERIALIZED (
        SELECT r.customer_id, r.id, r.about_id, r.source_id,
               CASE WHEN r.closed_at IS NOT NULL OR NOT (SELECT placed FROM p) THEN NULL
                    WHEN (SELECT parted FROM p) THEN {in_parts}::text
                    WHEN r.values #> '{{address,1}}' IS NULL THEN COALESCE(r.values #>> '{{address,0,country}}', '')
                    ELSE jsonb_path_query_array(r.values, '$.address[*].country')::text END AS places,
               CASE WHEN r.closed_at IS NULL AND (SELECT aged FROM p) THEN r.values ->> 'birth_date' END AS born
          FROM customers_sourcerecord r WHERE r.customer_id = ANY ((SELECT %(ids)s::bigint[])::bigint[])),
    said AS (
        SELECT e.record_id, string_agg({word}, ' ' ORDER BY {order}) AS words,
               max(e.contact_id) AS contact, min(e.contact_id) AS least, max(e.names_id) AS names
          FROM consent_consentevent e
         WHERE e.record_id = ANY (ARRAY(SELECT id FROM held)) AND {reaching}
         GROUP BY e.record_id),
    known AS MATERIALIZED (
        SELECT held.customer_id, held.id, held.about_id, held.born, contact, words,
               CASE WHEN places IN ('', '[]')
                    THEN (SELECT country FROM customers_source s WHERE s.id = held.source_id) ELSE places END AS places,
               about_id IS NOT NULL OR contact <> least OR names IS NOT NULL OR length(born) <> 10 AS odd
          FROM held LEFT JOIN said ON said.record_id = held.id)
    SELECT to_jsonb(p)::text, NULL::bigint[], NULL::bigint[] FROM p
    UNION ALL
    SELECT told, array_agg(customer_id), array_agg(contact)
      FROM (SELECT customer_id, contact,
                   concat(words, '{field}', places, '{field}',
                          width_bucket(born COLLATE "C", (SELECT days FROM gates))) AS told
              FROM known WHERE customer_id NOT IN (SELECT customer_id FROM known WHERE odd)) one GROUP BY told
    UNION ALL
    SELECT jsonb_build_object('customer_id', customer_id, 'id', id, 'about_id', about_id, 'born', born,
                              'places', places, 'words', words, 'contacts', acts.contacts, 'ids', acts.ids,
                              'names', acts.names)::text, NULL, NULL
      FROM known CROSS JOIN LATERAL (
           SELECT array_agg(e.contact_id ORDER BY {order}) AS contacts, array_agg(e.id ORDER BY {order}) AS ids,
                  array_agg(e.names_id ORDER BY {order}) AS names
             FROM consent_consentevent e WHERE e.record_id = known.id AND {reaching}) acts
     WHERE customer_id IN (SELECT customer_id FROM known WHERE odd)
"""
# Whether activity has moved an end is looked up for lapsed acts alone: what is not known to be false goes on to the
# next condition, so an act without an end must say false.
_ORDER = "e.effective_at, e.act IN ('refused', 'withdrawn', 'objected'), e.id"
_WORD = """left(e.act, 3) || (array_position((SELECT ids FROM levels), e.purpose_id) - 1)
                 || CASE WHEN e.channel = '' THEN '' ELSE 'c' END
                 || CASE WHEN e.contact_id IS NULL THEN '' ELSE 'a' END
                 || CASE WHEN COALESCE(e.expires_at <= %(at)s, false) AND NOT EXISTS (
                        SELECT 1 FROM consent_consentevent l
                         WHERE l.names_id = e.id AND l.act = 'prolonged' AND l.expires_at > %(at)s)
                         THEN 'x' ELSE '' END
                 || CASE WHEN e.actor_kind = 'guardian' THEN 'g' ELSE '' END"""
_NOT_COVERED = " || CASE WHEN {covers} THEN '' ELSE 'n' END"
_REACHING = """e.purpose_id = ANY ((SELECT ids FROM levels)::bigint[])
               AND e.act NOT IN ('unknown', 'prolonged') AND e.channel IN ('', %(channel)s)"""
_FIELD = "\x1f"
_PLACES = {"parted": PARTED, "in_parts": IN_PARTS}


class Told(NamedTuple):
    """What a record says and where its party is; ``gates``: how many gates of age lie before the birth date."""

    words: str
    places: str
    gates: int | None


@dataclass
class Known:
    """The purpose; what records tell; by customer, for each record in turn, the number of what it tells and the contact
    point that it speaks about, if any; and by customer the records of the odd ones.
    """

    asked: Asked | None = None
    told: list[Told] = field(default_factory=list)
    plain: dict[int, tuple[int | None, ...]] = field(default_factory=dict)
    odd: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, told: str, customers: Sequence[int], contacts: Sequence[int | None]) -> None:
        """Records that tell the same."""
        words, places, gates = told.split(_FIELD)
        number, plain = len(self.told), self.plain
        self.told.append(Told(words, places, int(gates) if gates else None))
        for customer, contact in zip(customers, contacts, strict=True):
            plain[customer] = (*plain.get(customer, ()), number, contact)


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
    word = _WORD + (_NOT_COVERED.format(covers=COVERS) if recipient else "")
    with connection.cursor() as cursor:
        cursor.execute(_LOAD.format(word=word, order=_ORDER, reaching=_REACHING, field=_FIELD, **_PLACES), asked_for)
        for told, those, contacts in cursor.fetchall():
            if those is not None:
                made.add(told, those, contacts)
                continue
            row = json.loads(told)
            if "customer_id" in row:
                made.odd.setdefault(row["customer_id"], []).append(row)
            else:
                made.asked = as_asked(row)
    return made

"""What a thousand customers said to one purpose, in one statement: a row a customer, his acts as a shape."""

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from consent.queries.material import COVERS, NOWHERE, Asked, as_asked, born_on, places_in
from consent.rules.shapes import SILENT, Shape, shape_of

# Two walks over indexes, from customers to records and from records to acts: OFFSET 0 keeps the planner from reading
# all acts of the purpose instead. Documents are opened only where the purpose has rules of places or asks for an age.
# The contact points are sent one by one only where there are several, the numbers of acts only where one names another.
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
    held AS MATERIALIZED (
        SELECT one.* FROM unnest(%(ids)s::bigint[]) AS wanted(id) CROSS JOIN LATERAL (
            SELECT r.customer_id, r.id, r.about_id, r.source_id, r.closed_at IS NULL AS is_open,
                   CASE WHEN NOT (SELECT placed FROM p) THEN NULL
                        WHEN r.values -> 'address' -> 1 IS NULL
                        THEN COALESCE(r.values -> 'address' -> 0 ->> 'country', '')
                        ELSE jsonb_path_query_array(r.values, '$.address[*].country')::text END AS places,
                   CASE WHEN (SELECT aged FROM p) THEN r.values ->> 'birth_date' END COLLATE "C" AS born
              FROM customers_sourcerecord r WHERE r.customer_id = wanted.id OFFSET 0) one),
    people AS (
        SELECT held.customer_id,
               string_agg(CASE WHEN places IN ('', '[]') THEN s.country ELSE places END, E'\\n') AS places,
               max(born) AS born,
               CASE WHEN count(about_id) > 0 OR bool_or(born LIKE '{{%%') THEN
                 array_agg(born ORDER BY held.id) END AS births,
               CASE WHEN count(about_id) > 0 THEN array_agg(held.id ORDER BY held.id) END AS records,
               CASE WHEN count(about_id) > 0 THEN array_agg(about_id ORDER BY held.id) END AS about
          FROM held JOIN customers_source s ON s.id = held.source_id
         WHERE is_open AND (places IS NOT NULL OR born IS NOT NULL) GROUP BY held.customer_id),
    acts AS (
        SELECT held.customer_id, held.id AS record, e.effective_at, e.id, e.contact_id, e.names_id,
               left(e.act, 3) || line.level
               || CASE WHEN row_number() OVER w = 1 THEN '|'
                       WHEN lag(e.effective_at) OVER w = e.effective_at THEN '=' ELSE '' END
               || CASE WHEN e.channel = '' THEN '' ELSE 'c' END
               || CASE WHEN e.contact_id IS NULL THEN '' ELSE 'a' END
               || CASE WHEN e.expires_at <= %(at)s THEN 'x' ELSE '' END
               || CASE WHEN e.actor_kind = 'guardian' THEN 'g' ELSE '' END
               || CASE WHEN e.covers THEN '' ELSE 'n' END AS word
          FROM held CROSS JOIN line CROSS JOIN LATERAL (
            SELECT e.id, e.act, e.channel, e.contact_id, e.effective_at, e.expires_at, e.names_id, e.actor_kind,
                   {covers} AS covers
              FROM consent_consentevent e
             WHERE e.record_id = held.id AND e.purpose_id = line.id
               AND e.act <> 'unknown' AND e.channel IN ('', %(channel)s) OFFSET 0) e
        WINDOW w AS (PARTITION BY held.customer_id, held.id ORDER BY e.effective_at, e.id)),
    said AS (
        SELECT customer_id, string_agg(word, ' ' ORDER BY record, effective_at, id) AS words,
               max(contact_id) AS contact,
               CASE WHEN min(contact_id) <> max(contact_id) OR count(names_id) > 0 THEN
                 array_agg(contact_id ORDER BY record, effective_at, id) END AS contacts,
               CASE WHEN count(names_id) > 0 THEN array_agg(id ORDER BY record, effective_at, id) END AS ids,
               CASE WHEN count(names_id) > 0 THEN array_agg(names_id ORDER BY record, effective_at, id) END AS names
          FROM acts GROUP BY customer_id)
    SELECT NULL::bigint, to_jsonb(p)::text, NULL::bigint, NULL::bigint[], NULL::bigint[], NULL::bigint[], NULL, NULL,
           NULL::text[], NULL::bigint[], NULL::bigint[] FROM p
    UNION ALL
    SELECT customer_id, words, contact, contacts, ids, names, places, born, births, records, about
      FROM said FULL JOIN people USING (customer_id)
"""


class Known(NamedTuple):
    """What is known of one customer: his acts, their contact points, his countries, and birth dates."""

    shape: Shape
    contacts: Sequence[int]
    places: frozenset[str]
    births: Sequence[date]


NOBODY = Known(SILENT, (), NOWHERE, ())


def shapes(
    customers: Collection[int], purpose: str, channel: str, at: datetime, recipient: str = ""
) -> tuple[Asked | None, dict[int, Known]]:
    """The purpose (key), if there is one, and what these customers said to it that reaches the channel; one query.

    Customers of whom nothing is known are left out (:data:`NOBODY`).
    """
    asked, found = None, {}
    written = "{" + ",".join(map(str, customers)) + "}"  # a list is written number by number, which takes longer
    with connection.cursor() as cursor:
        cursor.execute(
            _LOAD.format(covers=COVERS if recipient else "true"),
            {"purpose": purpose, "channel": channel, "ids": written, "at": at, "recipient": recipient},
        )
        for customer, words, contact, contacts, ids, names, places, born, births, records, about in cursor.fetchall():
            if customer is None:
                asked = as_asked(json.loads(words))
                continue
            mine: Sequence[int] = () if contact is None else (contact,)
            if contacts is not None:
                shape, mine = shape_of(words, contacts, ids, names)
            else:
                shape = Shape(words) if words else SILENT
            dates = _dates(born) if births is None else _births(births, records, about)
            found[customer] = Known(shape, mine, _places(places) if places else NOWHERE, dates)
    return asked, found


@lru_cache(maxsize=4_096)
def _places(lists: str) -> frozenset[str]:
    said = (places_in(one) if one.startswith("[") else {one} for one in lists.split("\n"))
    return frozenset().union(*said) - {""}


@lru_cache(maxsize=40_000)
def _dates(born: str | None) -> tuple[date, ...]:
    found = born_on(born) if born else None
    return (found,) if found else ()


def _births(
    texts: Sequence[str | None], records: Sequence[int] | None, about: Sequence[int | None] | None
) -> list[date]:
    """The birth dates of a customer's records; of a corrected record those of its corrections."""
    rows: Sequence[tuple[Any, ...]] = [(text, 0, None) for text in texts]
    if records is not None and about is not None:
        rows = list(zip(texts, records, about, strict=True))
    corrected = {of for text, _record, of in rows if of and text and born_on(text)}
    said = [text for text, record, of in rows if text and (of or record not in corrected)]
    return [found for text in said if (found := born_on(text))]

"""Which customers `match` may pass over: those that only records came to that are near to no other customer.

Whoever places a record compares it with all that share a key with it. Where none of these pairs leads to another
customer, `match` would read and compare the same records once more and find the same nothing.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from cmdm import memo
from cmdm.actions import change_id
from cmdm.database.kept import send

NOTED = "customers near to nobody"
# A customer that `match` has not looked at since something else changed him, it still has to look at.
_NOTE = """
    WITH gone AS (DELETE FROM matching_nothingnear WHERE customer_id = ANY(%(near)s::bigint[]))
    INSERT INTO matching_nothingnear (customer_id, change, model)
    SELECT c.id, %(change)s::uuid, %(model)s::int FROM customers_customer c
      LEFT JOIN matching_nothingnear n ON n.customer_id = c.id AND n.change = c.change AND n.model = %(model)s::int
     WHERE c.id = ANY(%(alone)s::bigint[])
       AND (c.id = ANY(%(founded)s::bigint[]) OR n.customer_id IS NOT NULL
            OR c.changed_at < (SELECT m.at FROM matching_matchmark m WHERE m.party_type = c.party_type))
    ON CONFLICT (customer_id) DO UPDATE SET change = EXCLUDED.change, model = EXCLUDED.model
"""
_LOOKED_AT = """
    DELETE FROM matching_nothingnear n USING customers_customer c
     WHERE c.id = n.customer_id AND c.party_type = %s AND c.changed_at < %s
"""


def note(model: int, *, founded: Collection[int], alone: Collection[int], near: Collection[int]) -> None:
    """Note of customers (ids) who got records that none of these is near to another customer; one statement, or none.

    The caller holds their locks, has not changed them yet but for those that it founded, and names each once.

    :param model: the version that the records were compared under.
    :param alone: those whose new records are near to nobody else.
    :param near: those of whom this does not hold, and what the same change noted of them neither.
    """
    noted = memo.once(NOTED, set[int])
    again = noted.intersection(near)  # of others the change itself ends it
    if not alone and not again:
        return
    noted.update(alone)
    told = {"founded": list(founded), "alone": list(alone), "near": list(again)}
    send(_NOTE, {**told, "change": change_id(), "model": model})


def forget(party: str, before: datetime) -> None:
    """Forget it of whom nothing has changed since `match` began; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED_AT, [party, before])

"""How much of consent hangs on a customer: what a wrong merge of his would touch."""

from collections.abc import Sequence
from typing import Any

from cmdm import clock
from cmdm.database.kept import kept
from consent.rules.folding import DENYING, ENDING, GRANTING, INVALIDATED, PROLONGED

_STANDING = """
    SELECT r.customer_id, count(DISTINCT e.purpose_id)
      FROM customers_sourcerecord r JOIN consent_consentevent e ON e.record_id = r.id
     WHERE r.customer_id = ANY(%(customers)s) AND e.act = ANY(%(answers)s)
       AND NOT EXISTS (SELECT FROM consent_consentevent n WHERE n.names_id = e.id AND n.act = ANY(%(ends)s))
       AND (e.expires_at IS NULL OR e.expires_at > %(now)s OR EXISTS (
            SELECT FROM consent_consentevent n
             WHERE n.names_id = e.id AND n.act = %(prolonged)s AND n.expires_at > %(now)s))
     GROUP BY r.customer_id
"""
_ANSWERS, _ENDS = sorted(GRANTING | DENYING), sorted({*ENDING, INVALIDATED})


def impacts(customers: Sequence[int]) -> dict[int, int]:
    """By customer (id), how many answers stand on his records: consents that nothing ended, and denials; one query.

    An order of magnitude for the order of a queue; what may be done is told by :mod:`consent.queries.permitted`.
    """
    told: dict[str, Any] = {"customers": list(customers), "answers": _ANSWERS, "ends": _ENDS, "prolonged": PROLONGED}
    with kept() as cursor:
        cursor.execute(_STANDING, {**told, "now": clock.now()})
        return dict(cursor.fetchall())

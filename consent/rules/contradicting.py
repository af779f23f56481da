"""Whether a customer's records give two answers to a purpose, and until when: a yes may end by itself, a no never."""

from collections.abc import Sequence
from datetime import UTC, datetime

from consent.rules.folding import DENYING, GRANTING, Act, State, conflicting, fold

# Before any end of a consent, and after all of them.
BEGINNING, ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def contradicts_until(records: Sequence[Sequence[Act]]) -> datetime | None:
    """When the last yes that stands beside a no ends by itself; ``ALWAYS`` if never, nothing where they do not differ.

    :param records: the acts that count for the purpose, record by record.
    """
    said = {act.act for acts in records for act in acts}
    if len(records) < 2 or said.isdisjoint(GRANTING) or said.isdisjoint(DENYING):
        return None
    ends = []
    for channel, contact in {(act.channel, act.contact) for acts in records for act in acts}:
        standings = [fold(acts, channel, contact, BEGINNING) for acts in records]
        if conflicting(standings):
            ends += [one.by.until or ALWAYS for one in standings if one.state == State.GRANTED and one.by]
    return max(ends, default=None)

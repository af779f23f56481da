"""Records as the engine compares them."""

from collections.abc import Iterable

from customers.models import SourceRecord
from customers.sealing import open_values
from matching.engine.features import Features, Ignore, Party, prepare
from matching.queries.models import InForce


def party_of(record: SourceRecord) -> Party:
    """A record, opened and as corrected, as the engine takes it."""
    return Party(record.pk, record.party_type, open_values(record.compared))


def features_of(
    records: Iterable[SourceRecord], models: dict[str, InForce], ignore: Ignore | None = None
) -> dict[int, Features]:
    """Features by record id."""
    return {record.pk: prepare(models[record.party_type].model, party_of(record), ignore) for record in records}

"""By which values a record is compared: its own, with what stewards corrected laid over them."""

from collections.abc import Collection, Mapping
from typing import Any

from customers.models import Source, SourceRecord
from customers.queries.catalogue import catalogue
from customers.rules.laying import laid_over
from customers.sealing import open_values


def is_compared(source: Source) -> bool:
    """Whether what this source corrects is compared."""
    return source.role == Source.Role.STEWARD


def laid(
    record: SourceRecord, correction: Mapping[str, Any], values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The opened values of a record, or those that it is about to have, with an opened correction over them."""
    many = {name: spec.key_of for name, spec in catalogue().specs.items() if spec.many}
    return laid_over(open_values(record.values) if values is None else values, correction, many)


def corrections_of(about: Collection[int]) -> dict[int, SourceRecord]:
    """The stewards' open corrections, by the record (id) that each is about; one query where there may be any."""
    if not about:
        return {}
    rows = SourceRecord.objects.current().filter(about__in=about, source__role=Source.Role.STEWARD)
    return {row.about_id or 0: row for row in rows.defer("raw", "findings")}

"""Records that a load brings with their customers, as they are written."""

from collections.abc import Sequence
from dataclasses import dataclass

from customers.models import Load, RejectedRow


@dataclass(frozen=True)
class Brought:
    """Records that a load brings with their customers.

    ``records``: lines of ``id`` to ``customer_id`` as COPY takes them, but for what the deed that writes them knows;
    ``terms``: the lines of what finds them. ``noted``: rows of the file that were taken without a value.
    """

    load: Load
    count: int
    records: bytes
    terms: bytes
    noted: Sequence[RejectedRow]

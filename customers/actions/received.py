"""What comes in and what becomes of it: the words between taking in and its callers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from customers.models import SourceRecord
from customers.ports import Placement
from customers.types.standardising import Fault

NEW, CHANGED, UNCHANGED, REJECTED, QUARANTINED, CLOSED = (
    "new",
    "changed",
    "unchanged",
    "rejected",
    "quarantined",
    "closed",
)


@dataclass(frozen=True)
class Received:
    """One record as it arrived: values by attribute in the API's shape, unparsed.

    ``party_type`` empty: decided by the values. ``observed_at`` empty: now. ``raw`` is kept sealed (default: the
    values). ``line`` is the file's line, ``faults`` what its mapping found, ``about`` the id of the record that it
    corrects. ``lenient``: values that cannot be read are left out; otherwise they refuse the record.
    """

    key: str
    values: Mapping[str, Any]
    party_type: str = ""
    observed_at: datetime | None = None
    raw: Any = None
    line: int = 0
    date_order: str = ""
    faults: tuple[Fault, ...] = ()
    about: int | None = None
    lenient: bool = False


class Written(NamedTuple):
    """A first version as it is written: values and findings as JSON, the raw content sealed, the words it has."""

    values: str
    raw: bytes
    findings: str
    terms: Collection[tuple[int, str]]


@dataclass
class Outcome:
    """What became of one received record, in the order received.

    ``compared``: the values by which a record is compared, where something is corrected in it; that record is ``over``
    of a correction, else its own.
    """

    received: Received
    status: str
    record: SourceRecord | None = None
    placement: Placement | None = None
    faults: list[Fault] = field(default_factory=list)
    left_out: list[Fault] = field(default_factory=list)
    outdated: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    findings: list[dict[str, str]] = field(default_factory=list)
    digest: bytes = b""
    written: Written | None = None
    over: SourceRecord | None = None
    compared: dict[str, Any] | None = None

    @property
    def stored(self) -> SourceRecord:
        """The record, of an outcome that has one.

        :raises LookupError: it has none.
        """
        if self.record is None:
            raise LookupError(self.status)
        return self.record

    @property
    def is_incomplete(self) -> bool:
        """Taken, but without a value that could not be read."""
        return bool(self.left_out) and self.is_open

    @property
    def is_open(self) -> bool:
        """Still to be written."""
        return self.status in (NEW, CHANGED)

"""Rows of a file → what is taken in, what is closed, and what is set aside before anything is stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from customers.actions.received import QUARANTINED, REJECTED, Outcome, Received
from customers.rules.applying import Bound
from customers.rules.broken import SENTENCES
from customers.rules.mapping import Fault as MappingFault
from customers.rules.reading import RejectedRow, Row
from customers.types.standardising import Fault


@dataclass
class Rows:
    """The rows of one batch: to be taken in, to be closed, and refused or held back already."""

    received: list[Received] = field(default_factory=list)
    closing: list[Received] = field(default_factory=list)
    aside: list[Outcome] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """Of all that is taken in or closed."""
        return [one.key for one in (*self.received, *self.closing)]

    def __len__(self) -> int:
        return len(self.received) + len(self.closing) + len(self.aside)


def rows_of(rows: Iterable[Row | RejectedRow], bound: Bound, header: Sequence[str]) -> Rows:
    """Every row once. Of rows with one key of which one closes it, the last counts."""
    made = Rows()
    for row in rows:
        if isinstance(row, RejectedRow):
            made.aside.append(_unreadable(row, header))
            continue
        mapped = bound.apply(row.values)
        received = Received(
            key=mapped.key,
            values=mapped.values,
            party_type=mapped.party_type,
            observed_at=mapped.observed_at,
            raw={name: cell for name, cell in zip(header, row.values, strict=True) if cell},
            line=row.line,
            date_order=bound.mapping.date_order,
            lenient=bound.mapping.on_fault == "leave_out",
            faults=tuple(_fault(fault) for fault in mapped.faults),
        )
        (made.closing if mapped.closed and not mapped.faults else made.received).append(received)
    if made.closing:
        _set_superseded_aside(made)
    return made


def _unreadable(row: RejectedRow, header: Sequence[str]) -> Outcome:
    name = header[row.column - 1] if 0 < row.column <= len(header) else ""
    sentence = _(SENTENCES[row.code]) % row.params
    return Outcome(Received("", {}, raw=row.raw, line=row.line), REJECTED, faults=[Fault(name, row.code, sentence)])


def _fault(fault: MappingFault) -> Fault:
    return Fault(fault.path or "key", fault.code, _(fault.msgid) % fault.params)


def _set_superseded_aside(made: Rows) -> None:
    keys = {one.key for one in made.closing}
    last = {one.key: one for one in sorted([*made.received, *made.closing], key=lambda one: one.line)}
    for several in (made.received, made.closing):
        for one in [one for one in several if one.key in keys and last[one.key] is not one]:
            several.remove(one)
            made.aside.append(repeated(one, last[one.key].line))


def repeated(one: Received, line: int) -> Outcome:
    """Held back, because a later row has the same key."""
    reason = _("The same key comes again in line %(line)d, which was used.") % {"line": line}
    return Outcome(one, QUARANTINED, faults=[Fault("key", "repeated", reason)])

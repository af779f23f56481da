"""The file of a load, read in columns."""

from collections.abc import Iterator

from customers.models import Load
from customers.queries.files import reader_of
from customers.rules.batching import Batch
from customers.rules.slabs import Slab, slabs

LINES = 20_000  # read at once where they are only counted


def slabs_of(load: Load, size: int, *, start: int = 0) -> Iterator[Slab | Batch]:
    """The rows of the file after line ``start``, in columns as far as they can be read so.

    :raises customers.rules.broken.BrokenFile: it cannot be read as a whole.
    """
    return slabs(lambda line: reader_of(load, start=line), size, start=start)


def rows_of(load: Load) -> int:
    """How many rows the file has.

    :raises customers.rules.broken.BrokenFile: it cannot be read as a whole.
    """
    return sum(
        len(piece.rows) if isinstance(piece, Batch) else piece.frame.height + len(piece.batch.rows)
        for piece in slabs_of(load, LINES)
    )

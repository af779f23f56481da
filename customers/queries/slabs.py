"""The file of a load, read in columns."""

from collections.abc import Iterator

from customers.models import Load
from customers.queries.files import CHUNK_BYTES, reader_of
from customers.rules.batching import Batch, batches
from customers.rules.reading import Row
from customers.rules.slabs import Slab, slabs
from customers.rules.unusual.census import Census, Tally

LINES = 20_000  # read at once where they are only counted
LARGE = CHUNK_BYTES  # bytes from which a file is sooner read in columns


def slabs_of(load: Load, size: int, *, start: int = 0) -> Iterator[Slab | Batch]:
    """The rows of the file after line ``start``, in columns as far as they can be read so.

    :raises customers.rules.broken.BrokenFile: it cannot be read as a whole.
    """
    return slabs(lambda line: reader_of(load, start=line), size, start=start)


def census_of(load: Load) -> Census:
    """How many rows the file has, and what its columns hold.

    :raises customers.rules.broken.BrokenFile: it cannot be read as a whole.
    """
    tally = Tally(len(load.header))
    for piece in slabs_of(load, LINES) if load.size > LARGE else batches(reader_of(load), LINES):
        if isinstance(piece, Slab):
            tally.add(piece.frame)
        rows = piece.rows if isinstance(piece, Batch) else piece.batch.rows
        whole = [row for row in rows if isinstance(row, Row)]
        tally.add_rows([row.line for row in whole], [row.values for row in whole])
        tally.add_count(len(rows) - len(whole))
    return tally.census()

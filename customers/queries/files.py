"""The file of a load, read from its sealed chunks as a stream; memory stays at one chunk."""

import io
from collections.abc import Collection, Sequence
from typing import BinaryIO, cast

from django.db import connection

from cmdm import crypto
from customers.models import Load
from customers.queries.catalogue import catalogue
from customers.rules.applying import Bound
from customers.rules.mapping import Mapping
from customers.rules.reading import Reader, read

CHUNK_BYTES = 1024 * 1024
_CHUNK = """
    COPY (SELECT sealed FROM customers_loadchunk WHERE load_id = %s AND number = %s) TO STDOUT (FORMAT binary)
"""
LINE, REASON, RECEIVED = "_line", "_reason", "_received"
NUMBER, KEY = "customer_number", "customer_key"
# Columns by which a file that the hub itself wrote, safe for spreadsheets, is known when it comes back.
OURS: Collection[frozenset[str]] = (frozenset({LINE, REASON}), frozenset({NUMBER, KEY}))


class Chunks(io.RawIOBase):
    """The chunks of a load, one after the other."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._number = 0
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from the current chunk; the next one is fetched and opened when it is used up."""
        if not self._rest:
            self._rest = memoryview(self._next())
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _next(self) -> bytes:
        with connection.cursor() as cursor, cursor.copy(_CHUNK, [self._load.pk, self._number]) as chunks:
            chunks.set_types(["bytea"])
            found = list(chunks.rows())
        if not found:
            return b""
        self._number += 1
        return crypto.unseal_bytes(found[0][0], context(self._load, self._number - 1))


def context(load: Load, number: int) -> str:
    """What a chunk is sealed for: its place in its load."""
    return f"load:{load.pk}:{number}"


def open_file(load: Load) -> BinaryIO:
    """The bytes as they were uploaded."""
    return cast(BinaryIO, io.BufferedReader(Chunks(load), CHUNK_BYTES))


def reader_of(load: Load, *, start: int = 0) -> Reader:
    """The rows of the file after line ``start``.

    :raises customers.rules.broken.BrokenFile: it cannot be read as a whole.
    """
    return unescaping(read(open_file(load), start=start))


def unescaping(reader: Reader) -> Reader:
    """A file that the hub wrote for spreadsheets gets back the texts that it was made of."""
    reader.unescape = is_ours(reader.header)
    return reader


def is_ours(header: Collection[str]) -> bool:
    """Whether the hub wrote the file."""
    return any(marks <= set(header) for marks in OURS)


def mapping_of(load: Load) -> Mapping:
    """Its mapping against the catalogue as it is now.

    :raises customers.rules.mapping.BadMapping: it fits no longer.
    """
    return Mapping.from_dict(load.mapping, catalogue().mappable, load.header)


def bound(load: Load, header: Sequence[str]) -> Bound:
    """Its mapping, bound to the columns of the file."""
    return Bound(mapping_of(load), header)

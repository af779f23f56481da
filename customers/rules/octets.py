"""From the bytes of an upload to lines of UTF-8: unpacking, recognising, converting, with memory bounded throughout."""

import codecs
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from customers.rules.broken import BrokenFile

CHUNK = 256 * 1024
MAX_LINE = 4 * 1024 * 1024
MAX_BYTES = 8 * 1024 * 1024 * 1024
MAX_RATIO = 100
DELIMITERS = (",", ";", "\t", "|")
# A file of a few repeated rows packs well; the ratio counts from here.
RATIO_FROM = 64 * 1024
GZIP = b"\x1f\x8b"
FOREIGN = (
    b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf", b"7z\xbc\xaf", b"Rar!",
    b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"\x7fELF", b"MZ\x90", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PAR1",
    b"SQLite format 3", b"OggS", b"RIFF", b"X5O!P%@AP",
)  # fmt: skip
MARKUP = ("<?xml", "<!doctype", "<html", "<table", "<svg", "<script", '{"', "[{", "{\n", "{\r")
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CONTROLS = frozenset(range(1, 32)) - {9, 10, 11, 12, 13, 27}


class Octets:
    """The file as UTF-8 chunks; `encoding` says what it was."""

    def __init__(self, stream: BinaryIO, *, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        chunks = _read(stream)
        head = _fill(chunks, b"", 4)
        self.compressed = head.startswith(GZIP)
        if self.compressed:
            chunks, head = _unpacked(_again(head, chunks)), b""
        head = _fill(chunks, head, 4096)
        self.encoding, mark = recognise(head)
        self._chunks = _again(head[mark:], chunks)

    def __iter__(self) -> Iterator[bytes]:
        chunks = self._chunks if self.encoding == "utf-8" else _converted(self._chunks, self.encoding)
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > self.max_bytes:
                raise BrokenFile("too_large", limit=self.max_bytes)
            yield chunk


def recognise(head: bytes) -> tuple[str, int]:
    """The encoding of a file that begins so, and the length of its byte order mark; refuses what is no text."""
    if not head:
        raise BrokenFile("empty")
    if head.startswith((*FOREIGN, GZIP)):
        raise BrokenFile("not_csv")
    marked = next(((name, len(mark)) for mark, name in MARKS if head.startswith(mark)), None)
    encoding, mark = marked or (_unmarked(head), 0)
    if not encoding:
        raise BrokenFile("encoding_unknown")
    text = head[mark:].decode(encoding, "ignore")
    if text.lstrip()[:16].lower().startswith(MARKUP):
        raise BrokenFile("not_csv")
    controls = sum(map(CONTROLS.__contains__, map(ord, text)))
    if controls > 16 and controls * 20 > len(text):
        raise BrokenFile("binary", line=1)
    return encoding, mark


def _unmarked(head: bytes) -> str:
    """UTF-16 without a mark shows in its headers: every other byte of ASCII letters is NUL."""
    first = head.splitlines()[0] if head.splitlines() else head
    sample = head[: max(len(first) // 2 * 2, 16)]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd * 2 > len(sample) // 2 and even * 8 <= odd:
        return "utf-16-le"
    if even * 2 > len(sample) // 2 and odd * 8 <= even:
        return "utf-16-be"
    if sample.count(0) * 8 > len(sample):
        raise BrokenFile("binary", line=1)
    return "utf-8"


def lines(chunks: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Physical lines with their ends (LF, CRLF or CR), in blocks."""
    rest, done = b"", 0
    for chunk in chunks:
        block = (rest + chunk).splitlines(keepends=True)
        # The last line may go on in the next chunk, and a final CR may be half of a CRLF.
        rest = block.pop() if block and not block[-1].endswith(b"\n") else b""
        done += len(block)
        if len(rest) > MAX_LINE:
            raise BrokenFile("line_too_long", line=done + 1, limit=MAX_LINE)
        if block:
            yield block
    if rest:
        yield rest.splitlines(keepends=True)


def _read(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _fill(chunks: Iterator[bytes], head: bytes, size: int) -> bytes:
    while len(head) < size and (chunk := next(chunks, b"")):
        head += chunk
    return head


def _again(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from chunks


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The one entry of a gzip file, in pieces of bounded size."""
    inflate = zlib.decompressobj(wbits=31)
    taken = given = 0
    for chunk in chunks:
        if inflate.eof:
            raise BrokenFile("archive_entries")
        taken += len(chunk)
        rest = chunk
        while rest and not inflate.eof:
            try:
                piece = inflate.decompress(rest, CHUNK)
            except zlib.error as error:
                raise BrokenFile("archive") from error
            rest = inflate.unconsumed_tail
            given += len(piece)
            if given > MAX_RATIO * taken + RATIO_FROM:
                raise BrokenFile("archive_ratio", limit=MAX_RATIO)
            if piece:
                yield piece
        if inflate.unused_data:
            raise BrokenFile("archive_entries")
    if not inflate.eof:
        raise BrokenFile("archive")


def _converted(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    done, line = 0, ""
    for chunk in chunks:
        text = _decoded(decoder, chunk, encoding, done, line)
        done += text.count("\n")
        line = (line + text).rpartition("\n")[2][-MAX_LINE:]
        yield text.encode("utf-8")
    _decoded(decoder, b"", encoding, done, line)


def _decoded(decoder: codecs.IncrementalDecoder, chunk: bytes, encoding: str, done: int, line: str) -> str:
    """The next text; a fault is placed by the lines done and what is known of the present one."""
    try:
        return decoder.decode(chunk, not chunk)
    except UnicodeDecodeError as error:
        good = line + error.object[: error.start].decode(encoding, "replace")
        begin = good.rfind("\n") + 1
        number = done + good.count("\n") + 1
        byte = (len(good) - begin) * 2 + 1
        column = 1 + max(map(good[begin:].count, DELIMITERS))
        raise BrokenFile("encoding", line=number, column=column, byte=byte, encoding=encoding.upper()) from error

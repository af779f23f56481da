"""Rows read in columns are the rows that are read one by one; so is what their digest is made of."""

import io
import json

import pytest

from customers.rules.applying import Bound
from customers.rules.batching import batches
from customers.rules.broken import BrokenFile
from customers.rules.columns import contents, fits
from customers.rules.mapping import Mappable, Mapping
from customers.rules.reading import RejectedRow, Row, read
from customers.rules.slabs import Slab, slabs

HEADER = "id,given,family,mail,street,city,seen,kind\n"
PLAIN = "".join(f"K{n},Ann {n},Berg,a{n}@x.example,Main St {n},Ulm,2024-01-0{n % 9 + 1},person\n" for n in range(40))
FILES = {
    "plain": PLAIN,
    "windows lines": PLAIN.replace("\n", "\r\n"),
    "no last line end": PLAIN.rstrip("\n"),
    "blank lines": "\n \n,,,,,,,\n" + PLAIN + "\n\n",
    "ragged": "K1,too,few\n" + PLAIN + "K2" + ",more" * 9 + "\n",
    "quoted": '"K1","Berg, ""Annie""","B","a@x.example","1, Main","Ulm","",""\n' + PLAIN,
    "quoted and blank": '"","","","","","","",""\n' + PLAIN,
    "a cell over two lines": PLAIN + 'L1,"two\nlines",B,,,,,\n' + PLAIN.replace("K", "M"),
    "a NUL": PLAIN + "N1,a\0b,B,,,,,\n",
    "a long cell": PLAIN + f"N1,{'x' * 10_001},B,,,,,\n",
    "a long row of short cells": PLAIN + f"N1,{'x' * 6_000},{'y' * 6_000},,,,,\n",
    "blanks of all kinds": "N1,\u00a0Ann\u2003,\x1cBerg\x85,\tx\t,\u200bM\u200b,Ulm ,,\n" + PLAIN,
    "back slashes and marks": PLAIN + 'N1,A\\nn,B\\"erg,x,y,"z""z",,\n',
    "marks in their place": 'N1,A\\nn,B,x,y,"z""z\\",,\n' + PLAIN,
    "other scripts": "N1,Иван,Müller\u0308,x,京都,Ulm,,\n" + PLAIN,
    "blanks that only Python strips": "\x1c,,\x1f,,,,,\n" + PLAIN,
    "a byte order mark later on": PLAIN[:-1].replace("K6", "\ufeffK6") + "\n",
    "keys": " K1 ,Ann,B,,,,,\nK1,Ann,B,,,,,\n,Ann,B,,,,,\n" + PLAIN,
    "times and kinds": "T1,Ann,B,,,,yesterday,\nT2,Ann,B,,,,,robot\nT3,Ann,B,,,,,PERSON\nT4,,,,,,2024-05-06,\n" + PLAIN,
}
COLUMNS = {
    "given": "given_name",
    "family": "family_name",
    "mail": "email.home",
    "street": "address.work.line1",
    "city": "address.work.city",
    "seen": "observed_at",
    "kind": "party_type",
}
KNOWN = [
    Mappable("given_name"),
    Mappable("family_name"),
    Mappable("email", "email", many=True),
    Mappable("address", "address", many=True),
]


def opener(content: str):
    return lambda line: read(io.BytesIO((HEADER + content).encode()), start=line)


def bound() -> Bound:
    return Bound(Mapping.from_dict({"key": "id", "columns": COLUMNS, "date_order": "dmy"}, KNOWN), read_header())


def read_header() -> list[str]:
    return HEADER.strip().split(",")


def rows_in(pieces) -> list:
    found = []
    for piece in pieces:
        if isinstance(piece, Slab):
            found += [Row(cells[-1], cells[-1], list(cells[:-1])) for cells in piece.frame.iter_rows()]
        found += piece.batch.rows if isinstance(piece, Slab) else piece.rows
    return sorted(found, key=lambda row: row.line)


def lines_in(pieces) -> tuple[int, ...]:
    """Header, blank and rows' lines, and where it ends."""
    told = [piece.batch if isinstance(piece, Slab) else piece for piece in pieces]
    return (sum(b.header for b in told), sum(b.blank for b in told), sum(b.spanned for b in told), told[-1].end)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [7, 1000])
class TestReadingInColumns:
    def test_finds_the_rows_and_lines_that_reading_one_by_one_finds(self, name, size):
        open_at = opener(FILES[name])
        pieces, expected = list(slabs(open_at, size)), list(batches(open_at(0), 500))

        assert rows_in(pieces) == rows_in(expected)
        assert lines_in(pieces) == lines_in(expected)

    def test_goes_on_where_it_was_cut_off(self, name, size):
        open_at = opener(FILES[name])
        [first, *rest] = slabs(open_at, size)
        end = first.batch.end if isinstance(first, Slab) else first.end

        assert rows_in(slabs(open_at, size, start=end)) == rows_in(rest)


@pytest.mark.parametrize("name", FILES)
class TestStatingContentInColumns:
    def test_is_what_the_digest_of_one_row_is_made_of_or_nothing(self, name):
        one_by_one, stated = bound(), {}
        for piece in slabs(opener(FILES[name]), 15):
            if isinstance(piece, Slab):
                stated |= {line: (key, text) for line, key, text in contents(piece.frame, one_by_one).iter_rows()}

        rows = {row.line: row for row in read(io.BytesIO((HEADER + FILES[name]).encode())) if isinstance(row, Row)}
        told = {line: pair for line, pair in stated.items() if pair[1] is not None}
        assert len(told) > 10
        for line, (key, text) in told.items():
            mapped = one_by_one.apply(rows[line].values)
            assert not mapped.faults
            assert key == mapped.key
            expected = [mapped.party_type, None, "dmy", mapped.values]
            assert text == json.dumps(expected, sort_keys=True, ensure_ascii=False)


class TestWhatIsLeftToReadingOneByOne:
    def test_a_stray_quotation_mark_refuses_the_file_with_its_place(self):
        with pytest.raises(BrokenFile) as told:
            list(slabs(opener(PLAIN + 'N1,"Ann,B,,,,,\n' + PLAIN), 10))

        assert told.value.params["line"] == 42

    def test_rejected_rows_name_their_own_line(self):
        [slab] = slabs(opener(FILES["ragged"]), 1000)

        assert [(row.line, row.code) for row in slab.batch.rows if isinstance(row, RejectedRow)] == [
            (2, "columns_missing"),
            (43, "columns_surplus"),
        ]

    def test_rows_with_a_fault_or_a_key_that_comes_twice_state_nothing(self):
        for name, odd in (("keys", {2, 3, 4}), ("times and kinds", {2, 3})):
            [slab] = slabs(opener(FILES[name]), 1000)
            frame = contents(slab.frame, bound())
            assert odd <= {line for line, key, _text in frame.iter_rows() if key is None}

    def test_a_mapping_that_moves_cells_about_is_not_stated(self):
        house = {"key": "id", "columns": {"street": "address.house_number"}}

        assert not fits(Bound(Mapping.from_dict(house, KNOWN), read_header()))

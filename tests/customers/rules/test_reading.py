import csv
import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.rules.broken import BrokenFile
from customers.rules.reading import RejectedRow, Row, census, read

SECRET = "Geheimwort"


def rows_of(content, **options):
    return list(read(io.BytesIO(content), **options))


def refusal(content):
    with pytest.raises(BrokenFile) as caught:
        rows_of(content)
    assert SECRET not in str(caught.value)
    return caught.value


class TestGoodFiles:
    @pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
    def test_the_separator_is_recognised(self, sign):
        reader = read(io.BytesIO(f"id{sign}name\n1{sign}Ann\n".encode()))
        assert (reader.header, [row.values for row in reader]) == (["id", "name"], [["1", "Ann"]])

    def test_the_separator_may_be_told_in_the_first_line(self):
        assert rows_of(b"sep=;\nid;a,b,c\n1;x\n") == [Row(3, 3, ["1", "x"])]

    def test_a_byte_order_mark_is_no_part_of_the_header(self):
        assert read(io.BytesIO(b'\xef\xbb\xbf"id",name\n')).header == ["id", "name"]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
    def test_utf8_and_utf16_are_read_with_and_without_a_mark(self, encoding):
        content = "id,name\n1,Jürgen 王\n".encode(encoding)
        assert rows_of(content) == [Row(2, 2, ["1", "Jürgen 王"])]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_each_kind_of_line_end_is_read(self, end):
        assert [row.last for row in rows_of(end.join(["a,b", "1,2", "3,4", ""]).encode())] == [2, 3]

    def test_a_cell_may_hold_line_ends_separators_and_quotation_marks(self):
        content = b'id,note\n1,"first line\nsecond, ""quoted"""\n2,x\n'
        assert rows_of(content) == [Row(2, 3, ["1", 'first line\nsecond, "quoted"']), Row(4, 4, ["2", "x"])]

    def test_a_gzip_file_with_one_entry_is_read(self):
        assert rows_of(gzip.compress(b"id,name\n1,Ann\n", mtime=0)) == [Row(2, 2, ["1", "Ann"])]

    def test_the_census_accounts_for_every_line(self):
        found = census(io.BytesIO(b'id,name\n1,Ann\n\n2,"x\ny"\n3\n , \n'))
        assert (found.lines, found.rows, found.rejected, found.blank) == (7, 2, 1, 2)

    def test_reading_goes_on_after_the_last_line_accounted_for(self):
        content = b'id,name\n1,Ann\n2,"x\ny"\n\n3,Cy\n4,Di\n'
        everything = rows_of(content)
        for place, row in enumerate(everything, 1):
            assert rows_of(content, start=row.last) == everything[place:]

    def test_a_file_larger_than_one_chunk_is_read_whole(self):
        content = b"id,name\r\n" + b"".join(b"%d,Ann Meyer of Long Lane\r\n" % n for n in range(40_000))
        found = census(io.BytesIO(content))
        assert (found.lines, found.rows) == (40_001, 40_000)


class TestRowsSetAside:
    def test_a_faulty_row_is_kept_with_line_and_reason_and_the_others_load(self):
        content = b"id,name\n1,Ann\n2\n3,Cy,x\n4,D\0i\n5," + b"x" * 10_001 + b"\n6,Fay\n"
        rows = rows_of(content)
        good = [row.values[0] for row in rows if isinstance(row, Row)]
        bad = [(row.line, row.code, row.column) for row in rows if isinstance(row, RejectedRow)]
        assert good == ["1", "6"]
        assert bad == [(3, "columns_missing", 2), (4, "columns_surplus", 3), (5, "nul", 2), (6, "field_too_long", 2)]

    def test_the_reason_names_no_value_and_the_row_itself_is_kept(self):
        (row,) = rows_of(f"id,name\n1,{SECRET},x\n".encode())
        assert SECRET not in row.message
        assert row.raw == f"1,{SECRET},x\n"

    def test_a_cell_beyond_the_limit_of_the_parser_is_one_rejected_row(self):
        rows = rows_of(b"id,name\n1," + b"x" * 200_000 + b"\n2,Bo\n")
        assert [type(row) for row in rows] == [RejectedRow, Row]


class TestRefusedFiles:
    @pytest.mark.parametrize(
        ("content", "code", "line", "column"),
        [
            (b"", "empty", 0, 0),
            (b"\n \n", "header_missing", 0, 0),
            (b"id,,c\n", "header_empty", 1, 2),
            (b"id,Name,name\n", "header_duplicate", 1, 3),
            (b'id,"na\nme"\n', "header_lines", 1, 0),
            (b"id,na\0me\n", "header_invalid", 1, 2),
            (b",".join(b"c%d" % n for n in range(501)), "header_columns", 1, 0),
            (b'id,name,city\n1,"Geheimwort,Ulm\n2,Bo,Bonn\n', "quote", 2, 2),
            (b'id,name,city\n1,"Geheimwort"x,Ulm\n2,Bo,Bonn\n', "quote", 2, 2),
            (b'id,name,city\n0,a,b\n1,"Geheimwort,Ulm\n2,"Bo",Bonn\n', "quote", 3, 2),
            (b'id,name,city\n1,Ann,"Geheimwort\n2,Bo,Bonn\n3,Cy,Ulm"\n', "quote", 2, 3),
            (b'id,name\n1,"' + b"x\n" * 200 + b'"\n', "quote", 2, 2),
            ("id,name\n1,a\n2,Geheimwört\n".encode("latin-1"), "encoding", 3, 2),
            ("id,name\n1,ä\n".encode("utf-16-le")[:-1], "encoding", 2, 2),
            ("id,name\n".encode("utf-32"), "encoding_unknown", 0, 0),
            (b"PK\x03\x04 a workbook", "not_csv", 0, 0),
            (b"%PDF-1.7", "not_csv", 0, 0),
            (b"  <?xml version='1.0'?><a/>", "not_csv", 0, 0),
            (b'{"id": 1}', "not_csv", 0, 0),
            (b"\x01\x02\x03\x04" * 8, "binary", 1, 0),
            (gzip.compress(b"id\n", mtime=0) + gzip.compress(b"1\n", mtime=0), "archive_entries", 0, 0),
            (gzip.compress(b"id,name\n1,Ann\n", mtime=0)[:-6], "archive", 0, 0),
            (gzip.compress(gzip.compress(b"id,name\n1,Ann\n", mtime=0), mtime=0), "not_csv", 0, 0),
            (gzip.compress(b"id,name\n" + b"1,Ann\n" * 500_000, mtime=0), "archive_ratio", 0, 0),
            (b"id,name\n1," + b"x" * 5_000_000, "line_too_long", 2, 0),
        ],
    )
    def test_a_fault_of_the_file_refuses_it_naming_line_and_column(self, content, code, line, column):
        found = refusal(content)
        assert (found.code, found.line, found.column) == (code, line, column)

    def test_a_bomb_is_refused_before_it_is_unpacked(self):
        bomb = gzip.compress(b"\0" * 50_000_000, mtime=0)
        assert refusal(bomb).code in {"archive_ratio", "binary"}

    def test_a_file_beyond_the_size_allowed_is_refused(self):
        with pytest.raises(BrokenFile) as caught:
            rows_of(b"id,name\n" + b"1,Ann\n" * 100, max_bytes=300)
        assert caught.value.code == "too_large"


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("\t\r\n"), max_size=12)


class TestForAnyContent:
    @given(
        st.lists(st.lists(cells, min_size=3, max_size=3), max_size=8),
        st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    )
    @settings(max_examples=200, deadline=None)
    def test_whatever_the_csv_module_writes_is_read_back_or_refused(self, table, quoting):
        out = io.StringIO()
        csv.writer(out, quoting=quoting).writerows([["a", "b", "c"], *table])
        try:
            rows = rows_of(out.getvalue().encode())
        except BrokenFile as error:
            # Lines inside a cell that look like rows are the one thing that cannot be told apart.
            assert error.code == "quote"
            assert any(sign in cell for row in table for cell in row for sign in "\r\n")
        else:
            assert [row.values for row in rows] == [row for row in table if any(map(str.strip, row))]

    @given(
        st.lists(
            st.sampled_from(["a,b,c\n", '1,"x\n', '2,"y",z\n', '"",,\n', 'q"r,s,t\n', "\n", "1,2\n", '"a\nb",c,d\n'])
        )
    )
    @settings(max_examples=300, deadline=None)
    def test_lines_always_add_up_or_the_file_is_refused(self, lines):
        content = "id,name,city\n" + "".join(lines)
        reader = read(io.BytesIO(content.encode()))
        try:
            items = list(reader)
        except BrokenFile as error:
            assert error.code == "quote"
            assert 2 <= error.line <= content.count("\n") + 1
        else:
            assert (
                1 + sum(item.last - item.line + 1 for item in items) + reader.blank
                >= reader.lines
                == content.count("\n")
            )
            assert all(len(item.values) == 3 for item in items if isinstance(item, Row))

    @given(st.binary(max_size=300))
    @settings(max_examples=300, deadline=None)
    def test_any_bytes_are_read_or_refused_and_never_crash(self, content):
        try:
            reader = read(io.BytesIO(content))
            items = list(reader)
        except BrokenFile as error:
            assert error.message
        else:
            assert len(items) == reader.rows + reader.rejected

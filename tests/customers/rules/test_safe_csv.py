import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.rules.reading import read
from customers.rules.safe_csv import escaped, raw_lines, safe_lines, unescaped


class TestEscaping:
    @pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", '"=', "'=", " ="])
    def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(self, first):
        text = first + "cmd|' /C calc'!A0"
        assert escaped(text) == "'" + text
        assert unescaped(escaped(text)) == text

    @pytest.mark.parametrize("text", ["", "O'Brien", "'quoted'", "a=b", "Null", "1-2", "'"])
    def test_other_text_is_left_alone(self, text):
        assert escaped(text) == text
        assert unescaped(text) == text

    @given(st.text(st.sampled_from("'\"= +\t\ra＝"), max_size=6))
    @settings(max_examples=300)
    def test_taking_the_apostrophe_away_gives_back_any_text(self, text):
        assert unescaped(escaped(text)) == text


class TestWriting:
    def test_texts_are_quoted_and_numbers_stay_numbers(self):
        lines = list(safe_lines(["n", "t"], [[-5, "-5"], [Decimal("1.50"), None], [True, date(2024, 2, 29)]]))
        assert lines == ['"n","t"\r\n', '-5,"\'-5"\r\n', '1.50,""\r\n', '"true","2024-02-29"\r\n']

    def test_the_raw_writer_leaves_values_untouched(self):
        assert list(raw_lines(["t"], [["=1+1"]]))[1] == '"=1+1"\r\n'

    def test_lines_come_one_by_one(self):
        endless = safe_lines(["t"], iter(lambda: ["x"], None))
        assert [next(endless) for _line in range(3)] == ['"t"\r\n', '"x"\r\n', '"x"\r\n']


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=10)
risky = st.builds(str.__add__, st.sampled_from(["=", "'=", "+", "-", "@", "\t", "＝", '"', "'"]), texts)
tables = st.lists(
    st.lists(texts | risky, min_size=2, max_size=2).filter(lambda row: any(map(str.strip, row))), max_size=6
)


class TestRoundTrip:
    @given(tables)
    @settings(max_examples=200, deadline=None)
    def test_export_and_import_give_the_original(self, table):
        safe = "".join(safe_lines(["a", "b"], table)).encode()
        raw = "".join(raw_lines(["a", "b"], table)).encode()
        assert [row.values for row in read(io.BytesIO(safe), unescape=True)] == table
        assert [row.values for row in read(io.BytesIO(raw))] == table

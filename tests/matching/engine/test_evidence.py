"""What spoke for a link, as it is kept: short, and read back as it was."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matching.engine.evidence import lines_of, lines_told

codes = st.text(max_size=8) | st.sampled_from(["email", "given_name", "a+b"])
weights = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(codes, codes, weights).map(list), max_size=4))
@example([["email", "same", 1e-07], ["phone", "missing", -0.0]])
@example([['the "e-mail"', "same", 1.0]])
def test_lines_are_read_back_as_they_were(lines):
    assert lines_of(lines_told(lines)) == lines
    assert lines_of(lines) == lines


def test_they_are_kept_like_this():
    assert lines_told([("email", "same", 7.25), ("gender", "other", -3.5)]) == "email:same:7.25 gender:other:-3.5"


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [["e:mail", "same", 1.0]],
        [["e mail", "same", 1.0]],
        [["", "same", 1.0]],
        [["email", "same", 1]],
        [["email", "same"]],
        [["ö", "same", 1.0]],
        [["email", None, 1.0]],
    ],
)
def test_what_no_text_would_give_back_stays_as_it_is(lines):
    assert lines_told(lines) == lines


def test_a_text_that_holds_no_lines_is_refused():
    with pytest.raises(ValueError):
        lines_of("email same")

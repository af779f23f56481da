"""Distances are those of the textbook, as far as anybody asks."""

from hypothesis import given, settings
from hypothesis import strategies as st
from jellyfish import damerau_levenshtein_distance

from matching.engine.comparing.distances import distance


@given(
    st.text("ab12", max_size=9), st.text("ab12", max_size=9), st.integers(0, 8), st.sampled_from(["", "a", "1", "ab"])
)
@settings(max_examples=300, deadline=None)
def test_what_is_one_edit_away_is_told_from_what_is_more(text, other, place, put):
    for one in (
        other,
        text[:place] + put + text[place:],
        text[:place] + put + text[place + 1 :],
        text[:place] + text[place:][1::-1] + text[place + 2 :],
    ):
        assert min(distance(text, one), 2) == min(damerau_levenshtein_distance(text, one), 2)

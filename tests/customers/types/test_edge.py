"""The one edge parser."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.types.edge import MAX_BYTES, clean_text, text_of
from customers.types.faults import Invalid


def refusal(value, max_length=200):
    with pytest.raises(Invalid) as caught:
        clean_text(value, max_length=max_length)
    return caught.value.code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("An\x00na", "nul"),
        ("An\ud800na", "surrogate"),
        ("An\u202ena", "bidi"),
        ("\u2067Anna\u2069", "bidi"),
        ("\u200fAnna", "bidi"),
        ("Anna\U000e0041\U000e007f", "tag"),
        ("An\x1bna", "control"),
        ("An\x85na", "control"),
        ("An\ufffena", "control"),
        ("\u200b\u200d", "invisible"),
        (" \u3164 ", "invisible"),
        ("\ufeff", "invisible"),
    ],
)
def test_a_character_that_lies_or_breaks_is_refused(value, code):
    assert refusal(value) == code


def test_a_fault_never_repeats_the_value():
    with pytest.raises(Invalid) as caught:
        clean_text("Quetzalcoatl\x00", max_length=200)
    assert "Quetzalcoatl" not in str(caught.value)
    assert "Quetzalcoatl" not in repr(caught.value)


def test_tabs_and_line_ends_become_spaces():
    assert clean_text("\tAnna\r\nMaria\n", max_length=200) == "Anna  Maria"


def test_composed_and_decomposed_letters_become_the_same_text():
    assert clean_text("Rene\u0301", max_length=200) == clean_text("René", max_length=200) == "René"


def test_look_alike_letters_and_template_text_are_stored_as_typed():
    for typed in ("Аnna", "{{7*7}}", "' OR 1=1--", "${jndi:x}", "%n%n", "Null"):
        assert clean_text(typed, max_length=200) == typed


def test_joiners_inside_persian_words_stay_and_byte_order_marks_go():
    assert clean_text("می\u200cخواهم", max_length=200) == "می\u200cخواهم"
    assert clean_text("\ufeffAnna", max_length=200) == "Anna"


def test_a_field_over_ten_kilobytes_is_refused_whatever_its_length_afterwards():
    assert refusal(" " * (MAX_BYTES + 1)) == "too_large"
    assert refusal("é" * (MAX_BYTES // 2 + 1), max_length=MAX_BYTES) == "too_large"


def test_length_is_that_of_the_composed_text():
    assert clean_text("e\u0301" * 10, max_length=10) == "é" * 10
    # A letter that composes to nothing shorter: three code points where one was received.
    assert len(unicodedata.normalize("NFC", "\ufb2c")) == 3
    assert refusal("\ufb2c", max_length=2) == "too_long"


def test_json_numbers_are_read_as_text_and_other_json_is_refused():
    assert text_of(4011, max_length=20) == "4011"
    for raw in (True, None, 1.5, [], {}, 10**5000):
        with pytest.raises(Invalid):
            text_of(raw, max_length=20)


@given(st.text(max_size=60))
def test_clean_text_is_clean_already(value):
    try:
        cleaned = clean_text(value, max_length=200)
    except Invalid:
        return
    assert clean_text(cleaned, max_length=200) == cleaned
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned

"""Folding."""

import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.types.folding import fold, mixed_script, phonetic, tokens


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Łukasz", "lukasz"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Иван", "ivan"),
        ("O'Brien", "obrien"),
        ("O’Brien", "obrien"),
        ("Jean-Luc  Picard", "jean luc picard"),
        ("İstanbul", "istanbul"),
        ("ﬁn", "fin"),
        ("--", ""),
    ],
)
def test_what_a_reader_takes_for_the_same_folds_to_the_same(typed, folded):
    assert fold(typed) == folded


def test_a_cyrillic_letter_in_a_latin_word_folds_to_the_letter_it_looks_like():
    assert fold("Сhris") == fold("Chris")
    assert mixed_script("Сhris")
    assert not mixed_script("Сергей Chris")


def test_phonetic_keys_are_not_empty_for_other_scripts():
    assert phonetic("Иван") == phonetic("Ivan") != ""
    assert phonetic("Łukasz") == phonetic("Lukasz")


def test_tokens_are_the_folded_words():
    assert tokens("Müller-Lüdenscheidt") == ("muller", "ludenscheidt")


@given(st.text(max_size=40))
def test_folded_text_is_plain_and_folds_to_itself(text):
    folded = fold(text)
    assert re.fullmatch("([a-z0-9]+( [a-z0-9]+)*)?", folded)
    assert fold(folded) == folded


@given(st.text(max_size=40))
def test_composed_and_decomposed_text_fold_to_the_same(text):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


def test_folding_naming_and_placeholders_work_where_django_is_not_installed():
    program = (
        "import sys; sys.modules['django'] = None\n"
        "import customers.types.folding, customers.types.naming, customers.types.placeholders as p\n"
        "assert p.is_placeholder('person_name', 'John Doe')"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

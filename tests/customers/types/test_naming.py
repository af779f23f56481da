"""Full names and their case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.types.naming import proper_case, split_full_name


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("John Smith", ("John", "", "Smith", "")),
        ("John Q. Public", ("John", "Q.", "Public", "")),
        ("Smith, John A.", ("John", "A.", "Smith", "")),
        ("Smith, John, Jr.", ("John", "", "Smith", "Jr.")),
        ("Smith, Jr., John", ("John", "", "Smith", "Jr.")),
        ("John Smith III", ("John", "", "Smith", "III")),
        ("Ludwig van Beethoven", ("Ludwig", "", "van Beethoven", "")),
        ("JAN VAN DER BERG", ("JAN", "", "VAN DER BERG", "")),
        ("Berg, Jan van der", ("Jan", "", "van der Berg", "")),
        ("van der Berg", ("", "", "van der Berg", "")),
        ("Van Morrison", ("Van", "", "Morrison", "")),
        ("Maria da Silva Santos", ("Maria", "", "da Silva Santos", "")),
        ("Mohammed bin Salman", ("Mohammed", "", "bin Salman", "")),
        ("John Al Smith", ("John", "Al", "Smith", "")),
        ("Dr. Anna Müller", ("Anna", "", "Müller", "")),
        ("Mr Smith", ("", "", "Smith", "")),
        ("Madonna", ("Madonna", "", "", "")),
        ("山田太郎", ("太郎", "", "山田", "")),
        ("山田 太郎", ("太郎", "", "山田", "")),
        ("欧阳修", ("修", "", "欧阳", "")),
        ("김민준", ("민준", "", "김", "")),
        ("남궁민수", ("민수", "", "남궁", "")),
        ("ジョン・スミス", ("ジョン", "", "スミス", "")),
        ("عبد الرحمن السعيدي", ("عبد الرحمن", "", "السعيدي", "")),
        ("زياد عبد الله", ("زياد", "", "عبد الله", "")),
        ("صلاح الدين محمد أيوب", ("صلاح الدين", "محمد", "أيوب", "")),
        ("عمر حداد", ("عمر", "", "حداد", "")),
        ("أحمد أبو زيد", ("أحمد", "", "أبو زيد", "")),
        ("Abdul Rahman Ali", ("Abdul Rahman", "", "Ali", "")),
        ("Salah al-Din Ayoub", ("Salah al-Din", "", "Ayoub", "")),
        ("Salah al Din Ayoub", ("Salah al Din", "", "Ayoub", "")),
        ("Abdul Smith", ("Abdul", "", "Smith", "")),
        ('Robert "Bob" Smith', ("Robert", "Bob", "Smith", "")),
        ("", ("", "", "", "")),
        (" , ", ("", "", "", "")),
    ],
)
def test_a_full_name_is_split_as_its_bearer_would(text, parts):
    assert tuple(split_full_name(text)) == parts


@given(st.text(max_size=60))
def test_any_text_at_all_can_be_split(text):
    assert len(split_full_name(text)) == 4


@pytest.mark.parametrize(
    ("typed", "cased"),
    [
        ("MCCARTHY", "McCarthy"),
        ("o'brien", "O'Brien"),
        ("D’ANGELO", "D’Angelo"),
        ("jean-luc", "Jean-Luc"),
        ("JAN VAN DER BERG", "Jan van der Berg"),
        ("de souza", "de Souza"),
        ("VAN", "Van"),
        ("j.r. smith", "J.R. Smith"),
        ("SMITH III", "Smith III"),
        ("sa'id", "Sa'id"),
        ("DeVito", "DeVito"),
        ("van den Berg", "van den Berg"),
        ("ŁUKASZ", "Łukasz"),
        ("山田", "山田"),
    ],
)
def test_only_a_name_typed_without_regard_to_case_is_cased(typed, cased):
    assert proper_case(typed) == cased

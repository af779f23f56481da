"""What is marked when two values stand side by side."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules.diffing import RULES, pieces


def shown(value, other, comparison):
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in pieces(value, other, comparison))


@pytest.mark.parametrize(
    ("value", "other", "comparison", "expected"),
    [
        ("Oberländer", "Oberlaender", "name", "Oberl[ä]nder"),
        ("Oberlaender", "Oberländer", "name", "Oberl[ae]nder"),
        ("Am Kirchplatz 4", "Am Kirchpl. 4", "address", "Am Kirchpl[atz] 4"),
        ("Am Kirchpl. 4", "Am Kirchplatz 4", "address", "Am Kirchpl[.] 4"),
        ("Maria Jose", "María José", "name", "Mar[i]a Jos[e]"),
        ("M. J.", "María José", "name", "[M. J.]"),
        ("Garcia", "García López", "name", "[Garcia]"),
        ("李娜", "Li Na", "name", "[李娜]"),
        ("karl.oberlaender@t-online.de", "k.oberlaender85@gmail.com", "email", "k[arl].oberlaender@[t-online.de]"),
        ("k.oberlaender85@gmail.com", "karl.oberlaender@t-online.de", "email", "k.oberlaender[85]@[gmail.com]"),
        ("familia.gl@correo.example", "mjgarcia@correo.example", "email", "[familia.gl]@correo.example"),
        ("+49 171 300 4417", "+49 176 8120 5536", "phone", "+49 17[1 300 4417]"),
        ("+34 655 910 273", "+34612044187", "phone", "+34 6[55 910 273]"),
        ("+49 8342 55017", "+49834255017", "phone", "+49 8342 55017"),
        ("17 Mar 1954", "02 Nov 1985", "date", "[17 Mar 1954]"),
        ("•••••••9H", "•••••••4Q", "identifier", "•••••••[9H]"),
        ("female", "male", "exact", "[female]"),
    ],
)
def test_marks_follow_the_kind_of_comparison(value, other, comparison, expected):
    assert shown(value, other, comparison) == expected


@pytest.mark.parametrize(
    ("value", "other"),
    [("WIŚNIEWSKA", "Wiśniewska"), ("Anna  Maria", "Anna Maria"), ("e\u0301ric", "éric"), ("Karl", ""), ("", "Karl")],
)
def test_noise_and_empty_values_are_not_marked(value, other):
    assert not any(piece.marked for piece in pieces(value, other, "name"))


def test_combining_marks_are_marked_with_their_letter():
    assert shown("Nguyễn Thị x\u0323", "Nguyễn Thị x", "name") == "Nguyễn Thị [x\u0323]"


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(sorted(RULES)))
def test_pieces_add_up_to_the_value_and_alternate(value, other, comparison):
    found = pieces(value, other, comparison)
    assert "".join(piece.text for piece in found) == unicodedata.normalize("NFC", value)
    assert all(one.marked != two.marked for one, two in pairwise(found))

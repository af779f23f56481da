"""E-mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.types import Invalid, Options, get
from customers.types.email import _PLAIN, by_library

email = get("email")
NO_OPTIONS = Options()


def parsed(raw):
    return email.parse(raw, NO_OPTIONS)


def test_an_address_is_stored_in_small_letters():
    assert parsed(" Ann@X.Example ") == {"value": "ann@x.example"}


def test_kind_and_proof_come_along():
    given_element = {"value": "a@b.de", "kind": "Private", "verified": True}
    assert parsed(given_element) == {"value": "a@b.de", "kind": "home", "verified": True}


@pytest.mark.parametrize(
    "raw",
    [
        "a@b@c",
        '"quoted part"@x.de',
        "a" * 65 + "@x.de",
        "ann@x.de\nBcc: eve@x.de",
        "ann@x.de\r\n\r\nHello",
        "ann@[127.0.0.1]",
        "ann",
        "ann@localhost",
        ".ann@x.de",
        "ann@-x.de",
        "ann@x..de",
        "ann@xn--a.de",
    ],
)
def test_what_no_mail_server_should_ever_see_is_refused(raw):
    with pytest.raises(Invalid) as caught:
        parsed(raw)
    assert caught.value.part == "value"
    assert raw not in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "part"),
    [({"value": "a@b.de", "kind": "lunar"}, "kind"), ({"value": "a@b.de", "domain": 1}, "domain"),
     ({"kind": "home"}, "value"), ({"value": "a@b.de", "verified": "yes"}, "verified")],
)  # fmt: skip
def test_a_fault_names_its_part(raw, part):
    with pytest.raises(Invalid) as caught:
        parsed(raw)
    assert caught.value.part == part


def test_an_international_address_is_read_by_the_library():
    assert parsed("Ann@MÜLLER.de") == {"value": "ann@müller.de"}


def test_the_mask_keeps_one_letter_and_the_domain():
    assert email.mask(parsed("klaus@t-online.de")) == "k•••@t-online.de"
    assert email.mask(parsed("k@t-online.de")) == "•••@t-online.de"


def test_a_placeholder_is_a_finding():
    assert [finding.code for finding in email.checks(parsed("none@example.com"), NO_OPTIONS)] == ["placeholder"]
    assert email.checks(parsed("klaus@t-online.de"), NO_OPTIONS) == []


@given(st.from_regex(r"[a-z0-9_+\-.]{1,12}@([a-z0-9\-]{1,8}\.){1,2}[a-z]{2,6}", fullmatch=True))
def test_the_fast_path_reads_only_what_the_library_gives_back_unchanged(address):
    if _PLAIN.match(address):
        assert by_library(address) == address

"""Values that stand for "we do not know": entered to get past a form, shared by thousands, worth nothing as evidence.

Pure predicates by attribute type, without Django. They are findings, never refusals: somebody may be called Test.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from customers.types.folding import fold

WORDS = frozenset(
    {
        *"na none null nil nan nothing empty blank unknown unkn unk noname nfn nln fnu lnu anonymous anon".split(),
        *"test tester testing dummy sample example demo default tbd tba xxx xxxx xxxxx asdfgh qwerty qwertz".split(),
        *"abc asdf unbekannt keine keiner inconnu inconnue desconocido sconosciuto onbekend nieznany".split(),
        *("", "n a", "not known", "not available", "not applicable", "not given", "not provided", "no name"),
        *("no last name", "no first name", "test test", "nicht bekannt", "nicht angegeben", "non communique"),
    }
)

PERSONS = frozenset(
    {
        *("john doe", "jane doe", "jon doe", "johnny doe", "joe bloggs", "fred bloggs", "joe public", "john q public"),
        *("max mustermann", "erika mustermann", "maria musterfrau", "max muster", "hans muster", "jan modaal"),
        *("test user", "test customer", "test person", "test test", "first last", "firstname lastname"),
        *("vorname nachname",),
        *("mickey mouse", "donald duck", "guest user", "new customer", "cash customer", "walk in customer"),
    }
)

ORGANISATIONS = frozenset(
    {
        *("test company", "test gmbh", "test ltd", "musterfirma", "musterfirma gmbh", "example company", "my company"),
        *("company", "company name", "private", "privat", "self", "self employed", "individual"),
    }
)

DATES = frozenset(
    {"1900-01-01", "1901-01-01", "1800-01-01", "1970-01-01", "1899-12-30", "1899-12-31", "1753-01-01", "1111-11-11",
     "1234-01-01", "0001-01-01", "9999-12-31"}
)  # fmt: skip

# A placeholder wherever the mailbox is …
EMAIL_NAMES_ANYWHERE = frozenset(
    "none noemail no-email no_email nomail no-mail noreply no-reply donotreply do-not-reply n/a".split()
)
# … and only at a domain that many people share.
EMAIL_NAMES = frozenset(
    {
        *"no na unknown test testing test1 tester dummy example sample fake null nobody anonymous keine xxx".split(),
        *"abc keinemail asdf a user someone customer invalid".split(),
    }
)
EMAIL_SHARED_DOMAINS = frozenset(
    {
        *"gmail.com googlemail.com yahoo.com hotmail.com outlook.com aol.com gmx.de gmx.net web.de".split(),
        *"t-online.de mail.com mail.ru".split(),
    }
)
EMAIL_DOMAINS = frozenset(
    {
        *"example.com example.org example.net example.edu test.com test.de email.com domain.com none.com".split(),
        *"noemail.com nomail.com no.com na.com mailinator.com invalid.com unknown.com xxx.com abc.com".split(),
    }
)
EMAIL_SUFFIXES = (".test", ".invalid", ".example.com", ".localhost")

ADDRESSES = frozenset(
    {
        *("123 main st", "123 main street", "1234 main street", "123 test street", "musterstrasse 1", "musterstr 1"),
        *("street", "address", "no address", "general delivery", "no fixed address", "no fixed abode", "homeless"),
        *("returned mail", "return to sender", "bad address", "unbekannt verzogen"),
    }
)

SHORTEST_RUN = 4
RUNS = ("0123456789" * 2, "9876543210" * 2)
_SAME = re.compile(r"^(.)\1+$")
FICTION = re.compile(r"^1?[2-9]\d\d5550[01]\d\d$")
_NOT_DIGITS = re.compile(r"\D+", re.ASCII)


def is_placeholder(type_name: str, text: str) -> bool:
    """Is this standardised text of this attribute type a stand-in for an unknown value?"""
    return BY_TYPE.get(type_name, is_placeholder_word)(text)


def is_placeholder_word(text: str) -> bool:
    """n/a, unknown, test, -, xxx …"""
    return fold(text) in WORDS and not _is_foreign(text)


def is_placeholder_name(text: str) -> bool:
    """A name, or a full name, that nobody has: John Doe, N/A, Max Mustermann."""
    folded = fold(text)
    if folded in PERSONS or is_placeholder_word(text):
        return True
    return len(folded) > 2 and bool(_SAME.match(folded))


def is_placeholder_person(given: str, family: str) -> bool:
    """Given and family name in two values that are a placeholder together."""
    return fold(f"{given} {family}") in PERSONS


def is_placeholder_organisation(text: str) -> bool:
    """Test GmbH, private, n/a …"""
    return fold(text) in ORGANISATIONS or is_placeholder_word(text)


def is_placeholder_date(text: str) -> bool:
    """A first day that systems fill in: 1900-01-01, 1970-01-01, 9999-12-31 …"""
    return text in DATES


def is_placeholder_email(text: str) -> bool:
    """none@…, test@gmail.com, anything at example.com."""
    name, at, domain = text.casefold().rpartition("@")
    if not at:
        return is_placeholder_word(text)
    if domain in EMAIL_DOMAINS or domain.endswith(EMAIL_SUFFIXES):
        return True
    return name in EMAIL_NAMES_ANYWHERE or (domain in EMAIL_SHARED_DOMAINS and name in EMAIL_NAMES)


def is_placeholder_phone(text: str) -> bool:
    """000-000-0000, 1234567890, 999…, and the numbers that American films use (555-01xx)."""
    digits = _NOT_DIGITS.sub("", text)
    local = digits[-7:]
    return _is_sequence(digits) or local == "1234567" or bool(_SAME.match(local) or FICTION.match(digits))


def is_placeholder_identifier(text: str) -> bool:
    """All one character, a run such as 123456789, or a placeholder word."""
    return is_placeholder_word(text) or _is_sequence(text)


def is_placeholder_address(text: str) -> bool:
    """A first address line that stands for no place."""
    return fold(text) in ADDRESSES or is_placeholder_word(text)


def _is_sequence(text: str) -> bool:
    if len(text) < SHORTEST_RUN:
        return False
    return bool(_SAME.match(text)) or any(text in run for run in RUNS)


def _is_foreign(text: str) -> bool:
    # Short words of other scripts may come out as a placeholder once transliterated: 나 is "Na".
    return not text.isascii() and any(character.isalpha() and ord(character) > 0x24F for character in text)


BY_TYPE: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "person_name": is_placeholder_name,
        "organisation_name": is_placeholder_organisation,
        "date": is_placeholder_date,
        "email": is_placeholder_email,
        "phone": is_placeholder_phone,
        "identifier": is_placeholder_identifier,
        "address": is_placeholder_address,
    }
)

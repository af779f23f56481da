"""Guessing a mapping from a header and a sample of rows: by what columns are called, then by what they hold.

A guess is a proposal with a confidence for each column; a person looks at it before a file is loaded.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any

from customers.rules import words
from customers.rules.mapping import DATE_PARTS, FREE, FULL_NAME, Mappable, find
from customers.rules.synonyms import (
    BY_HEADER,
    KEY_HEADERS,
    NUMBERED,
    ORGANISATION_WORDS,
    OTHER_DATES,
    QUALIFIERS,
    WHOLE_ADDRESSES,
    folded,
)

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
PHONE = re.compile(r"\+?[\d\s()./-]{7,20}")
DATE = re.compile(r"(\d{1,4})[-./ ](\d{1,2})[-./ ](\d{1,4})(?:[T ].*)?|(\d{8})")
DATED = frozenset({"birth_date", "observed_at"})
SLIPS = 20  # so many dates of one order to one of the other
NAMED, SPELT, HELD, DOUBTED = 0.95, 0.8, 0.6, 0.4
# Prefixes that say whose, not what: "customer_email", "kunde_name", "billing_city".
OWNERS = re.compile(r"^(customer|client|kunden?|person|contact|cust|user|member|party|primary|native)")
ADDRESS_KINDS = re.compile(r"^(billing|shipping|postal|rechnungs|liefer)")
KIND_OF = {"rechnungs": "billing", "liefer": "shipping"}
STREET, OTHER_STREET = "address.line1", "address.other.line1"
LETTERS = re.compile(r"[^\W\d_]+")
WORD = re.compile(r"[A-ZÀ-Þ]+(?![a-zà-ÿ])|[^\W\d_][a-zà-ÿ]*|\d+")
GIVEN_NAMES = frozenset(
    name.casefold() for table in (words.MALE, words.FEMALE) for text in table.values() for name in text.split()
)
# A second family name, as in Spain: it stands beside the first.
SECOND_NAMES = frozenset("segundoapellido apellidomaterno secondsurname".split())
# What only persons have: beside such a column a name is that of a person.
PERSONAL = frozenset({"given_name", "middle_name", "family_name", "birth_date", "gender", "identifier.ssn"})
# What only organisations have: beside such a column a name that nothing calls a person's is that of an organisation.
CORPORATE = frozenset(f"identifier.{scheme}" for scheme in ("registration", "vat", "lei", "duns")) | {
    "legal_form",
    "trading_name",
}
# Words of a column that numbers something, and of one that numbers what several rows have in common.
NUMBERING = frozenset("id no nr num number nummer numero key".split())
GROUPING = frozenset("cluster group household family entity parent match address phone type category class".split())
ORGANISED = 0.1  # share of names with a word that only organisations have


@dataclass(frozen=True, slots=True)
class Guess:
    """A mapping as `Mapping.from_dict` takes it, and how sure each column of it is (0 to 1)."""

    mapping: dict[str, Any]
    confidence: dict[str, float]

    @property
    def unmapped(self) -> list[str]:
        return [name for name, path in self.mapping["columns"].items() if not path]


def guess(header: Sequence[str], sample: Sequence[Sequence[str]], attributes: Iterable[Mappable]) -> Guess:
    """The likeliest mapping; a column that means nothing to us maps to an empty path, a missing key is empty."""
    catalogue = {attribute.name: attribute for attribute in attributes}
    cells = {name: _column(sample, place) for place, name in enumerate(header)}
    key = _key(header, cells)
    columns: dict[str, str] = {}
    confidence: dict[str, float] = {}
    proposals = {name: _proposal(name, cells[name]) for name in header if name != key}
    _settle_names(proposals, cells)
    _settle_addresses(proposals)
    taken: set[str] = set()
    for name in sorted(proposals, key=lambda name: -proposals[name][1]):
        path, sure = proposals[name]
        further = folded(name) in SECOND_NAMES or name.endswith(("1", "2"))
        if path == "given_name" and path in taken and further:
            path = "middle_name"
        target = find(path, catalogue)
        once = target is None or target.single or (path == "family_name" and not further)
        if target is None or (once and path in taken):
            path, sure = "", 0.0
        taken.add(path)
        columns[name], confidence[name] = path, sure
    ordered = {name: columns[name] for name in header if name in columns}
    dates = [cells[name] for name, path in ordered.items() if path in DATED]
    mapping = {"key": key, "columns": ordered, "constants": {}, "date_order": date_order(dates)}
    return Guess(mapping, {name: confidence[name] for name in ordered})


def _settle_names(proposals: dict[str, tuple[str, float]], cells: Dict[str, Sequence[str]]) -> None:
    """A column of names that nothing calls persons' may be one of organisations: its words tell.

    One of single words beside a column of family names has the given ones: `name, surname`, `nome, cognome`.
    """
    paths = {path for path, _sure in proposals.values()}
    if "family_name" in paths and "given_name" not in paths:
        for name, (path, sure) in proposals.items():
            if path == FULL_NAME and _mostly(cells[name], lambda cell: len(cell.split()) == 1):
                proposals[name] = ("given_name", min(sure, SPELT))
        return
    if paths.isdisjoint(PERSONAL | {"party_type", "organisation_name"}):
        corporate = not paths.isdisjoint(CORPORATE)
        for name, (path, sure) in proposals.items():
            if path == FULL_NAME and (corporate or _like_organisations(cells[name])):
                proposals[name] = ("organisation_name", min(sure, SPELT))


def _settle_addresses(proposals: dict[str, tuple[str, float]]) -> None:
    """A whole address in one cell stands for the street, or for an address of its own beside a street."""
    whole = [name for name, (path, _sure) in proposals.items() if path == STREET and folded(name) in WHOLE_ADDRESSES]
    if len(whole) < sum(path == STREET for path, _sure in proposals.values()):
        proposals.update((name, (OTHER_STREET, proposals[name][1])) for name in whole)


def date_order(columns: Iterable[Sequence[str]]) -> str:
    """The order of day, month and year, if the sample allows but one; else "".

    A year in front tells itself from the others, whatever their order is; one slip among many dates tells nothing.
    """
    told = Counter(_order_of(cell) for cells in columns for cell in cells)
    years_last = [(told[order], order) for order in ("dmy", "mdy") if told[order]]
    if not years_last:
        return "ymd" if told["ymd"] else ""
    most, order = max(years_last)
    return order if most > SLIPS * (sum(count for count, _order in years_last) - most) else ""


def _order_of(cell: str) -> str:
    """What a single date says of its order: nothing, when both of its small numbers could be a month."""
    found = DATE.fullmatch(cell.strip())
    if not found:
        return ""
    if found[4]:
        return "ymd" if 1 <= int(found[4][4:6]) <= 12 and "1800" <= found[4][:4] <= "2200" else ""
    first, second = int(found[1]), int(found[2])
    if len(found[1]) == 4:
        return "ymd"
    if first > 12 >= second:
        return "dmy"
    return "mdy" if second > 12 >= first else ""


def _column(sample: Sequence[Sequence[str]], place: int) -> list[str]:
    return [cell for row in sample if place < len(row) and (cell := row[place].strip())]


def _key(header: Sequence[str], cells: Dict[str, Sequence[str]]) -> str:
    """A column called like a key whose cells are all different; among several, the one called most like a key."""
    rows = max(map(len, cells.values()), default=0)
    called = [name for name in header if folded(name) in KEY_HEADERS]
    good = [name for name in called if len(cells[name]) == rows == len(set(cells[name]))]
    for names in (good, [] if rows else called):
        if names:
            return min(names, key=lambda name: KEY_HEADERS[folded(name)])
    return "" if called else next((name for name in header if _is_numbering(name, cells[name], rows)), "")


def _is_numbering(name: str, cells: Sequence[str], rows: int) -> bool:
    """Whether a column numbers the rows by its name, as "company_id" or "voter_reg_num", and by its cells."""
    called = {folded(word) for word in WORD.findall(name)}
    if not called & NUMBERING or called & GROUPING or len(called) < 2:
        return False
    return 0 < rows == len(cells) == len(set(cells)) and not (_by_name(folded(name))[0] or _by_words(name))


def _proposal(name: str, cells: Sequence[str]) -> tuple[str, float]:
    """A path for a column, and how sure it is."""
    path, sure = _by_name(folded(name))
    if not path:
        path, sure = _by_words(name), HELD
    if path:
        return path, sure if _plausible(path, cells) else DOUBTED
    called = {folded(word) for word in WORD.findall(name)}
    for held, test in BY_CONTENT.items():
        if _mostly(cells, test) and not (held == "phone" and len(called) > 1 and called & NUMBERED):
            return held, HELD
    return ("birth_date", DOUBTED) if _like_births(cells) and not called & OTHER_DATES else ("", 0.0)


def _by_name(word: str) -> tuple[str, float]:
    if word in BY_HEADER:
        return BY_HEADER[word], NAMED
    if word in WHOLE_ADDRESSES:
        return STREET, NAMED
    kind = ADDRESS_KINDS.match(word)
    if kind:
        path = BY_HEADER.get(word[kind.end() :], "")
        if path.startswith("address."):
            return path.replace(".", f".{KIND_OF.get(kind[1], kind[1])}.", 1), SPELT
    bare = OWNERS.sub("", word)
    if bare != word and bare in BY_HEADER:
        return BY_HEADER[bare], SPELT
    if bare == "name" or word == "name":
        return "full_name", SPELT
    numbered = re.sub(r"\d$", "", word)
    return (BY_HEADER[numbered], SPELT) if numbered != word and numbered in BY_HEADER else ("", 0.0)


def _by_words(name: str) -> str:
    """The longest run of a header's words that is called so by itself, where all others only qualify it."""
    found = [folded(word) for word in WORD.findall(name)]
    for length in range(len(found) - 1, 0, -1):
        for start in range(len(found) - length + 1):
            path = BY_HEADER.get("".join(found[start : start + length]), "")
            if path and QUALIFIERS.issuperset([*found[:start], *found[start + length :]]):
                return path
    return ""


def _plausible(path: str, cells: Sequence[str]) -> bool:
    """Whether the cells may be what the header says."""
    name, _dot, part = path.partition(".")
    if part in DATE_PARTS:
        return not cells or _mostly(cells, str.isdigit)
    if name in DATED:
        return not cells or _mostly(cells, lambda cell: bool(DATE.fullmatch(cell)))
    test = _may_be_phone if name == "phone" else BY_CONTENT.get(name)
    return not cells or name in FREE or test is None or _mostly(cells, test)


def _mostly(cells: Sequence[str], test: Callable[[str], bool]) -> bool:
    return bool(cells) and sum(map(test, cells)) >= 0.8 * len(cells)


def _is_email(cell: str) -> bool:
    return bool(EMAIL.fullmatch(cell))


def _is_phone(cell: str) -> bool:
    """A number that shows itself as one; bare digits may be anything, and so may a date."""
    return _may_be_phone(cell) and not DATE.fullmatch(cell) and (cell[0] in "+0(" or not cell.isdigit())


def _may_be_phone(cell: str) -> bool:
    return bool(PHONE.fullmatch(cell)) and 7 <= sum(map(str.isdigit, cell)) <= 15


def _like_births(cells: Sequence[str]) -> bool:
    """Dates spread over decades: those of a register are rather birth dates than days of sale."""
    if len(cells) < 5 or not _mostly(cells, lambda cell: bool(DATE.fullmatch(cell))):
        return False
    years = [int(year[0]) for cell in cells if (year := re.search(r"(?:19|20)\d\d", cell))]
    return bool(years) and max(years) - min(years) >= 25


def _like_organisations(cells: Sequence[str]) -> bool:
    """Names of which many have a word of organisations, and fewer one that persons are given."""
    found = [{word.casefold() for word in LETTERS.findall(cell)} for cell in cells]
    organised = sum(not each.isdisjoint(ORGANISATION_WORDS) for each in found)
    personal = sum(not each.isdisjoint(GIVEN_NAMES) for each in found)
    return organised >= ORGANISED * len(found) and organised > personal


BY_CONTENT: Dict[str, Callable[[str], bool]] = {"email": _is_email, "phone": _is_phone}

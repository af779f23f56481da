"""How records go wrong: slips of the key, lost accents, nicknames, other spellings of numbers and streets."""

from random import Random

from anyascii import anyascii

from customers.rules.people import Country
from customers.rules.words import NICKNAMES

NEIGHBOURS = dict(zip("qwertyuiopasdfghjklzxcvbnm0123456789", "wertyuiopqsdfghjkllxcvbnmm1234567898", strict=True))
SHORT_STREETS = (
    ("straße", "str."), (" Street", " St"), (" Road", " Rd"), ("Calle ", "C/ "), (" rue ", " r. "), ("ul. ", ""),
)  # fmt: skip
# How one dials abroad from there.
DIAL_OUT = {"US": "011", "RU": "810"}
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def slip(text: str, rng: Random) -> str:
    """One keying error: a wrong, missing, doubled or swapped letter."""
    if len(text) < 4:
        return text
    place, kind = rng.randrange(1, len(text) - 1), rng.randrange(4)
    if kind == 0:
        wrong = NEIGHBOURS.get(text[place].lower(), "e")
        return text[:place] + wrong + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place + 1 :]
    if kind == 2:
        return text[:place] + text[place] + text[place:]
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def plain(text: str, country: Country) -> str:
    """Without accents; in another script, transliterated."""
    if text.isascii():
        return text
    if country.culture == "de":
        text = text.translate(GERMAN)
    found: str = anyascii(text)
    return found.strip().title() if country.culture in ("zh", "ru", "ar") else found


def nickname(given: str, rng: Random) -> str:
    """What friends say, or the initial."""
    familiar = NICKNAMES.get(given)
    if familiar and rng.random() < 0.8:
        return familiar
    return f"{given[0]}." if given.isascii() else given


def phone(number: str, country: Country, style: int) -> str:
    """A national number, written in one of the ways in which people write it."""
    area = 3 if country.code == "US" else 2
    if style == 0:
        return f"+{country.calling}{number}"
    if style == 1:
        return f"+{country.calling} {number[:area]} {number[area:]}"
    if style == 2:
        return f"{country.trunk}{number[:area]} {number[area:]}"
    if style == 3:
        return f"({country.trunk}{number[:area]}) {number[area:-4]}-{number[-4:]}"
    return f"{DIAL_OUT.get(country.code, '00')} {country.calling} {number}"


def short_street(line: str) -> str:
    for long, short in SHORT_STREETS:
        if long in line:
            return line.replace(long, short, 1)
    return line


def flipped(day: str) -> str:
    """Day and month of an ISO date swapped, where that gives a date."""
    year, month, date = day.split("-")
    return f"{year}-{date}-{month}" if int(date) <= 12 else day

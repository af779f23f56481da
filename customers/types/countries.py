"""Countries: from what people write ("Germany", "Deutschland", "UK", "DEU") to its ISO 3166 code, and back."""

from collections.abc import Sequence
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from customers.types.folding import fold

# In the order in which they are asked: a name that means two countries in two languages goes to the earlier one.
LANGUAGES: Sequence[str] = tuple(
    "en de fr es it nl pt pl sv da nb fi cs sk hu ro bg el ru uk tr ar he fa hi zh ja ko vi id hr sl lt lv et".split()
)
_ALIASES = {
    **dict.fromkeys(("uk", "great britain", "britain", "england", "scotland", "wales", "northern ireland"), "GB"),
    **dict.fromkeys(("usa", "u s", "u s a", "united states of america", "america"), "US"),
    **dict.fromkeys(("brd", "bundesrepublik deutschland", "federal republic of germany"), "DE"),
    **dict.fromkeys(("peoples republic of china", "prc", "china"), "CN"),
    **dict.fromkeys(("holland", "the netherlands"), "NL"),
    **dict.fromkeys(("republic of ireland", "eire"), "IE"),
    **dict.fromkeys(("south korea", "republic of korea"), "KR"),
    **dict.fromkeys(("turkey", "turkiye"), "TR"),
    **dict.fromkeys(("macau", "macao"), "MO"),
    **{"oesterreich": "AT", "el": "GR", "czech republic": "CZ", "north korea": "KP", "russian federation": "RU"},
    **{"viet nam": "VN", "ivory coast": "CI", "burma": "MM", "swaziland": "SZ", "macedonia": "MK", "uae": "AE"},
    **{"hong kong": "HK", "taiwan": "TW", "palestine": "PS", "vatican": "VA", "cape verde": "CV", "east timor": "TL"},
}
# What CLDR lists beside countries: unions, pseudo-locales, "unknown".
_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})


@lru_cache(maxsize=4_096)
def country_code(text: str) -> str:
    """The ISO code of the country that is meant; empty when none is known."""
    upper = text.upper()
    if len(upper) == 2 and upper in _codes():
        return upper
    meant = fold(text)
    if meant in _ALIASES:
        return _ALIASES[meant]
    if len(text) == 3 and text.isascii():
        return _by_old_code(upper)
    for language in LANGUAGES if meant else ():
        code = _by_name(language).get(meant)
        if code:
            return code
    return ""


@lru_cache(maxsize=4_096)
def country_name(code: str, language: str = "en") -> str:
    """The name of a country in a language; its code where the language has no name for it."""
    return _locale(language).territories.get(code) or code


@cache
def country_choices(language: str = "en") -> tuple[tuple[str, str], ...]:
    """All countries as (code, name), by name."""
    names = [(code, country_name(code, language)) for code in _codes()]
    return tuple(sorted(names, key=lambda choice: fold(choice[1])))


@cache
def _codes() -> frozenset[str]:
    territories = map(str, Locale("en").territories)
    return frozenset(code for code in territories if len(code) == 2 and code.isalpha()) - _NOT_COUNTRIES


@cache
def _by_name(language: str) -> dict[str, str]:
    territories = Locale.parse(language).territories
    return {fold(territories[code]): code for code in sorted(_codes()) if code in territories}


def _by_old_code(code: str) -> str:
    # Three letters or three digits of ISO 3166, which CLDR lists as aliases.
    codes = get_global("territory_aliases").get(code, ())
    return codes[0] if len(codes) == 1 and codes[0] in _codes() else ""


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")

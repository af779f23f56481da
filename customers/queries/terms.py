"""The words by which a record is found."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import jellyfish

from cmdm import crypto
from customers.models import SearchTerm, SourceRecord
from customers.queries.catalogue import Catalogue, Spec
from customers.sealing import open_values
from customers.types.folding import fold

Term = tuple[int, str]
EXACT, NAME, SOUND = SearchTerm.Kind.EXACT, SearchTerm.Kind.NAME, SearchTerm.Kind.SOUND
MAX = 120


def exact_term(attribute: str, key: str, *, sensitive: bool) -> str:
    """The term of an exact value: the attribute and its folded form, as a keyed digest when it is sensitive."""
    text = f"{attribute}:{key}"
    return crypto.digest(text, "search").hex()[:32] if sensitive else text[:MAX]


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """The phonetic code of a folded word, as far as there is room for it; empty when it has none."""
    return jellyfish.metaphone(word)[:MAX] if word.isalpha() else ""


def terms_of(record: SourceRecord, known: Catalogue) -> set[Term]:
    """Kind and term of everything that finds this record."""
    return terms_in(record.key, open_values(record.values), known)


def terms_in(key: str, values: Mapping[str, Any], known: Catalogue) -> set[Term]:
    """Kind and term of everything that finds a record of this key with these (opened) values."""
    found: set[Term] = {key_term(key)}
    for name in values.keys() & known.exact:
        found.update(exact_terms(name, values[name], known))
    found.update(_names(values, known))
    return {(kind, term) for kind, term in found if term}


def key_term(key: str) -> Term:
    """What finds a record of this key."""
    return EXACT, exact_term("key", fold(key) or key[:80], sensitive=False)


def exact_terms(name: str, value: Any, known: Catalogue) -> set[Term]:
    """What finds a record by one of its whole values."""
    return set(_exact(known.specs[name], value, name in known.sensitive))


def _exact(spec: Spec, value: Any, sensitive: bool) -> Iterator[Term]:
    for element in value if isinstance(value, list) else [value]:
        plain = element["value"] if not spec.type.structured and isinstance(element, dict) else element
        key = spec.type.key(plain)
        if key:
            yield EXACT, exact_term(spec.name, key, sensitive=sensitive)
        if spec.row.type == "identifier" and isinstance(element, dict):
            # People type the number without its scheme.
            yield EXACT, exact_term(spec.name, fold(str(element.get("value", ""))), sensitive=sensitive)


def folded(value: Any) -> str:
    """A name, or a part of one, as its words are looked for."""
    return fold(str(value))


def _names(values: Mapping[str, Any], known: Catalogue) -> Iterator[Term]:
    parts = [folded(values[name]) for name in known.names if name in values]
    words = [word for part in parts for word in part.split()]
    for phrase in (" ".join(parts), " ".join(reversed(parts)), *words):
        yield NAME, phrase[:MAX]
    for word in words:
        yield SOUND, sound(word)

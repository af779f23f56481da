"""The words by which a record is found."""

from collections.abc import Iterator
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
NAMES = ("person_name", "organisation_name")


def exact_term(attribute: str, key: str, *, sensitive: bool) -> str:
    """The term of an exact value: the attribute and its folded form, as a keyed digest when it is sensitive."""
    text = f"{attribute}:{key}"
    return crypto.digest(text, "search").hex()[:32] if sensitive else text[:MAX]


def sound(word: str) -> str:
    """The phonetic code of a folded word; empty when it has none."""
    return jellyfish.metaphone(word) if word.isalpha() else ""


def terms_of(record: SourceRecord, known: Catalogue) -> set[Term]:
    """Kind and term of everything that finds this record."""
    values = open_values(record.values)
    found: set[Term] = {(EXACT, exact_term("key", fold(record.key) or record.key[:80], sensitive=False))}
    for name, spec in known.specs.items():
        if spec.row.searchable and name in values and spec.row.type not in NAMES:
            found.update(_exact(spec, values[name], name in known.sensitive))
    found.update(_names(values, known))
    return {(kind, term) for kind, term in found if term}


def _exact(spec: Spec, value: Any, sensitive: bool) -> Iterator[Term]:
    for element in value if isinstance(value, list) else [value]:
        plain = element["value"] if not spec.type.structured and isinstance(element, dict) else element
        key = spec.type.key(plain)
        if key:
            yield EXACT, exact_term(spec.name, key, sensitive=sensitive)
        if spec.row.type == "identifier" and isinstance(element, dict):
            # People type the number without its scheme.
            yield EXACT, exact_term(spec.name, fold(str(element.get("value", ""))), sensitive=sensitive)


def _names(values: dict[str, Any], known: Catalogue) -> Iterator[Term]:
    parts = [
        fold(str(values[name]))
        for name, spec in known.specs.items()
        if spec.row.searchable and spec.row.type in NAMES and name in values
    ]
    words = [word for part in parts for word in part.split()]
    for phrase in (" ".join(parts), " ".join(reversed(parts)), *words):
        yield NAME, phrase[:MAX]
    for word in words:
        yield SOUND, sound(word)

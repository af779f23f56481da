"""Finding customers by what their visible records say: never by the golden column.

Stages from sharp to blurred: number or key, exact value, beginning of a name, sound of a name. A stage runs only while
the page is not full. Nothing is counted; each stage is an index range with a limit and a time limit.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmdm import access
from cmdm.actions import Refused
from cmdm.models import User
from customers import types
from customers.models import Customer, CustomerDomain, Source
from customers.queries.catalogue import NAMES, Catalogue, Spec, catalogue
from customers.queries.summaries import Summary, summaries
from customers.queries.terms import EXACT, NAME, SOUND, exact_term, sound
from customers.types.folding import fold

MAX_TERM = 100
PAGE = 25
SCANNED = 2_000
MILLISECONDS = 1_500
SOUNDING = 2
NUMBER = re.compile(r"C-?\d{1,12}(-?[A-Z]{2})?", re.IGNORECASE)

STAGES = {
    "number": gettext_lazy("Number or key"),
    "exact": gettext_lazy("Exact value"),
    "name": gettext_lazy("Beginning of a name"),
    "sound": gettext_lazy("Sounds alike"),
}


@dataclass(frozen=True)
class Hit:
    """A customer with the stage that found it and the attribute that it was found by."""

    summary: Summary
    stage: str
    by: str = ""

    @property
    def stage_label(self) -> Any:
        return STAGES[self.stage]


@dataclass(frozen=True)
class Found:
    """The hits, sharpest first; ``more`` when the page was filled."""

    term: str
    hits: tuple[Hit, ...]
    more: bool = False


class TooBroad(Refused):
    """The search would take longer than it may (503 in the API)."""


def search(term: str, user: User, *, size: int = PAGE) -> Found:
    """Customers that the reader may see.

    :raises Refused: the term is empty or longer than 100 characters. :raises TooBroad: it would take too long.
    """
    term = " ".join(term.split())
    if not term or len(term) > MAX_TERM:
        raise Refused(_("Type a name, number, e-mail or phone of at most 100 characters."))
    found: dict[int, tuple[str, str]] = {}
    known = catalogue()
    asked = _Asked(term, known, sorted(access.scope(user, "view")))
    try:
        with transaction.atomic():
            _limit_time()
            for stage, look in LOOKS:
                for customer, by in look(asked, size + 1):
                    found.setdefault(customer, (stage, by))
                if len(found) > size or (found and stage == "number"):
                    break
            _free_time()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":
            raise
        raise TooBroad(_("This would find too much. Type more of it."), code="too_broad") from None
    return _as_found(term, found, user, known, size)


def _as_found(term: str, found: dict[int, tuple[str, str]], user: User, known: Catalogue, size: int) -> Found:
    chosen = list(found)[: size + 1]
    rows = Customer.objects.visible_to(user).filter(pk__in=chosen)
    by_id = {row.pk: row for row in rows}
    kept = [by_id[pk] for pk in chosen if pk in by_id]
    hits = tuple(
        Hit(summary, found[summary.id][0], _attribute(known, found[summary.id][1]))
        for summary in summaries(kept[:size], user)
    )
    return Found(term, hits, more=len(kept) > size)


def _attribute(known: Catalogue, name: str) -> str:
    if name == "key":
        return _("key in the source")
    return known.specs[name].label if name in known.specs else ""


def _limit_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(MILLISECONDS)])


def _free_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")


@dataclass(frozen=True)
class _Asked:
    term: str
    known: Catalogue
    domains: list[int]


Look = Callable[[_Asked, int], Iterator[tuple[int, str]]]


def _by_number(asked: _Asked, limit: int) -> Iterator[tuple[int, str]]:
    """A customer's number (its check letters may be missing) or key; a merged one stands for its survivor."""
    rows = Customer.objects.none()
    if NUMBER.fullmatch(asked.term):
        digits = int("".join(letter for letter in asked.term if letter.isdecimal() and letter.isascii()) or 0)
        letters = "".join(asked.term.upper().split("-")[-1:]) if asked.term[-1].isalpha() else ""
        rows = Customer.objects.filter(pk=digits) if digits < 2**63 else rows
        if letters:
            rows = rows.filter(number__endswith=letters[-2:])
    else:
        try:
            rows = Customer.objects.filter(key=UUID(asked.term))
        except ValueError:
            return
    chosen = [survivor or pk for pk, survivor in rows.values_list("pk", "merged_into")]
    seen = CustomerDomain.objects.filter(customer__in=chosen, domain__in=asked.domains)
    for pk in seen.values_list("customer", flat=True).distinct():
        yield pk, "number"


_EXACT = """
    SELECT r.customer_id, t.term FROM customers_searchterm t JOIN customers_sourcerecord r ON r.id = t.record_id
     WHERE t.kind = %s AND t.term = ANY(%s) AND t.domain_id = ANY(%s) AND r.customer_id IS NOT NULL
     LIMIT %s
"""


def _by_value(asked: _Asked, limit: int) -> Iterator[tuple[int, str]]:
    """An e-mail, phone, identifier, account number or source key that is just this."""
    terms = dict(_exact_terms(asked))
    if not terms:
        return
    with connection.cursor() as cursor:
        cursor.execute(_EXACT, [EXACT, list(terms), asked.domains, limit * 8])
        for customer, term in cursor.fetchall():
            yield customer, terms[term]


def _exact_terms(asked: _Asked) -> Iterator[tuple[str, str]]:
    """Every form that the term may have been indexed in, with the attribute that it would be."""
    yield exact_term("key", fold(asked.term) or asked.term[:80], sensitive=False), "key"
    for name, spec in asked.known.specs.items():
        if spec.row.searchable and spec.row.type not in NAMES:
            for key in _keys(spec, asked):
                yield exact_term(name, key, sensitive=name in asked.known.sensitive), name


def _keys(spec: Spec, asked: _Asked) -> set[str]:
    if spec.row.type == "identifier":
        return {fold(asked.term), fold(asked.term).replace(" ", "")} - {""}
    countries = _countries(asked) if spec.row.type == "phone" else [""]
    keys = set()
    for country in countries:
        try:
            value = spec.type.parse(asked.term, spec.reading(date_order="", country=country))
        except types.Invalid:
            continue
        keys.add(spec.type.key(value))
    return keys - {""}


def _countries(asked: _Asked) -> list[str]:
    """A number that is typed as at home is read for each country that a visible source is set to."""
    if not any(letter.isdigit() for letter in asked.term) or asked.term.startswith("+"):
        return [""]
    rows = Source.objects.filter(domain__in=asked.domains).exclude(country="").values_list("country", flat=True)
    return ["", *rows.order_by("country").distinct()]


# The inner range is read in the order of the index, so that a short beginning costs no more than a long one.
_NAMED = """
    SELECT customer_id FROM (
        SELECT r.customer_id, t.term, t.record_id FROM customers_searchterm t
          JOIN customers_sourcerecord r ON r.id = t.record_id
         WHERE t.kind = {kind} AND t.term {operator} %(first)s AND t.domain_id = ANY(%(domains)s)
           AND r.customer_id IS NOT NULL {others}
         ORDER BY t.term USING ~<~, t.record_id LIMIT %(scanned)s) found
     GROUP BY customer_id ORDER BY min(term), min(record_id) LIMIT %(limit)s
"""
_OTHER = """AND EXISTS (SELECT 1 FROM customers_searchterm o WHERE o.record_id = t.record_id AND o.kind = {kind}
                         AND o.term {operator} %(word{place})s)"""


def _by_words(kind: int, operator: str, words: Sequence[str], asked: _Asked, limit: int) -> Iterator[tuple[int, str]]:
    """Customers with a record that has all the words, the first in the order of the index."""
    first, *others = words
    conditions = " ".join(_OTHER.format(kind=kind, operator=operator, place=place) for place in range(len(others)))
    query = _NAMED.format(kind=kind, operator=operator, others=conditions)
    values: dict[str, Any] = {f"word{place}": word for place, word in enumerate(others)}
    bounds: dict[str, Any] = {"first": first, "domains": asked.domains, "scanned": SCANNED, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(query, values | bounds)
        for (customer,) in cursor.fetchall():
            yield customer, ""


def _by_name(asked: _Asked, limit: int) -> Iterator[tuple[int, str]]:
    """Names that begin so, whole in either order; else names that have all the words, longest first."""
    folded = fold(asked.term)
    if not folded:
        return
    yield from _by_words(NAME, "LIKE", [_beginning(folded)], asked, limit)
    words = sorted(set(folded.split()), key=lambda word: (-len(word), word))[:5]
    if len(words) > 1:
        yield from _by_words(NAME, "LIKE", [_beginning(word) for word in words], asked, limit)


def _beginning(text: str) -> str:
    """A LIKE pattern; folded text has no metacharacters, and this does not rely on it."""
    return re.sub(r"([\\%_])", r"\\\1", text) + "%"


def _by_sound(asked: _Asked, limit: int) -> Iterator[tuple[int, str]]:
    """Names that sound alike; short codes would find half of the customers, and an address is no name."""
    words = fold(asked.term).split()
    codes = sorted({sound(word) for word in words}, key=lambda code: (-len(code), code))
    if codes and len(codes[0]) >= SOUNDING and "@" not in asked.term:
        yield from _by_words(SOUND, "=", [code for code in codes if code][:5], asked, limit)


LOOKS: tuple[tuple[str, Look], ...] = (
    ("number", _by_number),
    ("exact", _by_value),
    ("name", _by_name),
    ("sound", _by_sound),
)

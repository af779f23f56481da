"""Whether a question to one customer tells him something of the others on its card, and what the portal asks him."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from customers.models import SourceRecord
from customers.ports import Inquiry
from customers.queries.catalogue import Spec, catalogue
from customers.queries.shown import plain
from customers.sealing import open_values
from customers.types.folding import fold
from stewardship.models import Referral
from stewardship.queries.referrals import words

TELLING = frozenset({"name", "organisation", "date", "email", "phone", "address", "identifier"})
"""What such values are compared as could tell who somebody is."""
SHORTEST = 3
DIGITS, ENDING = 6, 8


def told_of_others(question: str, customers: Collection[int], asked: int) -> list[str]:
    """The attributes (labels) of which a question names a value that only the others have; two queries at most."""
    said, digits = f" {fold(question)} ", "".join(letter for letter in question if letter.isdigit())
    rows = SourceRecord.objects.current().filter(customer__in=customers).defer("raw", "findings")
    own: set[str] = set()
    others: list[tuple[str, str]] = []
    for record in rows:
        for label, text in _texts(open_values(record.values)):
            if record.customer_id == asked:
                own.add(text)
            else:
                others.append((label, text))
    found = (label for label, text in others if text not in own and _stands_in(text, said, digits))
    return list(dict.fromkeys(found))


def _texts(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What values say, folded and part by part, with the label of their attribute."""
    known = catalogue().specs
    for name, value in values.items():
        spec = known.get(name)
        if spec is None or spec.type.comparison not in TELLING:
            continue
        for one in value if isinstance(value, list) else [value]:
            yield from ((spec.label, text) for text in _parts(spec, one) if len(text) >= SHORTEST)


def _parts(spec: Spec, value: Any) -> list[str]:
    bare = plain(spec, value)
    if isinstance(bare, Mapping):
        return [fold(str(one)) for name, one in bare.items() if name not in ("kind", "scheme", "country", "verified")]
    # However a day is written, its year stands in it.
    return [str(bare)[:4] if spec.type.comparison == "date" else fold(str(bare))]


def _stands_in(text: str, said: str, digits: str) -> bool:
    """As words; a number also with other signs between its digits."""
    if f" {text} " in said:
        return True
    number = "".join(letter for letter in text if letter.isdigit())
    return len(number) >= DIGITS and number[-ENDING:] in digits


def asked_in_portal(records: Sequence[int]) -> list[Inquiry]:
    """What people are still asked about these records (ids); one query."""
    rows = Referral.objects.unanswered().filter(record__in=records, task__status="open").order_by("pk")
    return [Inquiry(str(row.pk), words(row).question, row.asked_at) for row in rows]

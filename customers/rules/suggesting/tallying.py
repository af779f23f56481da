"""Counting witnesses: each customer once for a value, and once for what he has it beside."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from customers.rules.suggesting import gathering
from customers.rules.suggesting.shapes import Telling
from customers.types.folding import fold

Place = tuple[int, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Witness:
    """What one record of a customer tells."""

    record: int
    domain: int
    told: Sequence[Telling]


def tallied(customers: Iterable[Sequence[Witness]]) -> Counter[Place]:
    """How many customers witness each value: domain, rule, given, value (folded) and how it is spelt.

    The sum over the values of a given is how many customers have it at all: whoever has several values beside it is
    taken off again where the value is empty. Where records count (``BY_RECORDS``), each stands for itself.
    """
    seen: Counter[Place] = Counter()
    for witnesses in customers:
        if len(witnesses) == 1:
            _add(seen, witnesses[0].domain, witnesses[0].told)
            continue
        together: dict[int, list[Telling]] = {}
        for one in witnesses:
            alone = [each for each in one.told if each.rule in gathering.BY_RECORDS]
            _add(seen, one.domain, alone)
            together.setdefault(one.domain, []).extend(each for each in one.told if each not in alone)
        for domain, told in together.items():
            _add(seen, domain, told)
    return seen


def _add(seen: Counter[Place], domain: int, told: Sequence[Telling]) -> None:
    spelt: dict[tuple[str, str], dict[str, str]] = {}
    for one in told:
        spelt.setdefault((one.rule, one.given), {}).setdefault(fold(one.value) or one.value, one.value)
    for (rule, given), values in spelt.items():
        for value, spelling in values.items():
            seen[domain, rule, given, value, spelling] += 1
        if len(values) > 1:
            seen[domain, rule, given, "", ""] -= len(values) - 1

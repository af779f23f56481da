"""How good the links are, against a known truth: pairs of records, counted without listing them.

Of all pairs that truth puts together, how many are linked (recall); of all linked pairs, how many truth puts together
(precision). ``with_review`` counts open candidates as decided by somebody who knows the truth.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Quality:
    """Pairwise counts and what follows from them; 1.0 where there is nothing to find or to say."""

    linked: int
    true: int
    both: int

    @property
    def precision(self) -> float:
        return self.both / self.linked if self.linked else 1.0

    @property
    def recall(self) -> float:
        return self.both / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def to_dict(self) -> dict[str, Any]:
        """For a command's answer."""
        measured = {name: round(getattr(self, name), 5) for name in ("precision", "recall", "f1")}
        return {**measured, "linked_pairs": self.linked, "true_pairs": self.true, "both": self.both}


def evaluate(links: Mapping[int, int], truth: Mapping[int, str], entities: Iterable[str] | None = None) -> Quality:
    """Links (record to customer) against the truth (record to entity); records without a truth do not count.

    ``entities`` names the entity of every row of the truth: a pair with a row that the hub refused or never got is
    a pair that it did not find. Without them the truth is that of the records.
    """
    known = [(links[record], entity) for record, entity in truth.items() if record in links]
    return Quality(
        linked=_pairs(Counter(customer for customer, _entity in known)),
        true=_pairs(Counter(truth.values() if entities is None else entities)),
        both=_pairs(Counter(known)),
    )


def with_review(
    links: Mapping[int, int], truth: Mapping[int, str], candidates: Iterable[tuple[int, int]]
) -> dict[int, int]:
    """The links as they would be once every open candidate that is true had been merged."""
    parent: dict[int, int] = {}

    def root(customer: int) -> int:
        while customer in parent:
            parent[customer] = parent.get(parent[customer], parent[customer])
            customer = parent[customer]
        return customer

    for left, right in candidates:
        if left in links and right in links and left in truth and truth[left] == truth.get(right):
            one, other = root(links[left]), root(links[right])
            if one != other:
                parent[max(one, other)] = min(one, other)
    return {record: root(customer) for record, customer in links.items()}


def _pairs(counts: Counter[Any]) -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())

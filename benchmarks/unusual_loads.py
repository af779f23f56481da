"""How often loads that are as they should be raise an alarm, and how often faults are missed: on made-up histories.

    .venv/bin/python benchmarks/unusual_loads.py [--times 2000]

Each history is a source with its own size, its own swings between loads, and eight attributes with their own shares of
missing values. A load more comes as the others did, or with one fault. Plain Python, no database.
"""

import argparse
import math
import random
from collections.abc import Callable, Mapping

from customers.rules.unusual.expecting import Share
from customers.rules.unusual.judging import EMPTY, FORM, REFUSED, ROWS, TOP, Load, judged

ATTRIBUTES = ("given_name", "family_name", "birth_date", "email", "phone", "address.line1", "address.city", "gender")
HISTORIES = (5, 8, 12, 24)
SIZES = (60, 1_000, 20_000)
FORMS = {"9-9-9": 0.9, "9.9.9": 0.06, "9": 0.04}


class Made:
    """A source that never was."""

    def __init__(self, chance: random.Random, size: int) -> None:
        self.chance, self.size = chance, size
        self.swing = chance.choice((0.02, 0.1, 0.3))
        self.empty = {name: chance.choice((0.0, 0.02, 0.2, 0.6)) for name in ATTRIBUTES}
        self.top = {name: chance.choice((0.001, 0.01, 0.3)) for name in ATTRIBUTES}
        self.refused = chance.choice((0.0, 0.005, 0.03))
        self.beyond = chance.choice((0.0, 0.1, 0.2))

    def load(self, fault: str = "") -> Load:
        """One load of it, with a fault or none."""
        rows = max(round(self.size * math.exp(self.chance.gauss(0, self.swing))), 5)
        if fault in ROW_FAULTS:
            rows = max(round(rows * ROW_FAULTS[fault]), 1)
        empty, top, refused = dict(self.empty), dict(self.top), self.refused
        if fault == "phone left out":
            empty["phone"] = min(empty["phone"] + 0.5, 1.0)
        if fault == "a tenth with one e-mail":
            top["email"] = self.top["email"] + 0.1
        if fault == "a tenth refused":
            refused += 0.1
        counted = {(EMPTY, name): self._share(rows, share) for name, share in empty.items()}
        counted |= {(TOP, name): self._share(rows, share) for name, share in top.items()}
        counted[REFUSED, ""] = self._share(rows, refused)
        forms = {"9/9/9": 0.3, "9-9-9": 0.7} if fault == "dates written otherwise" else FORMS
        return Load({ROWS: rows}, counted, {"birth_date": self._forms(rows, forms)})

    def _share(self, rows: int, share: float) -> Share:
        """Beta-binomial: what loads differ by is more than chance."""
        if share and self.beyond:
            logit = math.log(share / (1 - share)) + self.chance.gauss(0, self.beyond) if share < 1 else 20
            share = 1 / (1 + math.exp(-logit))
        return Share(self._binomial(rows, share), rows)

    def _binomial(self, rows: int, share: float) -> int:
        if rows * share * (1 - share) < 30 or rows < 200:
            return sum(self.chance.random() < share for _ in range(rows)) if rows < 5_000 else self._rare(rows, share)
        near = self.chance.gauss(rows * share, math.sqrt(rows * share * (1 - share)))
        return min(max(round(near), 0), rows)

    def _rare(self, rows: int, share: float) -> int:
        """Poisson, by Knuth's product."""
        if share <= 0 or share >= 1:
            return rows if share >= 1 else 0
        end, product, count = math.exp(-rows * share), self.chance.random(), 0
        while product > end:
            product, count = product * self.chance.random(), count + 1
        return count

    def _forms(self, rows: int, forms: Mapping[str, float]) -> dict[str, int]:
        return {form: held for form, share in forms.items() if (held := self._share(rows, share).hits)}


ROW_FAULTS = {"half of the rows": 0.5, "a tenth of the rows": 0.1, "thrice the rows": 3.0}
FAULTS = (*ROW_FAULTS, "phone left out", "a tenth with one e-mail", "a tenth refused", "dates written otherwise")
MARKS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(ROW_FAULTS, (ROWS, "")),
    "phone left out": (EMPTY, "phone"),
    "a tenth with one e-mail": (TOP, "email"),
    "a tenth refused": (REFUSED, ""),
    "dates written otherwise": (FORM, "birth_date"),
}


def share_of(times: int, seed: int, length: int, size: int, fault: str, counts: Callable[[set], bool]) -> float:
    """Of how many histories the load that follows is found."""
    chance, found = random.Random(seed), 0  # noqa: S311 made-up loads
    for _ in range(times):
        made = Made(chance, size)
        before = [made.load() for _ in range(length)]
        found += counts({(one.rule, one.attribute) for one in judged(made.load(fault), before).findings})
    return found / times


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=400)
    times = parser.parse_args().times
    print(f"{'rows':>7} {'loads':>5} {'false':>7}  " + "  ".join(FAULTS))
    for size in SIZES:
        for length in HISTORIES:
            false = share_of(times, 1, length, size, "", bool)
            hits = [
                share_of(max(times // 4, 50), 2, length, size, fault, lambda marks, m=MARKS[fault]: m in marks)
                for fault in FAULTS
            ]
            print(
                f"{size:>7} {length:>5} {false:>7.1%}  "
                + "  ".join(f"{hit:>{len(f)}.0%}" for hit, f in zip(hits, FAULTS, strict=True))
            )


if __name__ == "__main__":
    main()

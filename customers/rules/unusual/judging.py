"""A load beside the loads of its source before: which of its figures lie outside of what is expected.

All figures of a load together raise a false alarm with about the chance ``LEVEL``, which is divided among them
(Bonferroni).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customers.rules.unusual.expecting import FEWEST, Bounds, Share, amounts, shares

LEVEL = 0.02
WINDOW = 24
"""So many of the loads before are looked at."""
LEAST_STEP = 0.005
"""A share that lies outside by less than this, half a row in a hundred, is not worth a word."""
LEAST_TOP = 5
"""A value that came less often dominates nothing."""

ROWS, GAP = "rows", "gap"
EMPTY, TOP, FORM = "empty", "top", "form"
REFUSED, HELD, LEFT_OUT, NEW, CHANGED, CLOSED = "refused", "held", "left_out", "new", "changed", "closed"
FAULTY, LINKED, ASKED = "faulty", "linked", "asked"
AMOUNTS = frozenset({ROWS, GAP})
UPWARD = frozenset({TOP, FORM, REFUSED, HELD, LEFT_OUT, CLOSED, FAULTY, ASKED})
"""Of these only more than usual is worth a word."""
IN_FILE = frozenset({ROWS, EMPTY, TOP, FORM})
"""Known before anything is written."""


@dataclass(frozen=True)
class Load:
    """The figures of a load: amounts by rule, shares by rule and attribute, forms of values by attribute."""

    figures: Mapping[str, float]
    counted: Mapping[tuple[str, str], Share]
    forms: Mapping[str, Mapping[str, int]]

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> "Load":
        """As it was kept."""
        counted = {(rule, name): Share(int(hits), int(rows)) for rule, name, hits, rows in said.get("shares", [])}
        return cls(dict(said.get("amounts", {})), counted, dict(said.get("forms", {})))

    def to_dict(self) -> dict[str, Any]:
        """To be kept: figures and forms, no value."""
        listed = [[rule, name, one.hits, one.rows] for (rule, name), one in sorted(self.counted.items())]
        return {"amounts": dict(self.figures), "shares": listed, "forms": {**self.forms}}


@dataclass(frozen=True)
class Finding:
    """A figure that lies outside: of which rule and attribute, what was expected from how many loads."""

    rule: str
    attribute: str
    figure: float
    low: float
    high: float
    loads: int
    hits: int = 0

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> "Finding":
        """As it was kept."""
        return cls(**said)

    def to_dict(self) -> dict[str, Any]:
        """To be kept."""
        return {**self.__dict__}

    @property
    def is_low(self) -> bool:
        return self.figure < self.low


@dataclass(frozen=True)
class Judgement:
    """The findings; and of how many loads they come. With too few nothing was compared."""

    findings: Sequence[Finding]
    loads: int

    @property
    def was_compared(self) -> bool:
        return self.loads >= FEWEST


def judged(
    load: Load, before: Sequence[Load], *, accepted: Sequence[tuple[Load, frozenset[tuple[str, str]]]] = ()
) -> Judgement:
    """Compare a load with those before, the newest first.

    :param before: loads that were as they should be.
    :param accepted: loads that were not as those before them, but of which a person said that they should be so, with
        the rules and attributes by which they were found: there the bounds reach around them.
    """
    before = before[:WINDOW]
    if len(before) < FEWEST:
        return Judgement((), len(before))
    compared = [*load.figures, *load.counted, *((FORM, name) for name in load.forms)]
    chance = LEVEL / max(len(compared), 1)
    found = []
    for rule, amount in load.figures.items():
        seen = [one.figures[rule] for one in before if rule in one.figures]
        agreed = [one.figures[rule] for one, marks in accepted if rule in one.figures and (rule, "") in marks]
        found.append(_found(rule, "", amount, amounts(seen, chance, agreed)))
    for (rule, name), share in load.counted.items():
        found.append(_share_found(rule, name, share, before, accepted, chance))
    for name, forms in load.forms.items():
        found.append(_form_found(name, forms, before, [one for one, _marks in accepted], chance))
    return Judgement([one for one in found if one is not None], len(before))


def _found(rule: str, name: str, figure: float, bounds: Bounds | None, hits: int = 0) -> Finding | None:
    if bounds is None or bounds.holds(figure) or (rule in UPWARD and figure < bounds.low):
        return None
    if rule not in AMOUNTS and max(bounds.low - figure, figure - bounds.high) < LEAST_STEP:
        return None
    return Finding(rule, name, figure, bounds.low, bounds.high, bounds.loads, hits)


def _share_found(
    rule: str,
    name: str,
    share: Share,
    before: Sequence[Load],
    accepted: Sequence[tuple[Load, frozenset[tuple[str, str]]]],
    chance: float,
) -> Finding | None:
    mark = (rule, name)
    if rule == TOP and share.hits < LEAST_TOP:
        return None
    seen = [one.counted[mark] for one in before if mark in one.counted]
    agreed = [one.counted[mark] for one, marks in accepted if mark in one.counted and mark in marks]
    return _found(rule, name, share.value, shares(seen, share.rows, chance, agreed), share.hits)


def _form_found(
    name: str, forms: Mapping[str, int], before: Sequence[Load], accepted: Sequence[Load], chance: float
) -> Finding | None:
    """The share of values of a form that no load before had, against what each of those had that the others had not."""
    theirs = [one.forms[name] for one in before if one.forms.get(name)]
    agreed = {form for one in accepted for form in one.forms.get(name, {})}
    holders: dict[str, int] = {}
    for each in theirs:
        for form in each:
            holders[form] = holders.get(form, 0) + 1
    seen = [Share(sum(each[form] for form in each if holders[form] == 1), sum(each.values())) for each in theirs]
    unseen = sum(count for form, count in forms.items() if form not in holders and form not in agreed)
    rows = sum(forms.values())
    return _found(FORM, name, unseen / rows if rows else 0.0, shares(seen, rows, chance), unseen)

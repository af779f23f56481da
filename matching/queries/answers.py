"""What people said of pairs, as a model can learn from it and be judged by it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import F, Q

from customers.models import SourceRecord
from matching.engine.bulk.lists import Ints
from matching.models import Verdict
from matching.models.verdict import VerdictQuerySet

SAME, DIFFERENT, UNSURE = Verdict.Answer.SAME, Verdict.Answer.DIFFERENT, Verdict.Answer.UNSURE


@dataclass(frozen=True)
class Answer:
    """A person's word on two open records: the same or not. ``derived`` from his word on another pair."""

    left: int
    right: int
    same: bool
    derived: bool


@dataclass(frozen=True)
class Answered:
    """Answers by the rows of their records."""

    left: Ints
    right: Ints
    same: tuple[bool, ...]
    derived: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.same)


def answers(party_type: str) -> list[Answer]:
    """The answers in force whose facts are as they were seen; "not sure" tells nothing. One query."""
    rows = _in_force(party_type).filter(stale_since__isnull=True).exclude(answer=UNSURE)
    found = rows.order_by("pk").values_list("left", "right", "answer", "derived")
    return [Answer(left, right, answer == SAME, derived) for left, right, answer, derived in found]


def answered(party_type: str, ids: Ints) -> Answered:
    """The answers about these records (ids), by row; others are left out."""
    given = answers(party_type)
    left, right = (np.array([getattr(one, end) for one in given], dtype=np.int64) for end in ("left", "right"))
    there = np.isin(left, ids) & np.isin(right, ids)
    kept = [one for one, known in zip(given, there.tolist(), strict=True) if known]
    order = np.argsort(ids)
    return Answered(
        order[np.searchsorted(ids[order], left[there])],
        order[np.searchsorted(ids[order], right[there])],
        tuple(one.same for one in kept),
        tuple(one.derived for one in kept),
    )


def kept_apart(party_type: str) -> set[tuple[int, int]]:
    """Customers (ids in order) about whom a person said anything but "same"; one query."""
    rows = _in_force(party_type).exclude(answer=SAME).exclude(left__customer=F("right__customer"))
    rows = rows.filter(Q(answer=DIFFERENT) | Q(stale_since__isnull=True))
    return {(min(a, b), max(a, b)) for a, b in rows.values_list("left__customer", "right__customer") if a and b}


def held_together(party_type: str) -> Sequence[int]:
    """Records (ids) that a person holds in their customer; one query."""
    rows = _in_force(party_type).filter(answer=SAME, left__customer=F("right__customer"))
    return sorted({end for ends in rows.values_list("left", "right") for end in ends})


def _in_force(party_type: str) -> VerdictQuerySet:
    open_ones = SourceRecord.objects.current().filter(party_type=party_type, about__isnull=True)
    return Verdict.objects.in_force().filter(left__in=open_ones, right__in=open_ones)

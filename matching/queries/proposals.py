"""How a customer that is doubted would fall in two: which records would go, and which would stay."""

from dataclasses import dataclass
from itertools import combinations

from customers.models import SourceRecord
from matching.engine.splitting import halves
from matching.models import Candidate, Verdict
from matching.queries.scores import compare_pairs

MOST = 40  # records of one customer that are compared with each other; of more, only with the two that are doubted


@dataclass(frozen=True)
class Proposal:
    """Records (ids) that would leave their customer and that would stay, and what raised the doubt (a code)."""

    leaving: tuple[int, ...]
    staying: tuple[int, ...]
    why: str


def proposed(candidate: Candidate) -> Proposal:
    """The split that a doubt about two records of one customer proposes; four queries. Empty when they lie apart."""
    left, right = candidate.left_id, candidate.right_id
    customer = candidate.left.customer_id
    mine = SourceRecord.objects.current().filter(customer=customer or 0, about__isnull=True)
    records = {row.pk: row for row in mine.defer("raw", "findings").order_by("pk")}
    if left not in records or right not in records:
        return Proposal((), (), candidate.reason)
    pairs = [
        (records[a], records[b]) for a, b in combinations(records, 2) if len(records) <= MOST or {a, b} & {left, right}
    ]
    edges = [(a, b, score.probability) for (a, b), score in compare_pairs(pairs).items()]
    said = Verdict.objects.in_force().filter(left__in=records, right__in=records, answer=Verdict.Answer.SAME)
    edges += [(a, b, 1.0) for a, b in said.values_list("left", "right")]
    sides = halves(list(records), edges, left, right)
    leaving, staying = _going(sides, candidate.evidence.get("doubted"))
    return Proposal(leaving, staying, candidate.reason)


def _going(
    sides: tuple[tuple[int, ...], tuple[int, ...]], doubted: int | None
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The side of the record that is doubted goes; else the smaller one, of two equal ones that which came later."""
    one, other = sides
    if doubted in one or doubted in other:
        return (one, other) if doubted in one else (other, one)
    return (one, other) if (len(one), -min(one)) < (len(other), -min(other)) else (other, one)

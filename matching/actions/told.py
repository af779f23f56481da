"""What customers say of themselves becomes a question in the queue: this is also me, this is not me."""

from collections.abc import Sequence

from cmdm import audit
from cmdm.actions import action
from cmdm.models import User
from customers import ports
from customers.models import Customer, SourceRecord
from matching.actions import candidates
from matching.actions.candidates import Question
from matching.models import Candidate
from matching.models.candidate import SAID
from matching.queries.models import models_in_force
from matching.queries.scores import compare_pairs


@action
def ask_whether_same(left: int, right: int, *, actor: User) -> int:
    """Open the question whether two records, which one person proved to be his, are one customer; how many opened."""
    return _ask(left, [right], Candidate.Kind.RAISED, actor=actor)


@action
def ask_whether_apart(record: int, *, actor: User) -> int:
    """Open the question whether a record, which its person calls somebody else's, belongs to its customer."""
    placed = SourceRecord.objects.current().filter(pk=record).values_list("customer", flat=True).first()
    mates = SourceRecord.objects.current().filter(customer=placed or 0, about__isnull=True).exclude(pk=record)
    return _ask(record, list(mates.values_list("pk", flat=True)[:20]), Candidate.Kind.OVER_MERGE, actor=actor)


def _ask(one: int, others: Sequence[int], kind: str, *, actor: User) -> int:
    """The question about a record and the most alike of some others, unless it is none any more."""
    owners = SourceRecord.objects.filter(pk__in=[one, *others], customer__isnull=False).values_list("customer")
    held = list(Customer.objects.active().filter(pk__in=owners).locked())
    rows = SourceRecord.objects.current().filter(pk__in=[one, *others], customer__in=held, about__isnull=True)
    records = {row.pk: row for row in rows.defer("raw", "findings")}
    mine = records.pop(one, None)
    apart = kind == Candidate.Kind.RAISED
    fits = [row for row in records.values() if mine and (row.customer_id != mine.customer_id) == apart]
    scores = compare_pairs((mine, row) for row in fits if mine is not None)
    if mine is None or not scores:
        return 0
    _mine, best = max(scores, key=lambda pair: scores[pair].weight)
    version = models_in_force()[mine.party_type].version
    question = Question(mine, records[best], scores[mine.pk, best], version, kind, SAID)
    opened = candidates.open_all([question])
    ports.touched(held, "told", actor=actor)
    if opened:
        audit.record(actor, "candidates.opened", counts={"candidates": len(opened)})
    return len(opened)

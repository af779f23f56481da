"""The list of what can be filled in: where the last count found something, as far as it still stands for the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cmdm import access
from cmdm.models import Job, User
from customers.models import Customer, Fillable, SourceRecord, SuggestionAnswer, SuggestionRun
from customers.queries.suggesting.counts import last_run
from customers.queries.suggesting.names import LABELS
from customers.queries.suggesting.suggestions import Suggestion, suggestions_of
from customers.queries.summaries import Summary, summaries

SIZE = 25
LOOKS = 4  # where much was filled in since the count, one page looks so often for more
CAP = 1_000
JOB = "customers.suggest"


@dataclass(frozen=True)
class Line:
    """One suggestion with the customer whom it is for."""

    customer: Summary
    suggestion: Suggestion

    @property
    def name(self) -> str:
        """By which a form names it."""
        return f"{self.customer.key}/{self.suggestion.mark}"


@dataclass(frozen=True)
class WorkPage:
    """Some lines, and the place (id) behind which the next ones lie; nothing where these were the last."""

    lines: Sequence[Line]
    after: int | None


@dataclass(frozen=True)
class Counted:
    """When it was counted last, and the count that is under way with what it does and how far it is."""

    last: SuggestionRun | None
    job: Job | None
    run: SuggestionRun | None = None

    @property
    def fraction(self) -> float:
        """How much of the running step is done."""
        return min(self.job.done / self.job.total, 1.0) if self.job is not None and self.job.total else 0.0


def worklist(user: User, *, attribute: str = "", rule: str = "", domain: int | None = None, after: int = 0) -> WorkPage:
    """The next lines, in the order in which they were found; nine to fifteen queries a look, four looks at most."""
    rows = Fillable.objects.fillable_by(user).wanted(attribute, rule, domain).order_by("pk")
    lines: dict[str, Line] = {}
    for _look in range(LOOKS):
        found = list(rows.filter(pk__gt=after)[: SIZE + 1])
        more, found = len(found) > SIZE, found[:SIZE]
        lines |= {line.name: line for line in _standing(found, user)}
        if not found or not more:
            return WorkPage(list(lines.values()), None)
        after = found[-1].pk
        if len(lines) >= SIZE // 2:
            break
    return WorkPage(list(lines.values()), after)


def _standing(rows: Sequence[Fillable], user: User) -> list[Line]:
    """What of these places can be filled in still."""
    records = [row.record_id for row in rows]
    owner = dict(SourceRecord.objects.filter(pk__in=records).values_list("pk", "customer"))
    customers = Customer.objects.visible_to(user).active().filter(pk__in={one for one in owner.values() if one})
    known = {one.pk: one for one in customers}
    suggested = suggestions_of(list(known.values()), user)
    named = {one.id: one for one in summaries([known[pk] for pk in suggested], user)}
    return [
        Line(named[customer], one)
        for row in rows
        if (customer := owner.get(row.record_id) or 0) in suggested
        for one in suggested[customer]
        if (one.attribute, one.rule) == (row.attribute, row.rule)
    ]


def counted() -> Counted:
    """When it was counted, and whether it is being counted; three queries at most."""
    job = Job.objects.unfinished().filter(name=JOB).order_by("-created_at").first()
    run = SuggestionRun.objects.exclude(state=SuggestionRun.State.DONE).first() if job is not None else None
    return Counted(last_run(), job, run)


def waiting(user: User, *, attribute: str = "", rule: str = "", domain: int | None = None) -> int | None:
    """How many places wait, up to one more than the cap; nothing for those who cannot correct. One query."""
    if not access.in_any(user, ["correct"]):
        return None
    return Fillable.objects.fillable_by(user).wanted(attribute, rule, domain)[: CAP + 1].count()


def counted_as_text(count: int) -> str:
    """A number of places, as far as it was counted."""
    number = number_format(min(count, CAP), force_grouping=True)
    return _("%(n)s and more") % {"n": number} if count > CAP else number


@dataclass(frozen=True)
class Taken:
    """What was filled in of a customer: by which rule and count, by whom."""

    pk: int
    rule_label: object
    agreeing: int
    total: int
    by: str
    at: date


def taken_of(records: Sequence[int]) -> dict[tuple[str, bytes], Taken]:
    """What was filled in of these records (ids) and stands, by attribute and digest of the value; one query."""
    rows = SuggestionAnswer.objects.in_force().filter(record__in=records, answer=SuggestionAnswer.Answer.TAKEN)
    return {
        (row.attribute, bytes(row.digest)): Taken(
            row.pk, LABELS.get(row.rule, row.rule), row.agreeing, row.total, str(row.by), row.at
        )
        for row in rows.select_related("by")
    }


def answers_of_batch(batch: UUID, user: User) -> list[SuggestionAnswer]:
    """What a user filled in at once and has not taken back."""
    rows = SuggestionAnswer.objects.in_force().filter(batch=batch, by=user).select_related("record__customer")
    return list(rows.order_by("-pk"))

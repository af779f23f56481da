"""``match``: comparing existing customers with each other, and joining those that are clearly the same.

Placing never joins two existing customers; this does. Where everything is compared, what the order of arrival joined
against better evidence is taken apart first. Unions go in order of evidence and refuse what a person kept
apart, what conflicts, and what the model itself calls related or strangers; the refused ones become questions.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from cmdm import access, audit, clock
from cmdm.actions import Refused, Stale, action
from cmdm.models import User
from customers import ports
from customers.models import Customer, PartyType, SourceRecord
from matching.actions import candidates, inspecting, ledger, models, nearness, upgrading
from matching.actions.candidates import Question
from matching.actions.comparing import Progress
from matching.actions.customer_groups import Settlement, Union, meet, settle
from matching.actions.regrouping import decided, part, regroup
from matching.actions.untied import doubt, untied
from matching.models import MatchMark, NothingNear
from matching.queries.answers import held_together
from matching.queries.models import models_in_force

BATCH = 1_000
# When the oldest change began that is being made now: what it changed bears an earlier time than when it will be seen.
_UNDER_WAY = """
    SELECT min(xact_start) FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Matched:
    """The account of a run."""

    records: int
    pairs: int
    merged: int
    asked: int
    parted: int = 0


def run(*, actor: User, everything: bool = False, progress: Progress | None = None) -> Matched:
    """Compare the customers touched since the last run (or all), join and ask. Cut off, it is simply run again.

    Those that only records came to that placing found near to nobody else are passed over, unless all are compared.
    Before all are compared, what an earlier edition prepared of records is made anew.

    Refused (PermissionDenied) without ``decide`` in every domain.
    """
    access.require_everywhere(actor, "decide")
    report = progress or (lambda done, total, phase: None)
    if everything:
        # What an earlier edition prepared would be met by new records only by chance.
        upgrading.renew(actor=actor, report=report)
    begun = _begun()
    totals = [0, 0, 0, 0, 0]
    for party in PartyType.values:
        if party not in models_in_force():
            continue
        records = _records(party, everything=everything)
        if everything:
            models.size(party, len(records))
        compared = meet(models_in_force()[party], records, everything=everything, report=report)
        if compared is None:
            continue
        lying, leaving, loose = None, 0, list[int]()
        if everything:
            again = regroup(compared, decided(party))
            lying, leaving = again.lying, len(again.partings)
            compared = part(again.partings, compared, actor=actor)
            loose = compared.stored.ids[untied(compared, held_together(party))].tolist()
        found = settle(models_in_force()[party], compared, len(records), lying)
        merged, asked = _write(found, actor=actor, report=report)
        asked += sum(doubt(loose[start : start + BATCH], actor=actor) for start in range(0, len(loose), BATCH))
        told = (found.records, found.pairs, merged, asked, leaving)
        totals = [a + b for a, b in zip(totals, told, strict=True)]
    made = Matched(*totals)
    _finish(made, begun, actor=actor)
    return made


def _begun() -> datetime:
    """From when on the next run looks at what changed; one query."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_UNDER_WAY)
        return min(now, cursor.fetchone()[0] or now)


def _records(party: str, *, everything: bool) -> list[int]:
    rows = SourceRecord.objects.current().filter(party_type=party, about__isnull=True, customer__isnull=False)
    mark = MatchMark.objects.filter(party_type=party).first()
    if mark is not None and mark.at is not None and not everything:
        alone = NothingNear.objects.filter(
            customer=OuterRef("customer"), change=OuterRef("customer__change"), model=models_in_force()[party].version
        )
        rows = rows.filter(~Exists(alone), customer__changed_at__gte=mark.at)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _write(found: Settlement, *, actor: User, report: Progress) -> tuple[int, int]:
    """Join what is clear and ask about the rest; how many customers were merged away, how many questions opened."""
    merged = 0
    for number, union in enumerate(found.unions):
        if number % 20 == 0:
            report(number, len(found.unions), _("Merging"))
        merged += _merge(union, actor=actor)
    for start in range(0, len(found.unions), BATCH):
        joined = found.unions[start : start + BATCH]
        inspecting.inspect({one for union in joined for one in union.customers}, actor=actor)
    questions = found.questions
    asked = sum(ask(questions[start : start + BATCH], actor=actor) for start in range(0, len(questions), BATCH))
    return merged, asked


def _merge(union: Union, *, actor: User) -> int:
    """Merge one group; a group that somebody touched meanwhile waits for the next run."""
    customers = list(Customer.objects.active().filter(pk__in=union.customers).order_by("pk"))
    if len(customers) < 2:
        return 0
    try:
        ledger.merge(
            customers,
            actor=actor,
            seen={customer.pk: customer.version for customer in customers},
            rule="automatic",
            by_machine=True,
            evidence={
                "pair": list(union.pair),
                "levels": [[one.comparison, one.level, one.weight] for one in union.score.levels],
                "model": models_in_force()[customers[0].party_type].version,
            },
            probability=union.score.probability,
        )
    except (Refused, Stale):
        return 0
    return len(customers) - 1


@action
def ask(questions: Sequence[Question], *, actor: User) -> int:
    """Open the questions of one batch and the tasks for them; how many are open now."""
    ends = {record.pk for question in questions for record in (question.one, question.other)}
    owners = SourceRecord.objects.filter(pk__in=ends, customer__isnull=False).values_list("customer", flat=True)
    customers = list(Customer.objects.filter(pk__in=set(owners)).locked())
    where = dict(SourceRecord.objects.current().filter(pk__in=ends).values_list("pk", "customer"))
    pairs = [(where.get(one.one.pk), where.get(one.other.pk), one) for one in questions]
    still = [question for left, right, question in pairs if left and right and left != right]
    opened = candidates.open_all(still)
    ports.touched(customers, "matched", actor=actor)
    if opened:
        audit.record(actor, "candidates.opened", counts={"candidates": len(opened)})
    return len(opened)


@action
def _finish(made: Matched, begun: datetime, *, actor: User) -> None:
    """Note up to when customers have been compared, and enter the run in the log."""
    for party in PartyType.values:
        MatchMark.objects.update_or_create(party_type=party, defaults={"at": begun})
        nearness.forget(party, begun)
    audit.record(actor, "customers.matched", counts=asdict(made))

"""What an answer would also do: who goes on, what other open questions follow, and what the other apps know."""

from collections.abc import Collection, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers import ports
from customers.models import Customer, SourceRecord
from customers.ports import EffectFact
from matching.models import Candidate
from stewardship.models import Answer, TaskCandidate
from stewardship.queries.material import Head, Material
from stewardship.queries.policies import Facts


def effects_of(
    made: Material, heads: Sequence[Head], groups: Sequence[Sequence[int]], wanted: Facts
) -> list[EffectFact]:
    """The facts of the strip, for customers joined as these groups of columns say; one alone is touched by nothing.

    :param wanted: what policies want of an answer.
    """
    return [*_touched(made, heads, groups), *_seconded(wanted)]


def _seconded(wanted: Facts) -> list[EffectFact]:
    told = [str(Answer.Decision(answer).label) for answer in wanted.foreseen]
    if not told:
        return []
    return [EffectFact("users-group", _("Waits for a second steward"), ", ".join(told), len(told))]


def _touched(made: Material, heads: Sequence[Head], groups: Sequence[Sequence[int]]) -> list[EffectFact]:
    joined = [[heads[place] for place in sorted(group)] for group in groups if len(group) > 1]
    if made.inside:
        return [_leaving(heads[-1])]
    if not joined:
        return [_nothing()]
    by_id = {customer.pk: customer for customer in made.customers}
    customers = [[by_id[head.customer] for head in group] for group in joined]
    facts = [fact for fact in (_survival(joined), _other_tasks(made, customers)) if fact]
    told = _of_one(customers[0], made) if len(customers) == 1 else _of_many(customers, made)
    return [*facts, *(told or [_nothing()])]


def survivor_of(group: Sequence[Head]) -> Head:
    """Which of these customers the others become part of."""
    return min(group, key=lambda head: head.survives)


def _of_one(customers: Sequence[Customer], made: Material) -> list[EffectFact]:
    facts: list[EffectFact] = []
    for effect in ports.effects:
        found = effect(customers, made.user)
        facts += [found] if isinstance(found, EffectFact) else list(found or ())
    return facts


def _of_many(groups: Sequence[Sequence[Customer]], made: Material) -> list[EffectFact]:
    ids = [[customer.pk for customer in group] for group in groups]
    return [
        EffectFact(fact.icon, f"{fact.count} · {fact.headline}" if fact.count else fact.headline, fact.detail)
        for effect in ports.group_effects
        for fact in effect.tell(effect.find(ids, made.user, {}))
    ]


def _leaving(head: Head) -> EffectFact:
    count = head.records
    headline = ngettext("%(n)s record leaves", "%(n)s records leave", count) % {"n": count}
    return EffectFact("arrows-split", headline, _("Corrections and consents go with their records"), count)


def _nothing() -> EffectFact:
    return EffectFact("circle-check", _("No open request or hold"), _("Nothing else is touched"))


def _survival(joined: Sequence[Sequence[Head]]) -> EffectFact:
    moving = [head for group in joined for head in group if head is not survivor_of(group)]
    count = sum(head.records for head in moving)
    moves = ngettext("%(n)s record moves", "%(n)s records move", count) % {"n": count}
    if len(moving) > 1:
        gone = ngettext("%(n)s customer ends", "%(n)s customers end", len(moving)) % {"n": len(moving)}
        return EffectFact("arrows-join", moves, gone, count)
    words = {"gone": moving[0].side.number, "kept": survivor_of(joined[0]).side.number}
    return EffectFact("arrows-join", moves, _("%(gone)s becomes part of %(kept)s") % words, count)


def _other_tasks(made: Material, groups: Collection[Sequence[Customer]]) -> EffectFact | None:
    ids = [customer.pk for group in groups for customer in group]
    mine = SourceRecord.objects.filter(customer__in=ids).values("pk")
    asked = Candidate.objects.open().filter(Q(left__in=mine) | Q(right__in=mine))
    members = TaskCandidate.objects.filter(open=True, candidate__in=asked).exclude(task=made.task)
    count = members.values("task").distinct().count()
    if not count:
        return None
    headline = ngettext("%(n)s other card changes", "%(n)s other cards change", count) % {"n": count}
    return EffectFact("stack-2", headline, _("It asks about one of them as well"), count)

"""A partition that a steward is putting together: what saving it would do."""

from collections.abc import Sequence
from dataclasses import dataclass

from cmdm import access, memo
from cmdm.models import User
from customers.models import Relation
from customers.ports import EffectFact
from customers.queries.catalogue import catalogue
from stewardship.models import Task
from stewardship.queries.effects import effects_of
from stewardship.queries.material import Head, columns_of, heads_of, material, scored
from stewardship.queries.moves import Partition, partition
from stewardship.queries.policies import facts
from stewardship.queries.sides import sides_of
from stewardship.rules.parting import Pair, Parted


@dataclass(frozen=True)
class Staged:
    """The groups in words, and what they would touch."""

    parts: Partition
    heads: Sequence[Head]
    effects: Sequence[EffectFact]


def staged_parts(
    task: Task,
    user: User,
    groups: Sequence[Sequence[int]],
    related: Sequence[tuple[int, int, str]],
    *,
    blind: bool,
) -> Staged:
    """What these groups of customers (ids) would make of a task.

    :raises ValueError: they are not the customers of the task, each once, or the reader may not see all of them.
    """
    named = [customer for group in groups for customer in group]
    if sorted(named) != sorted(task.customers) or not task.domain_ids() <= access.scope(user, "decide"):
        raise ValueError("Other customers.")
    with memo.keeping():
        made = scored(material(task, user, catalogue()), in_order=not blind)
        heads = heads_of(made, sides_of(set(task.customers), user))
        place = {head.customer: head.place - 1 for head in heads}
        if place.keys() != set(named):
            raise ValueError("Customers that are gone.")
        kinds: dict[Pair, str] = {
            (place[one], place[other]): kind for one, other, kind in related if kind in Relation.Kind.values
        }
        parted = Parted(tuple(tuple(place[customer] for customer in group) for group in groups), tuple(kinds))
        scores = {} if blind else {pair: found.probability for pair, found in made.scores.items()}
        parts = partition(parted, kinds, heads, columns_of(made, heads), scores)
        wanted = facts(task, made.customers, made.candidates)
        return Staged(parts, heads, effects_of(made, heads, parted.groups, wanted))

"""Who probably belongs to a customer's family or household: others whom the model takes for somebody related."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from cmdm import access
from cmdm.models import User
from customers.models import Customer, Relation, SourceRecord
from customers.queries.summaries import Summary, summaries
from matching.engine.evidence import Score
from matching.engine.packing import unpacked
from matching.engine.scoring import score
from matching.models import Verdict
from matching.queries.explaining import PairExplained, explained
from matching.queries.models import InForce, models_in_force
from matching.queries.prepared import lines
from matching.queries.sides import own_records

SHOWN = 20
OWN = 20  # records of the customer that are looked at
# Others that share a key with some records, but for the keys of large blocks, which nothing says of a household.
_MATES = """
    SELECT DISTINCT other.record_id
      FROM unnest(ARRAY(SELECT DISTINCT key FROM matching_matchkey WHERE record_id = ANY(%s))) AS mine(key)
     CROSS JOIN LATERAL (SELECT record_id FROM matching_matchkey k WHERE k.key = mine.key LIMIT 200) AS other
     WHERE NOT EXISTS (SELECT FROM matching_oversizedblock large WHERE large.key = mine.key) LIMIT 1000
"""


@dataclass(frozen=True)
class Kin:
    """Another customer, by the pair of records (ids, the first of this customer) that says so most clearly.

    ``seen``: the versions of both customers, as a deed wants them; ``may``: the reader may answer.
    """

    other: Summary
    pair: tuple[int, int]
    explained: PairExplained
    seen: str
    may: bool


def kin_of(customer: Customer, user: User) -> list[Kin]:
    """Those whom nobody has said anything of yet, the surest first; among what the reader may see. Twelve queries.

    Who is perhaps the same is left to the review queue; who is restricted is compared with nobody.
    """
    chosen = models_in_force().get(customer.party_type)
    mine = {one.pk: one for one in own_records(customer, user)[:OWN]}
    if chosen is None or not mine or customer.restricted:
        return []
    owners = _owners(customer, mine, user)
    best = _best(chosen, mine, owners)
    told = _told(customer, best)
    rows = Customer.objects.visible_to(user).active().filter(pk__in=best.keys() - told)
    others = {one.pk: one for one in rows}
    known = {one.id: one for one in summaries(list(others.values()), user)}
    surest = sorted(known.keys() & best.keys(), key=lambda pk: (-best[pk][1].household, pk))[:SHOWN]
    return [
        Kin(
            known[pk],
            best[pk][0],
            explained(best[pk][1], chosen),
            f"{customer.pk}:{customer.version},{pk}:{others[pk].version}",
            access.may(user, "decide", customer) and access.may(user, "decide", others[pk]),
        )
        for pk in surest
    ]


def _owners(customer: Customer, mine: Iterable[int], user: User) -> dict[int, int]:
    """The customers of visible records of others that share a key with one of these."""
    with connection.cursor() as cursor:
        cursor.execute(_MATES, [list(mine)])
        mates = [pk for (pk,) in cursor.fetchall()]
    rows = SourceRecord.objects.visible_to(user).current().filter(pk__in=mates, about__isnull=True)
    rows = rows.exclude(customer=customer.pk).filter(customer__restricted=False)
    return dict(rows.values_list("pk", "customer"))


def _best(chosen: InForce, mine: Iterable[int], owners: Mapping[int, int]) -> dict[int, tuple[tuple[int, int], Score]]:
    """By customer the pair that is related most clearly; none of whom any pair is perhaps the same."""
    own = list(mine)
    read = {
        one.record: unpacked(one.record, chosen.model.party_type, one.line)
        for one in lines(chosen.model, sorted({*own, *owners}))
    }
    pairs = [(one, other) for one in own for other in sorted(owners) if one in read and other in read]
    best: dict[int, tuple[tuple[int, int], Score]] = {}
    same: set[int] = set()
    for pair, made in zip(pairs, score(chosen.model, [(read[a], read[b]) for a, b in pairs]), strict=True):
        owner = owners[pair[1]]
        if made.probability >= chosen.model.review:
            same.add(owner)
        elif made.related and (owner not in best or made.household > best[owner][1].household):
            best[owner] = (pair, made)
    return {owner: found for owner, found in best.items() if owner not in same}


def _told(customer: Customer, others: Iterable[int]) -> set[int]:
    """Of these customers those of whom a person has said how they stand to this one."""
    wanted: Sequence[int] = list(others)
    ends = Q(left__customer=customer, right__customer__in=wanted) | Q(
        right__customer=customer, left__customer__in=wanted
    )
    answers = Verdict.objects.in_force().filter(ends).values_list("left__customer", "right__customer")
    relations = Relation.objects.filter(ends, ended_at__isnull=True).values_list("left__customer", "right__customer")
    return {pk for row in (*answers, *relations) for pk in row} - {customer.pk}

"""Records that nothing ties to their customer any more, as after a promotion: a doubt, which a person answers."""

from collections.abc import Collection, Sequence

import numpy as np

from cmdm import audit
from cmdm.actions import action
from cmdm.models import User
from customers import ports
from customers.models import Customer, SourceRecord
from matching.actions import candidates, doubts
from matching.actions.comparing import Compared
from matching.engine.bulk.lists import Ints
from matching.queries.models import models_in_force
from matching.queries.verdicts import settled_for
from matching.rules.rehearsing import inside


def untied(compared: Compared, held: Collection[int]) -> Ints:
    """The rows that reach the review line with no other of their customer; a person's "same" ties, too.

    :param held: records (ids) that a person holds in their customer.
    """
    customers = compared.stored.customers
    scores = compared.scores
    _distinct, place, counts = np.unique(customers, return_inverse=True, return_counts=True)
    loose = counts[place] > 1
    within = customers[scores.left] == customers[scores.right]
    loose[scores.left[within]] = loose[scores.right[within]] = False
    if held:
        loose[np.isin(compared.stored.ids, np.array(sorted(held), dtype=np.int64))] = False
    # Those of one customer need not share a block.
    rows = np.flatnonzero(np.isin(customers, customers[loose]))
    left, right = inside(customers[rows])
    needed = loose[rows[left]] | loose[rows[right]]
    found = compared.scorer.score(rows[left[needed]], rows[right[needed]], floor=compared.scorer.model.review)
    loose[found.left] = loose[found.right] = False
    return np.flatnonzero(loose)


@action
def doubt(records: Sequence[int], *, actor: User) -> int:
    """Ask whether these records (ids) belong to their customers, where nothing ties them still; how many questions."""
    owners = SourceRecord.objects.filter(pk__among=records, customer__isnull=False).values_list("customer", flat=True)
    held = list(Customer.objects.active().filter(pk__in=set(owners)).locked())
    rows = SourceRecord.objects.current().filter(pk__among=records, customer__in=held).defer("raw", "findings")
    chosen = list(rows.order_by("pk"))
    asked = doubts.without_evidence(chosen, models_in_force(), settled_for(chosen))
    opened = candidates.open_all(asked)
    ports.touched(held, "inspected", actor=actor)
    if opened:
        audit.record(actor, "candidates.opened", counts={"candidates": len(opened)})
    return len(opened)

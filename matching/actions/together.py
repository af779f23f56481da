"""What a steward says of two records of one customer: that they belong together after all."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from cmdm import audit, events
from cmdm.actions import Refused, action
from cmdm.models import User
from customers import ports
from customers.models import Customer
from matching.actions import candidates, verdict_rows
from matching.actions.held import hold
from matching.actions.verdict_rows import Say
from matching.models import Candidate, Verdict


@action
def keep_together(
    candidate: Candidate,
    *,
    actor: User,
    seen: Mapping[int, int],
    reason: str = "",
    strength: str = Verdict.Strength.ADVISE,
    answer: str = Verdict.Answer.SAME,
    also: Sequence[Candidate] = (),
) -> Verdict:
    """Record that two records of one customer are the same, or that nobody can tell, and close the question.

    ``also``: other questions about the same customer that this answers. Refused when the records lie apart.
    """
    asked = [candidate, *[one for one in also if one.pk != candidate.pk]]
    owners = {end.customer_id for one in asked for end in (one.left, one.right) if end.customer_id}
    held = hold(list(Customer.objects.filter(pk__in=owners)), actor=actor, seen=seen)
    if len(held) != 1:
        raise Refused(_("These records belong to two customers. Merge those instead."))
    scores = {(one.left_id, one.right_id): one.probability for one in asked}
    pairs = {(one.left_id, one.right_id): (one.left, one.right) for one in asked}
    verdict_rows.write(list(pairs.values()), Say(answer, actor, reason, strength), scores, shown=len(pairs))
    candidates.close(asked, answer)
    ports.touched(held, f"verdict.{answer}", actor=actor)
    found = Verdict.objects.in_force().get(left=candidate.left_id, right=candidate.right_id)
    audit.record(actor, f"verdict.{answer}", found, domains=held[0].domain_ids())
    events.emit(f"verdict.{answer}", verdict=found.pk, customers=[str(held[0].key)])
    return found

"""What a steward says of two records of one customer: that they belong together after all."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from cmdm import audit, events
from cmdm.actions import Refused, action
from cmdm.models import User
from customers import ports
from customers.models import Customer
from matching.actions import candidates, verdict_rows
from matching.actions.ledger import hold
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
) -> Verdict:
    """Record that two records of one customer are the same, and close the question. Refused when they lie apart."""
    owners = {owner for owner in (candidate.left.customer_id, candidate.right.customer_id) if owner}
    held = hold(list(Customer.objects.filter(pk__in=owners)), actor=actor, seen=seen)
    if len(held) != 1:
        raise Refused(_("These records belong to two customers. Merge those instead."))
    pair = (candidate.left, candidate.right)
    ends = (candidate.left_id, candidate.right_id)
    verdict_rows.write([pair], Say(Verdict.Answer.SAME, actor, reason, strength), {ends: candidate.probability})
    candidates.close([candidate], "same")
    ports.touched(held, "verdict.same", actor=actor)
    found = Verdict.objects.in_force().get(left=candidate.left_id, right=candidate.right_id)
    audit.record(actor, "verdict.same", found, domains=held[0].domain_ids())
    events.emit("verdict.same", verdict=found.pk, customers=[str(held[0].key)])
    return found

"""Asking people about the pairs whose answers would teach a model most, as a rehearsal found them."""

from django.utils.translation import gettext as _

from cmdm import access, audit
from cmdm.actions import Refused, action
from cmdm.models import User
from customers import ports
from customers.models import Customer, SourceRecord
from matching.actions import candidates
from matching.actions.candidates import Question
from matching.models import Candidate, MatchModel
from matching.queries.models import models_in_force
from matching.queries.scores import compare_pairs

AT_ONCE = 25
TEACHES = "teaches most"


@action
def ask(row: MatchModel, *, actor: User) -> int:
    """Open the next questions that the version's rehearsal found worth asking; how many.

    Refused where it was not rehearsed. What people answered or are asked already is left out.
    """
    access.require_everywhere(actor, "configure")
    lines = row.rehearsal.get("informative", ())
    if not lines:
        raise Refused(_("Rehearse the version first: it tells which pairs are worth asking about."))
    ends = {pk for line in lines for pk in line[:2]}
    asked = set(Candidate.objects.open().filter(left__in=ends, right__in=ends).values_list("left", "right"))
    pairs = [(min(line[:2]), max(line[:2])) for line in lines]
    rows = SourceRecord.objects.current().filter(pk__in=ends, about__isnull=True, customer__isnull=False)
    records = {one.pk: one for one in rows.defer("raw", "findings")}
    fits = [
        (records[one], records[other])
        for one, other in pairs
        if (one, other) not in asked and {one, other} <= records.keys()
    ]
    owners = {record.customer_id or 0 for pair in fits[: 2 * AT_ONCE] for record in pair}
    held = list(Customer.objects.active().filter(pk__in=owners).locked())
    where = dict(SourceRecord.objects.current().filter(customer__in=held).values_list("pk", "customer"))
    apart = [pair for pair in fits if len({where.get(one.pk, 0) for one in pair} - {0}) == len(pair)]
    chosen = apart[:AT_ONCE]
    scores, version = compare_pairs(chosen), models_in_force()[row.party_type].version
    questions = [
        Question(one, other, scores[one.pk, other.pk], version, reason=TEACHES)
        for one, other in chosen
        if (one.pk, other.pk) in scores
    ]
    opened = candidates.open_all(questions)
    ports.touched(held, "matched", actor=actor)
    if opened:
        audit.record(actor, "candidates.opened", row, counts={"candidates": len(opened)})
    return len(opened)

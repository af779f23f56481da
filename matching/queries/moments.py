"""What matching tells for a customer's timeline: how records came to lie together, and what people said of pairs."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from cmdm.models import User
from customers.models import Customer, SourceRecord
from customers.ports import Instant, Moment
from customers.queries.timeline import Told, behind, moment
from matching.models import LedgerEntry, Verdict
from matching.queries.ledgers import in_sight, visible_of
from matching.queries.models import models_in_force
from matching.queries.reasons import told

JOINING = ("merge", "unmerge", "undo", "link")


def links_told(customer: Customer, user: User, before: Instant | None, size: int) -> Sequence[Moment]:
    """Joined, taken apart, linked."""
    rows = LedgerEntry.objects.filter(Q(customer=customer) | Q(source_customer=customer), deed__in=JOINING)
    kept = rows.select_related("actor", "customer", "source_customer")
    found = list(behind(kept, "link", before, size, "at"))
    models = models_in_force() if found else {}
    seen = visible_of(found, user)
    return [
        moment(
            "link",
            one.at,
            one.pk,
            "arrows-split" if one.deed in ("unmerge", "undo") else "arrows-join",
            told(one, customer, models, seen),
            detail=one.reason if in_sight(one, seen) else "",
            by="" if one.by_machine else str(one.actor),
            look="did-join",
        )
        for one in found
    ]


def verdicts_told(customer: Customer, user: User, before: Instant | None, size: int) -> Sequence[Moment]:
    """What people said of this customer's records and others; a reason for whoever may see both."""
    mine = SourceRecord.objects.visible_to(user).filter(customer=customer).values("pk")
    rows = Verdict.objects.filter(Q(left__in=mine) | Q(right__in=mine), derived=False).select_related("decided_by")
    found = list(behind(rows, "verdict", before, size, "decided_at"))
    ends = {pk for one in found for pk in (one.left_id, one.right_id)}
    seen = (
        set(SourceRecord.objects.visible_to(user).filter(pk__in=ends).values_list("pk", flat=True)) if ends else set()
    )
    return [
        moment(
            "verdict",
            one.decided_at,
            one.pk,
            "scale",
            _verdict(one),
            detail=one.reason if {one.left_id, one.right_id} <= seen else "",
            by=str(one.decided_by),
            look="did-person",
        )
        for one in found
    ]


def _verdict(one: Verdict) -> str:
    words = _("Answered “%(answer)s”, taken back since") if one.revoked_at else _("Answered “%(answer)s”")
    return words % {"answer": one.get_answer_display()}


TOLD: dict[str, Told] = {"link": links_told, "verdict": verdicts_told}

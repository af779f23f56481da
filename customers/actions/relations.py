"""Relations between records of different customers."""

from uuid import UUID

from django.utils.translation import gettext as _

from cmdm import access, audit, clock, events, history
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from customers.actions import households
from customers.models import Relation, SourceRecord


@action
def relate(left: SourceRecord, right: SourceRecord, *, actor: User, kind: str = Relation.Kind.HOUSEHOLD) -> Relation:
    """Relate two records; the same relation again is found, not doubled. Refused within one customer.

    Two persons of one household are members of one from then on.
    """
    rows = households.locked_records([left.pk, right.pk])
    access.require(actor, "decide", *rows)
    if len(rows) != 2 or rows[0].customer_id == rows[1].customer_id:
        raise Refused(_("Only records of two different customers can be related."))
    found, made = Relation.objects.get_or_create(
        left=rows[0],
        right=rows[1],
        kind=kind,
        ended_at=None,
        defaults={"decided_by": actor, "decided_at": clock.now(), "change": change_id()},
    )
    if made:
        history.keep(Relation, [found.pk], history.ADDED)
        events.emit("relation.added", relation=found.pk)
        if kind == Relation.Kind.HOUSEHOLD:
            households.join(*rows, actor=actor)
    audit.record(actor, "relation.added", found, domains={row.domain_id for row in rows})
    return found


@action
def end_relation(relation: Relation, *, actor: User) -> None:
    """End a relation. Refused when it has ended."""
    rows = households.locked_records([relation.left_id, relation.right_id])
    relation = Relation.objects.select_for_update().get(pk=relation.pk)
    access.require(actor, "decide", *rows)
    if relation.ended_at:
        raise Refused(_("This relation has ended already."))
    _end([relation.pk])
    if relation.kind == Relation.Kind.HOUSEHOLD:
        households.part(*rows, actor=actor)
    events.emit("relation.ended", relation=relation.pk)
    audit.record(actor, "relation.ended", relation, domains={row.domain_id for row in rows})


@action
def end_of_change(change: UUID, *, actor: User) -> None:
    """End the relations that one change made, and unsay what it said of households (its answer is taken back)."""
    households.end_of_change(change, actor=actor)
    _end(list(Relation.objects.filter(change=change, ended_at__isnull=True).values_list("pk", flat=True)))


def _end(ids: list[int]) -> None:
    Relation.objects.filter(pk__in=ids).update(ended_at=clock.now(), change=change_id())
    history.keep(Relation, ids, history.CHANGED)

"""Ending a consent that the organisation no longer needs, and declaring void what was entered by mistake."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from cmdm import audit, ids
from cmdm.actions import Invalid, Refused, action
from cmdm.database.copying import insert_many
from cmdm.models import User
from consent.actions import announcing, consents
from consent.actions import evidence as evidences
from consent.actions.holding import hold, next_moment
from consent.models import NAMING, Act, ActorKind, ConsentEvent, Evidence, Method
from consent.queries.material import material
from consent.rules.folding import GRANTING

# What a person did himself is not for others to declare void: two different answers are put to him.
OWN = frozenset((Method.PORTAL, Method.LINK, Method.GPC, Method.FORM))


FORM = "steward/void"


def is_own(event: ConsentEvent) -> bool:
    """Whether the person himself, or his guardian, did it here."""
    return event.method in OWN and event.actor_kind in (ActorKind.PERSON, ActorKind.GUARDIAN)


@action
def declare(event: ConsentEvent, deed: str, *, actor: User, note: str) -> list[ConsentEvent]:
    """Void an act (``invalidated``) or end a consent (``terminated``), with the reason that a steward keys in.

    Refused without a reason, and as :func:`invalidate` and :func:`terminate` are.
    """
    if not note.strip():
        raise Invalid({"note": [_("Say why.")]})
    kept = evidences.keep(
        actor=actor, kind=Evidence.Kind.PAPER, form=FORM, note=note, keyed_by=actor, proof={"act": event.pk}
    )
    made: list[ConsentEvent] = DEEDS[deed](event, actor=actor, evidence=kept)
    counts, domains = {"records": len(made)}, {one.record.domain_id for one in made}
    audit.record(actor, f"consent.{deed}", made[0], domains=domains, counts=counts, purpose=event.purpose.key)
    return made


@action
def invalidate(event: ConsentEvent, *, actor: User, evidence: Evidence) -> list[ConsentEvent]:
    """Declare an act void, on all records that it was written on; what stood before stands again.

    Refused without ``correct`` where it was made, for an act that the person made himself, and a second time.
    """
    if is_own(event):
        raise Refused(_("The person said this himself. Only he can say something else."))
    if event.act in NAMING:
        raise Refused(_("Only what somebody said can be declared void."))
    return _named(event, Act.INVALIDATED, actor=actor, evidence=evidence)


@action
def terminate(event: ConsentEvent, *, actor: User, evidence: Evidence | None = None) -> list[ConsentEvent]:
    """End a consent that is not needed any more. Refused for anything but a grant, and a second time."""
    if event.act not in GRANTING:
        raise Refused(_("Only a consent can be ended."))
    return _named(event, Act.TERMINATED, actor=actor, evidence=evidence)


DEEDS: Mapping[str, Callable[..., list[ConsentEvent]]] = {
    Act.INVALIDATED.value: invalidate,
    Act.TERMINATED.value: terminate,
}


def _named(event: ConsentEvent, act: str, *, actor: User, evidence: Evidence | None) -> list[ConsentEvent]:
    rows = list(ConsentEvent.objects.filter(group=event.group).select_related("record__source", "purpose", "contact"))
    rows = [one for one in rows if act == Act.INVALIDATED or one.act in GRANTING]
    own = [one.record for one in rows if not one.carried and one.act != Act.INVALIDATED]
    held = hold(own, actor=actor, more=[one.record_id for one in rows])
    _refuse_again(rows, act)
    before = material(customers=held.touched, purposes=[event.purpose.key], parts=True) if held.touched else None
    group, moment = ids.uuid7(), next_moment([one.record_id for one in rows])
    written = insert_many(_ending(one, act, actor, evidence, moment, group) for one in rows)
    audit.record(
        actor,
        f"consent.{act}",
        written[0],
        domains=held.domains,
        counts={"records": len(written)},
        purpose=event.purpose.key,
    )
    if before is not None:
        announcing.announce(before, held.touched, [event.purpose.key], "act")
    return written


def _ending(
    one: ConsentEvent, act: str, actor: User, evidence: Evidence | None, moment: datetime, group: uuid.UUID
) -> ConsentEvent:
    said = consents.Said(
        one.purpose,
        one.channel,
        one.contact,
        act,
        Method.HUB,
        whose=ActorKind.STAFF,
        notice=None,
        evidence=evidence,
        occurred_at=moment,
        actor=actor,
        effective_at=moment,
        group=group,
    )
    return said.row(one.record, names_id=one.pk)


def _refuse_again(rows: Sequence[ConsentEvent], act: str) -> None:
    endings = (Act.INVALIDATED,) if act == Act.INVALIDATED else (Act.INVALIDATED, Act.EXPIRED, Act.TERMINATED)
    if ConsentEvent.objects.filter(names__in=[one.pk for one in rows if not one.carried], act__in=endings).exists():
        raise Refused(_("This has been ended already."))

"""Values out of the ordinary: looked for once a day, kept, told; people say what they are."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from cmdm import access, audit, clock, crypto, events, history, jobs
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import Job, User
from customers.actions.unusual import LONGEST
from customers.models import SourceRecord, ValueFinding
from customers.queries.catalogue import catalogue
from customers.queries.unusual_counts import Found, persons, shared
from customers.queries.unusual_values import JOB, sealing
from customers.rules.unusual import values as rules

SAID = ("verdict", "reason", "said_by", "said_at", "sealed", "change")
STEPS: Sequence[tuple[frozenset[str], Callable[[], list[Found]]]] = (
    (frozenset({rules.SHARED}), lambda: list(shared(catalogue()))),
    (frozenset(rules.RULES) - {rules.SHARED}, lambda: persons(catalogue(), clock.now().date().isoformat())),
)
Hold = Callable[[], None]


@action
def ask_to_look(*, actor: User, anew: bool = False) -> Job | None:
    """Look for unusual values, unless that is under way, there is nothing to look at, or it was done within a day.

    :param anew: also where it was done. Refused without ``import`` in any domain, unless the hub itself asks.
    """
    if anew and not access.in_any(actor, ["import"]):
        raise Refused(_("Looking for unusual values needs the right to import."))
    if Job.objects.unfinished().filter(name=JOB).exists() or not SourceRecord.objects.exists():
        return None
    since = clock.now() - timedelta(days=1)
    if not anew and Job.objects.filter(name=JOB, created_at__gte=since).exists():
        return None
    job = jobs.enqueue(JOB, actor=actor)
    audit.record(actor, "job.asked", job)
    return job


@action
def settle(covered: frozenset[str], found: Sequence[Found], *, actor: User, hold: Hold) -> int:
    """Keep what a look found by these rules, and let go what it found no more; how many are new. Refuses nothing."""
    hold()
    rows = ValueFinding.objects.filter(rule__in=covered).select_for_update().order_by("pk")
    before = {(one.domain_id, one.rule, one.attribute, bytes(one.subject)): one for one in rows}
    new = 0
    for one in found:
        row = before.pop((one.domain, one.rule, one.attribute, one.subject), None)
        new += row is None or (row.gone_at is not None and not row.verdict)
        _keep(row, one)
    gone = [row.pk for row in before.values() if row.gone_at is None]
    now = clock.now()
    ValueFinding.objects.filter(pk__in=gone).update(gone_at=now, sealed=b"", examples=[], change=change_id())
    audit.record(actor, "values.looked_at", counts={"found": len(found), "new": new, "gone": len(gone)})
    return new


def _keep(row: ValueFinding | None, one: Found) -> None:
    is_new = row is None or (row.gone_at is not None and not row.verdict)
    if row is None:
        row = ValueFinding(domain_id=one.domain, rule=one.rule, attribute=one.attribute, subject=one.subject)
    row.records, row.customers, row.most = one.records, one.customers, one.most
    row.is_ignored, row.examples, row.gone_at = one.is_ignored, one.examples, None
    text = json.dumps(one.text, ensure_ascii=False).encode()
    row.sealed = b"" if row.verdict else crypto.seal_bytes(text, sealing(one.domain, one.attribute))
    row.change = change_id()
    row.save()
    if is_new and not row.is_ignored:
        _tell("value.unusual", row)


@action
def accept(row: ValueFinding, *, reason: str, actor: User) -> ValueFinding:
    """Say that an unusual value is as it should be: it is told no more. Refused as :func:`_say` says."""
    made = _say(row, ValueFinding.Verdict.NORMAL, reason, actor)
    audit.record(actor, "value.accepted", made, attributes=[made.attribute])
    _tell("value.accepted", made)
    return made


@action
def confirm_fault(row: ValueFinding, *, reason: str, actor: User) -> ValueFinding:
    """Say that an unusual value is a fault. Refused as :func:`_say` says."""
    made = _say(row, ValueFinding.Verdict.FAULT, reason, actor)
    audit.record(actor, "value.faulty", made, attributes=[made.attribute])
    _tell("value.faulty", made)
    return made


@action
def withdraw(row: ValueFinding, *, actor: User) -> ValueFinding:
    """Take back what was said of a value; the next look tells it again. Refused when nothing was said."""
    made = _locked(row, actor)
    if not made.verdict:
        raise Refused(_("Nobody has said anything of this value."))
    made.verdict, made.reason, made.said_by, made.said_at = "", "", None, None
    made.change = change_id()
    made.save(update_fields=[*SAID])
    history.keep(ValueFinding, [made.pk], history.CHANGED)
    audit.record(actor, "value.verdict_withdrawn", made, attributes=[made.attribute])
    _tell("value.verdict_withdrawn", made)
    return made


def _say(row: ValueFinding, verdict: str, reason: str, actor: User) -> ValueFinding:
    """Refused without ``import`` and ``view`` in its domain, when it is gone, and when somebody has said it already.

    :raises Invalid: no reason is given, or a very long one.
    """
    made = _locked(row, actor)
    reason = reason.strip()
    if not reason:
        raise Invalid({"reason": [_("Say why, in a few words.")]})
    if len(reason) > LONGEST:
        raise Invalid({"reason": [_("Say it in %(most)d letters.") % {"most": LONGEST}]})
    if made.gone_at is not None:
        raise Refused(_("This value is not unusual any more."))
    if made.verdict:
        raise Refused(_("Somebody has said already what this value is. Take that back first."))
    made.verdict, made.reason, made.said_by, made.said_at = verdict, reason, actor, clock.now()
    made.sealed, made.change = b"", change_id()
    made.save(update_fields=[*SAID])
    history.keep(ValueFinding, [made.pk], history.CHANGED)
    return made


def _locked(row: ValueFinding, actor: User) -> ValueFinding:
    made = ValueFinding.objects.select_for_update(of=("self",)).get(pk=row.pk)
    access.require(actor, "import", made)
    access.require(actor, "view", made)
    return made


def _tell(topic: str, row: ValueFinding, **more: Any) -> None:
    """For systems that wait for it: ids and codes, no value and no reason."""
    events.emit(topic, finding=row.pk, domain=row.domain_id, rule=row.rule, attribute=row.attribute, **more)

"""Loads out of the ordinary: their figures are kept, compared with those before, and told; people say what they are.

Figures cost a load nothing but the pass that counts its rows. What is found is told and stops nothing, unless the
source holds such loads.
"""

import json
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from cmdm import access, audit, clock, crypto, events, history
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import User
from customers.models import Load, LoadCensus
from customers.queries.unusual import judgement, sealing
from customers.rules.unusual.judging import TOP

if TYPE_CHECKING:
    from customers.rules.unusual.census import Census

SAID = ("verdict", "reason", "said_by", "said_at", "sealed", "change")
LONGEST = 300


@action
def note(load: Load, census: "Census", *, actor: User) -> None:
    """Keep the figures of a file that was counted when it began. Refuses nothing."""
    keep_census(load, census)
    audit.record(actor, "load.census_kept", load, counts={"rows": census.rows, "looked_at": census.seen})


def keep_census(load: Load, census: "Census") -> None:
    """Keep the figures of a file; a step of an action. Of values only the commonest, sealed."""
    tops = json.dumps(list(census.commonest), ensure_ascii=False).encode()
    LoadCensus.objects.update_or_create(
        load=load,
        defaults={
            "source_id": load.source_id,
            "domain_id": load.domain_id,
            "mode": load.mode,
            "rows": census.rows,
            "seen": census.seen,
            "columns": [one.to_dict() for one in census.columns],
            "sealed": crypto.seal_bytes(tops, sealing(load)),
            "change": change_id(),
        },
    )


@action
def judge(load: Load, *, actor: User) -> LoadCensus | None:
    """Compare a load that is done with those before, once; nothing where it has no figures. Refuses nothing."""
    census = LoadCensus.objects.select_for_update().filter(load=load).first()
    if census is None or census.judged_at is not None or load.state != Load.State.DONE:
        return census
    census.mode = load.mode
    measures, found = judgement(load, census)
    census.measures, census.findings = measures.to_dict(), [one.to_dict() for one in found.findings]
    census.found, census.loads, census.judged_at = len(found.findings), found.loads, clock.now()
    census.sealed = _still_told(load, census)
    census.change = change_id()
    census.save(update_fields=["mode", "measures", "findings", "found", "loads", "judged_at", "sealed", "change"])
    audit.record(actor, "load.judged", load, counts={"unusual": census.found, "loads": census.loads})
    if census.found:
        _tell("load.unusual", census, findings=[[one.rule, one.attribute] for one in found.findings])
    return census


def _still_told(load: Load, census: LoadCensus) -> bytes:
    """The commonest values of those columns alone of which the page tells that one value stands in many rows."""
    found = {one["attribute"] for one in census.findings if one["rule"] == TOP}
    if not found or not census.sealed:
        return b""
    paths = load.mapping.get("columns", {})
    said = json.loads(crypto.unseal_bytes(bytes(census.sealed), sealing(load)))
    kept = [text if paths.get(name) in found else "" for name, text in zip(load.header, said, strict=False)]
    return crypto.seal_bytes(json.dumps(kept, ensure_ascii=False).encode(), sealing(load))


def forget(load: Load) -> None:
    """Of the values of a file whose rows are deleted nothing is kept either; a step of an action."""
    LoadCensus.objects.filter(load=load).exclude(sealed=b"").update(sealed=b"", change=change_id())


@action
def accept(load: Load, *, reason: str, actor: User) -> LoadCensus:
    """Say that an unusual load is as it should be: later ones are compared with it. Refused as :func:`_say` says."""
    census = _say(load, LoadCensus.Verdict.NORMAL, reason, actor)
    audit.record(actor, "load.accepted", load)
    _tell("load.accepted", census)
    return census


@action
def confirm_fault(load: Load, *, reason: str, actor: User) -> LoadCensus:
    """Say that a load is faulty: no later one is compared with it. Refused as :func:`_say` says."""
    census = _say(load, LoadCensus.Verdict.FAULT, reason, actor)
    audit.record(actor, "load.faulty", load)
    _tell("load.faulty", census)
    return census


@action
def withdraw(load: Load, *, actor: User) -> LoadCensus:
    """Take back what was said of a load. Refused without ``import``, and when nothing was said."""
    census = _locked(load, actor)
    if not census.verdict:
        raise Refused(_("Nobody has said anything of this load."))
    census.verdict, census.reason, census.said_by, census.said_at = "", "", None, None
    census.change = change_id()
    census.save(update_fields=[*SAID])
    history.keep(LoadCensus, [census.pk], history.CHANGED)
    audit.record(actor, "load.verdict_withdrawn", load)
    _tell("load.verdict_withdrawn", census)
    return census


def _say(load: Load, verdict: str, reason: str, actor: User) -> LoadCensus:
    """Refused without ``import``, before it was compared, and when somebody has said it already.

    :raises Invalid: no reason is given, or a very long one.
    """
    census = _locked(load, actor)
    reason = reason.strip()
    if not reason:
        raise Invalid({"reason": [_("Say why, in a few words.")]})
    if len(reason) > LONGEST:
        raise Invalid({"reason": [_("Say it in %(most)d letters.") % {"most": LONGEST}]})
    if census.judged_at is None:
        raise Refused(_("This load has not been compared yet."))
    if census.verdict:
        raise Refused(_("Somebody has said already what this load is. Take that back first."))
    census.verdict, census.reason, census.said_by, census.said_at = verdict, reason, actor, clock.now()
    census.sealed, census.change = b"", change_id()
    census.save(update_fields=[*SAID])
    history.keep(LoadCensus, [census.pk], history.CHANGED)
    return census


def _locked(load: Load, actor: User) -> LoadCensus:
    census = LoadCensus.objects.select_for_update(of=("self",)).filter(load=load).first()
    access.require(actor, "import", load)
    if census is None:
        raise Refused(_("There are no figures of this load."))
    return census


def _tell(topic: str, census: LoadCensus, **more: Any) -> None:
    """For systems that wait for a load: ids and codes, no figure of a person and no reason."""
    events.emit(topic, load=str(census.load_id), source=census.source_id, domain=census.domain_id, **more)

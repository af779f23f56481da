"""The life of match models: a draft is rehearsed, then promoted or dropped; the one before it retires.

A version never changes. Promoting changes nothing about customers or answers: the version decides from then on, and
its own lines and blocking apply. Everything here needs ``configure`` in every domain.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cmdm import access, audit, clock, jobs
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import Job, User, system_user
from customers.models import Attribute
from matching.engine.defaults import organisation_model, person_model, size_of
from matching.engine.model import Model, ModelError, Rule
from matching.engine.vetting import vet
from matching.models import MatchKey, MatchModel, Measurement
from matching.queries.models import REHEARSE, REKEY, read_model, standing_models
from matching.queries.versions import note_of, noted
from matching.rules.measuring import in_short

State, Origin = MatchModel.State, MatchModel.Origin
FORMAT = "match model"
# What a job says of it, in the reader's language.
NOTHING_NEW = gettext_noop("Nothing was learned anew: what came out is a version that is there already.")
FEWEST = 5_000  # records from which on the size of a hub says what size it is


class SameModel(Refused):
    """What is to be kept is a version (``row``) that is there already."""

    def __init__(self, row: MatchModel) -> None:
        super().__init__(_("Version %(n)d is the very same model.") % {"n": row.version})
        self.row = row


@action
def install_models(*, actor: User) -> list[MatchModel]:
    """Put the shipped models in force where a party type has none."""
    held = set(MatchModel.objects.in_force().values_list("party_type", flat=True))
    made = []
    for model in (person_model(), organisation_model()):
        if model.party_type not in held:
            now = clock.now()
            made.append(_store(model, State.IN_FORCE, Origin.SHIPPED, in_force_since=now, note="shipped"))
    if made:
        audit.record(actor, "model.installed", made[0], counts={"models": len(made)})
    return made


def size(party_type: str, records: int) -> None:
    """Let a shipped model, whose priors are those of a hub of some size, follow the hub as it grows or shrinks.

    The odds that two records are of one party fall as records grow in number, so one line for joining holds at every
    size only if the priors are those of the size. A model that was learned or came from a person is left as it is, and
    so is any in a hub of few records, of which nobody knows how large it will be.
    """
    row = MatchModel.objects.in_force().filter(party_type=party_type).first()
    if row is not None and _outgrown(row, records):
        resize(row, records)


@action
def resize(row: MatchModel, records: int) -> None:
    """The same model, meant for so many records, comes into force. Nothing happens when it no longer is outgrown.

    Rules that do not pay in a hub so large are left out at once; their keys, which nobody looks for any more, go later.
    """
    row, before = _held(row)
    if before is None or before.pk != row.pk or not _outgrown(row, records):
        return
    if MatchModel.objects.coming().filter(party_type=row.party_type).exists():
        return
    meant = size_of(records)
    note = _("shipped, for about %(records)s records") % {"records": f"{meant:,}"}
    now = clock.now()
    row.state, row.ended_at = State.RETIRED, now
    _write(row, "state", "ended_at")
    own = read_model(row)
    sized = own.sized(meant)
    made = _store(sized, State.IN_FORCE, Origin.SHIPPED, base=row, in_force_since=now, note=note)
    standing_models.forget()
    if blocking_of(sized) != blocking_of(own) and MatchKey.objects.exists():
        jobs.enqueue(REKEY, actor=system_user(), party=row.party_type)
    audit.record(system_user(), "model.sized", made, counts={"version": made.version})


def _outgrown(row: MatchModel, records: int) -> bool:
    """Whether a shipped model is meant for less than half, or more than twice, as many records."""
    if row.origin != Origin.SHIPPED or records < FEWEST:
        return False
    meant = read_model(row).records
    return size_of(records) != meant and not meant / 2 <= records <= meant * 2


@action
def draft(model: Model, *, actor: User, origin: str, note: str = "") -> MatchModel:
    """Keep a model as the next version of its party type, a draft. Refused when an open version is the very same."""
    access.require_everywhere(actor, "configure")
    rows = list(MatchModel.objects.filter(party_type=model.party_type).locked())
    same = next((row for row in rows if row.digest == model.digest() and row.state not in ENDED), None)
    if same is not None:
        raise SameModel(same)
    base = next((row for row in rows if row.state == State.IN_FORCE), None)
    made = _store(model, State.DRAFT, origin, base=base, note=note[:200])
    audit.record(actor, f"model.{origin}", made, counts={"version": made.version})
    return made


@action
def import_model(text: str, *, actor: User, note: str = "") -> MatchModel:
    """Keep a model that came as a file, a draft. Invalid where the file is none, naming the place."""
    return draft(read_known(text), actor=actor, origin=Origin.IMPORTED, note=note)


def read_known(text: str) -> Model:
    """The model of a file that fits this hub's catalogue.

    :raises Invalid: it is none, or compares what is not in the catalogue; the message names the place.
    """
    model = read_file(text)
    known = set(Attribute.objects.values_list("name", flat=True))
    for index, each in enumerate(model.comparisons):
        if each.attribute not in known:
            fault = _("is not in the catalogue")
            raise Invalid({"file": [f"model.comparisons[{index}].attribute: {fault}"]})
    return model


@action
def adjust(row: MatchModel, *, actor: User, automatic: float, review: float) -> MatchModel:
    """A draft like this version with other lines. Invalid where the lines are no lines."""
    model = replace(read_model(row), automatic=automatic, review=review)
    try:
        model.validate()
    except ModelError:
        raise Invalid({"automatic": [_("Both lines lie between 0 and 1, review below automatic.")]}) from None
    note = noted("lines", n=row.version, review=round(review, 4), automatic=round(automatic, 4))
    return draft(model, actor=actor, origin=Origin.ADJUSTED, note=note)


@action
def reblock(party_type: str, rules: Sequence[Sequence[str]], *, actor: User) -> MatchModel:
    """A draft like the version in force that compares by these rules. Invalid where they are none."""
    row = MatchModel.objects.in_force().get(party_type=party_type)
    model = read_model(row)
    own = {rule.parts: rule for rule in model.rules}
    chosen = tuple(own.get(tuple(parts), Rule("+".join(parts), tuple(parts))) for parts in rules)
    model = replace(model, rules=chosen)
    try:
        model.validate()
    except ModelError as fault:
        raise Invalid({"rules": [str(fault)]}) from None
    note = noted("rules", n=row.version, rules=len(chosen))
    return draft(model, actor=actor, origin=Origin.ADJUSTED, note=note)


@action
def keep_rehearsal(row: MatchModel, report: Mapping[str, Any], *, actor: User) -> MatchModel:
    """Store what the version would do, or does where it is in force. Refused when it is over, or being promoted."""
    access.require_everywhere(actor, "configure")
    row = MatchModel.objects.locked().get(pk=row.pk)
    refuse_ended(row)
    row.state = row.state if row.state == State.IN_FORCE else State.REHEARSED
    row.rehearsed_at, row.rehearsal = clock.now(), dict(report)
    _write(row, "state", "rehearsed_at", "rehearsal")
    if "expected" in report:
        figures = in_short(report, read_model(row).trained)
        Measurement.objects.create(model=row, at=row.rehearsed_at, figures=figures, change=change_id())
    audit.record(actor, "model.rehearsed", row, counts={"version": row.version})
    return row


@action
def promote(row: MatchModel, *, actor: User) -> MatchModel:
    """Let the version decide from now on; with other blocking, as soon as every record has its keys.

    Refused unless it was rehearsed against the version in force, and while another is being promoted.
    """
    access.require_everywhere(actor, "configure")
    row, before = _held(row)
    if row.promoting_since:
        raise Refused(_("This version is being promoted: it decides as soon as every record has its keys."))
    if row.state != State.REHEARSED:
        raise Refused(_("Rehearse the version first: promoting is for what has been looked at."))
    if before is not None and row.rehearsal.get("against") != before.version:
        raise Refused(_("Another version has come into force since the rehearsal. Rehearse again."))
    if MatchModel.objects.coming().filter(party_type=row.party_type).exists():
        raise Refused(_("Another version is being promoted."))
    if before is not None and blocking_of(read_model(before)) != blocking_of(read_model(row)):
        row.promoting_since = clock.now()
        _write(row, "promoting_since")
        jobs.enqueue(REKEY, actor=actor, model=row.pk)
    else:
        _switch(row, before)
    audit.record(actor, "model.promoted", row, counts={"version": row.version})
    return row


@action
def switch(row: MatchModel, *, actor: User) -> MatchModel:
    """The keys are there: the version that is being promoted comes into force. Nothing happens when it is already."""
    row, before = _held(row)
    if row.promoting_since is None:
        return row
    _switch(row, before)
    audit.record(actor, "model.came_into_force", row, counts={"version": row.version})
    return row


@action
def drop(row: MatchModel, *, actor: User) -> MatchModel:
    """Give a version up that is not in force; it stays to be read. Refused when it is or was in force.

    A rehearsal of it that is under way is stopped.
    """
    access.require_everywhere(actor, "configure")
    row = MatchModel.objects.locked().get(pk=row.pk)
    if not row.is_open:
        raise Refused(_("Only a version that never came into force is dropped."))
    if row.promoting_since:
        jobs.enqueue(REKEY, actor=actor, party=row.party_type)
    for job in Job.objects.unfinished().filter(name=REHEARSE, arguments__model=row.pk).order_by("pk"):
        with suppress(Refused):
            jobs.cancel(job, actor=actor)
    row.state, row.ended_at, row.promoting_since = State.DROPPED, clock.now(), None
    _write(row, "state", "ended_at", "promoting_since")
    audit.record(actor, "model.dropped", row, counts={"version": row.version})
    return row


@action
def export(row: MatchModel, *, actor: User) -> str:
    """The version as a file. Refused (PermissionDenied) without ``configure`` everywhere: it tells common values."""
    access.require_everywhere(actor, "configure")
    audit.record(actor, "model.exported", row, counts={"version": row.version})
    return export_file(row)


def export_file(row: MatchModel) -> str:
    """The version as a file: the model, and where it comes from."""
    envelope = {
        "format": FORMAT,
        "party_type": row.party_type,
        "version": row.version,
        "origin": row.origin,
        "note": note_of(row),
        "digest": row.digest,
        "model": row.definition,
    }
    return json.dumps(envelope, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_file(text: str) -> Model:
    """The model of a file: an export, edited or not, or a bare definition.

    :raises Invalid: it is none; the message names the place.
    """
    try:
        content = _content(text)
        enveloped = isinstance(content, dict) and "format" in content
        if enveloped and content["format"] != FORMAT:
            raise ModelError(_("This file is of a format that is not known here: a newer hub may have written it."))
        model = Model.from_dict(content["model"] if enveloped else content)
        vet(model)
        return model
    except (ValueError, KeyError, RecursionError, OverflowError) as fault:
        reason = str(fault) if isinstance(fault, ModelError) else _("This is no file of a match model.")
        raise Invalid({"file": [reason]}) from None


def _content(text: str) -> Any:
    """The JSON of a file. ValueError where it is none, names a key twice, or holds what the database cannot keep."""
    content = json.loads(text, object_pairs_hook=_once)
    again = json.dumps(content, ensure_ascii=False, allow_nan=False)
    again.encode()
    if "\\u0000" in again:
        raise ValueError(text)
    return content


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object. A key that is given twice would silently mean its last value."""
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = Counter(name for name, _value in pairs).most_common(1)[0][0]
        raise ModelError(_("The key %(name)r is given twice.") % {"name": twice[:100]})
    return made


def blocking_of(model: Model) -> Any:
    """What decides which keys a record has, and what is kept of it prepared."""
    return [rule.parts for rule in model.rules], model.block_cap, model.finer, model.preparation


ENDED = (State.RETIRED, State.DROPPED)


def refuse_ended(row: MatchModel) -> None:
    """Refused for a version that is not rehearsed any more."""
    if row.promoting_since:
        raise Refused(_("This version is being promoted: it is rehearsed no more."))
    if row.state in ENDED:
        raise Refused(_("This version was dropped or replaced: it is rehearsed no more."))


def _held(row: MatchModel) -> tuple[MatchModel, MatchModel | None]:
    """The version and the one in force, locked."""
    rows = list(MatchModel.objects.filter(party_type=row.party_type).locked())
    return next(one for one in rows if one.pk == row.pk), next((x for x in rows if x.state == State.IN_FORCE), None)


def _switch(row: MatchModel, before: MatchModel | None) -> None:
    now = clock.now()
    if before is not None:
        before.state, before.ended_at = State.RETIRED, now
        _write(before, "state", "ended_at")
    row.state, row.in_force_since, row.promoting_since = State.IN_FORCE, now, None
    _write(row, "state", "in_force_since", "promoting_since")
    standing_models.forget()


def _write(row: MatchModel, *fields: str) -> None:
    row.change = change_id()
    row.save(update_fields=[*fields, "change"])


def _store(model: Model, state: str, origin: str, **fields: Any) -> MatchModel:
    rows = MatchModel.objects.filter(party_type=model.party_type).order_by("-version")
    last = rows.values_list("version", flat=True).first() or 0
    return MatchModel.objects.create(
        party_type=model.party_type,
        version=last + 1,
        definition=model.to_dict(),
        digest=model.digest(),
        state=state,
        origin=origin,
        **fields,
    )

"""Notices: the texts that people are shown. A draft is published as it stands, and never changed after that."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from cmdm import access, audit, clock, events
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import User
from consent.models import Notice, Purpose
from consent.rules.notices import sha256

WORDS = (
    "title", "text", "purposes", "controller", "recipients", "named_recipients", "categories", "retention", "rights",
    "withdrawal", "layout",
)  # fmt: skip
NEEDED = ("title", "text", "controller", "withdrawal")


@action
def draft(*, actor: User, key: str, language: str, fields: Mapping[str, Any]) -> Notice:
    """Begin the next version in a language. Refused without ``publish`` everywhere, and beside another draft of it."""
    access.require_everywhere(actor, "publish")
    versions = Notice.objects.filter(key=key, language=language)
    if versions.filter(state=Notice.State.DRAFT).exists():
        raise Refused(_("There is a draft of this notice in this language already."))
    last = versions.aggregate(last=Max("version"))["last"] or 0
    words = _known(fields)
    notice = Notice.objects.create(key=key, language=language, version=last + 1, created_by=actor, **words)
    audit.record(actor, "notice.drafted", notice, attributes=words)
    return notice


@action
def change(notice: Notice, *, actor: User, fields: Mapping[str, Any]) -> Notice:
    """Change a draft. Refused for a published one: its words are what somebody agreed to."""
    notice = _locked(notice, actor)
    if notice.state != Notice.State.DRAFT:
        raise Refused(_("A published notice keeps its words. Begin a new version."))
    changed = {name: value for name, value in _known(fields).items() if getattr(notice, name) != value}
    if changed:
        _write(notice, changed)
        audit.record(actor, "notice.changed", notice, attributes=changed)
    return notice


@action
def discard(notice: Notice, *, actor: User) -> None:
    """Delete a draft that nobody was shown. Refused for any other."""
    notice = _locked(notice, actor)
    if notice.state != Notice.State.DRAFT:
        raise Refused(_("Only a draft can be deleted. What was shown stays."))
    audit.record(actor, "notice.discarded", notice)
    notice.delete()


@action
def publish(notice: Notice, *, actor: User) -> Notice:
    """Show it from now on, instead of the version before, which is retired.

    Refused unless it is a whole draft and every purpose that it names is published.
    """
    notice = _locked(notice, actor)
    if notice.state != Notice.State.DRAFT:
        raise Refused(_("Only a draft can be published."))
    _refuse_unfit(notice)
    now = clock.now()
    for before in _shown(notice):
        _write(before, {"state": Notice.State.RETIRED, "valid_until": now})
    words = {"sha256": sha256(vars(notice)), "state": Notice.State.PUBLISHED, "valid_from": now, "published_by": actor}
    _write(notice, words)
    audit.record(actor, "notice.published", notice)
    events.emit("notice.published", notice=notice.pk, key=notice.key, language=notice.language, sha256=notice.sha256)
    return notice


@action
def retire(notice: Notice, *, actor: User) -> Notice:
    """Show it no longer. What was agreed under it stays. Refused unless it is shown now."""
    notice = _locked(notice, actor)
    if notice.state != Notice.State.PUBLISHED:
        raise Refused(_("Only a notice that is shown can be retired."))
    _write(notice, {"state": Notice.State.RETIRED, "valid_until": clock.now()})
    audit.record(actor, "notice.retired", notice)
    events.emit("notice.retired", notice=notice.pk, key=notice.key, language=notice.language)
    return notice


def _locked(notice: Notice, actor: User) -> Notice:
    access.require_everywhere(actor, "publish")
    return Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)


def _shown(notice: Notice) -> Sequence[Notice]:
    rows = Notice.objects.published().filter(key=notice.key, language=notice.language)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _refuse_unfit(notice: Notice) -> None:
    missing = [name for name in NEEDED if not getattr(notice, name).strip()]
    if missing:
        raise Invalid({name: [_("Needed before it can be published.")] for name in missing})
    published = set(Purpose.objects.published().filter(key__in=notice.purposes).values_list("key", flat=True))
    if not notice.purposes or set(notice.purposes) - published:
        raise Invalid({"purposes": [_("Name at least one purpose, and only published ones.")]})


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in WORDS if name in fields}


def _write(notice: Notice, changed: Mapping[str, Any]) -> None:
    for name, value in changed.items():
        setattr(notice, name, value)
    notice.change = change_id()
    notice.save(update_fields=[*changed, "change"])

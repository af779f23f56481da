"""Purposes: why data are used. They lie in no domain, so whoever changes one publishes in every domain."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cmdm import access, audit, events, history
from cmdm.actions import Invalid, Refused, action, change_id
from cmdm.models import User
from consent.models import Notice, Purpose
from consent.rules.folding import line

WORDS = frozenset({"label", "description", "translations", "position", "dpv"})
TERMS = frozenset(
    {
        "kind",
        "rules",
        "channels",
        "channel_bound",
        "sale_or_sharing",
        "expires_after_days",
        "expires_from",
        "minimum_age",
        "parent",
    }
)


@action
def draft(*, actor: User, key: str, fields: Mapping[str, Any]) -> Purpose:
    """Write down a new purpose. Refused without ``publish`` everywhere, and when the key is taken."""
    access.require_everywhere(actor, "publish")
    if Purpose.objects.filter(key=key).exists():
        raise Invalid({"key": [_("There is a purpose with this key already.")]})
    purpose = Purpose.objects.create(key=key, **_known(fields))
    history.keep(Purpose, [purpose.pk], history.ADDED)
    audit.record(actor, "purpose.drafted", purpose, attributes=fields)
    return purpose


@action
def change(purpose: Purpose, *, actor: User, fields: Mapping[str, Any]) -> Purpose:
    """Change its words; a draft's terms too. Refused for the terms of a published one, and for a retired one.

    What a consent means cannot change after it was given: other terms need another purpose.
    """
    purpose = _locked(purpose, actor)
    if purpose.state == Purpose.State.RETIRED:
        raise Refused(_("A retired purpose is not changed any more."))
    changed = {name: value for name, value in _known(fields).items() if getattr(purpose, name) != value}
    if purpose.state == Purpose.State.PUBLISHED and changed.keys() & TERMS:
        raise Refused(_("A published purpose keeps its terms. Draft another one."))
    if changed.get("parent") is not None and _is_part(changed["parent"], purpose):
        raise Invalid({"parent": [_("A purpose is not part of itself.")]})
    return _written(purpose, changed, actor=actor, deed="purpose.changed") if changed else purpose


@action
def publish(purpose: Purpose, *, actor: User) -> Purpose:
    """Let data be used for it and notices name it. Refused unless it is a draft."""
    purpose = _locked(purpose, actor)
    if purpose.state != Purpose.State.DRAFT:
        raise Refused(_("Only a draft can be published."))
    return _written(purpose, {"state": Purpose.State.PUBLISHED}, actor=actor, deed="purpose.published")


@action
def retire(purpose: Purpose, *, actor: User) -> Purpose:
    """End it: nothing is permitted for it any more, what was said stays.

    Refused while a notice that is shown names it.
    """
    purpose = _locked(purpose, actor)
    if purpose.state == Purpose.State.RETIRED:
        raise Refused(_("This purpose is retired already."))
    if Notice.objects.published().covering(purpose.key).exists():
        raise Refused(_("A notice that is shown names this purpose. Retire the notice first."))
    return _written(purpose, {"state": Purpose.State.RETIRED}, actor=actor, deed="purpose.retired")


def _is_part(part: Purpose, whole: Purpose) -> bool:
    """Whether a purpose is the other, or lies somewhere in it."""
    parents = dict(Purpose.objects.values_list("pk", "parent"))
    return whole.pk in line(parents, part.pk)


def _locked(purpose: Purpose, actor: User) -> Purpose:
    access.require_everywhere(actor, "publish")
    return Purpose.objects.select_for_update(of=("self",)).get(pk=purpose.pk)


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in sorted(WORDS | TERMS) if name in fields}


def _written(purpose: Purpose, changed: Mapping[str, Any], *, actor: User, deed: str) -> Purpose:
    for name, value in changed.items():
        setattr(purpose, name, value)
    purpose.change = change_id()
    purpose.save(update_fields=[*changed, "change"])
    history.keep(Purpose, [purpose.pk], history.CHANGED)
    audit.record(actor, deed, purpose, attributes=changed)
    if deed != "purpose.changed":
        events.emit(deed, purpose=purpose.key)
    return purpose

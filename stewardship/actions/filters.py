"""Filters of the queue that a steward keeps under a name, for himself or for those who decide in a domain."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cmdm import access, audit
from cmdm.actions import Refused, action, change_id
from cmdm.models import Domain, User
from stewardship.models import SavedFilter

MOST = 50


@action
def keep(*, actor: User, name: str, parameters: Mapping[str, Any], domain: Domain | None = None) -> SavedFilter:
    """Keep a filter. Refused when the name is taken, there are fifty already, or the actor does not decide there."""
    if domain is not None:
        access.require(actor, "decide", domain)
    if SavedFilter.objects.filter(user=actor).count() >= MOST:
        raise Refused(_("You keep %(n)s filters already. Drop one first.") % {"n": MOST})
    row = SavedFilter(user=actor, name=name, parameters=dict(parameters), domain=domain, change=change_id())
    _save(row)
    audit.record(actor, "filter.kept", row)
    return row


@action
def change(row: SavedFilter, *, actor: User, name: str, domain: Domain | None = None) -> SavedFilter:
    """Rename a filter of one's own, or share it. Refused when the name is taken or the actor does not decide there."""
    row = _own(row, actor)
    if domain is not None and domain.pk != row.domain_id:
        access.require(actor, "decide", domain)
    row.name, row.domain, row.change = name, domain, change_id()
    _save(row)
    audit.record(actor, "filter.changed", row)
    return row


@action
def drop(row: SavedFilter, *, actor: User) -> None:
    """Forget a filter of one's own. Refused when it is somebody else's."""
    row = _own(row, actor)
    audit.record(actor, "filter.dropped", row)
    row.delete()


def _own(row: SavedFilter, actor: User) -> SavedFilter:
    found = SavedFilter.objects.select_for_update().get(pk=row.pk)
    if found.user_id != actor.pk:
        raise Refused(_("This filter belongs to somebody else."))
    return found


def _save(row: SavedFilter) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(_("You have a filter of this name already.")) from error

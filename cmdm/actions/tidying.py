"""Removing what has outlived its time."""

from datetime import timedelta

from django.contrib.sessions.models import Session

from cmdm import audit, clock
from cmdm.actions.core import action
from cmdm.models import IdempotencyKey, User

KEEP = timedelta(days=1)


@action
def remove_expired(*, actor: User) -> int:
    """Delete answers kept for a repeat and sessions, once nobody can use them any more; the number of rows."""
    answers, _ = IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEEP).delete()
    sessions, _ = Session.objects.filter(expire_date__lt=clock.now()).delete()
    if answers or sessions:
        audit.record(actor, "expired.removed", counts={"answers": answers, "sessions": sessions})
    return answers + sessions

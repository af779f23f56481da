"""Pins whose record stopped saying it, or whose time is over."""

from collections.abc import Iterable, Sequence

from cmdm import clock, history
from cmdm.actions import action, change_id
from cmdm.models import User
from customers.models import Pin
from customers.rules.claims import PinRule


@action
def end_lapsed(lapsed: Sequence[PinRule], pins: Iterable[Pin], *, actor: User) -> list[Pin]:
    """End the pins of these rules as lapsed; a task tells the stewards (opened by the port ``touched``)."""
    if not lapsed:
        return []
    named = {(rule.record, rule.attribute, rule.kind) for rule in lapsed}
    ended = [pin for pin in pins if (pin.record_id, pin.attribute, pin.kind) in named]
    chosen = [pin.pk for pin in ended]
    Pin.objects.filter(pk__in=chosen).update(ended_at=clock.now(), ended_because="lapsed", change=change_id())
    history.keep(Pin, chosen, history.CHANGED)
    return ended

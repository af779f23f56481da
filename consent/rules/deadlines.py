"""Until when a request has to be answered, and until when a consent holds."""

import calendar
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from consent.rules.permitting import ACTIVITY, Terms

# How often the ledger says that somebody is still active: ten times in the days that a consent holds without him.
WRITTEN_EVERY = 10
# Who opted out of sale or sharing is not asked to agree to it again so soon (California: CCPA 1798.135(c)(4)).
LEFT_ALONE = {"US-CA": timedelta(days=365)}


def ends_at(given: datetime, terms: Sequence[Terms], seen: datetime | None = None) -> datetime | None:
    """When a consent lapses: at the earliest end that a jurisdiction sets, counted from when it was given or, where
    that is the rule, from when the person was last ``seen``.
    """
    last = given if seen is None else max(given, seen)
    ends = [
        (last if one.expires_from == ACTIVITY else given) + timedelta(days=one.expires_after_days)
        for one in terms
        if one.expires_after_days
    ]
    return min(ends, default=None)


def gain(terms: Sequence[Terms], share: int) -> timedelta:
    """By how much a consent has to become longer for it to be written down."""
    days = [one.expires_after_days for one in terms if one.expires_after_days]
    return timedelta(days=min(days, default=0)) / share


def answered_by(received: date) -> date:
    """One month after the day of receipt, on the same-numbered day; a shorter month ends it on its last day."""
    year, month = (received.year + 1, 1) if received.month == 12 else (received.year, received.month + 1)
    return date(year, month, min(received.day, calendar.monthrange(year, month)[1]))


def elapsed(received: date, due: date, today: date) -> float:
    """How much of the time is over, from 0 to 1."""
    whole = max((due - received).days, 1)
    return min(max((today - received).days / whole, 0.0), 1.0)

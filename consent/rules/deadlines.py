"""Until when a request has to be answered."""

import calendar
from datetime import date


def answered_by(received: date) -> date:
    """One month after the day of receipt, on the same-numbered day; a shorter month ends it on its last day."""
    year, month = (received.year + 1, 1) if received.month == 12 else (received.year, received.month + 1)
    return date(year, month, min(received.day, calendar.monthrange(year, month)[1]))


def elapsed(received: date, due: date, today: date) -> float:
    """How much of the time is over, from 0 to 1."""
    whole = max((due - received).days, 1)
    return min(max((today - received).days / whole, 0.0), 1.0)

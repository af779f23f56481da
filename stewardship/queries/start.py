"""Stewardship's share of the start page: what waits in the queues."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm import access
from cmdm.models import User
from cmdm.startpage import Attention, Figure, Part
from stewardship.models import Task
from stewardship.queries.queue import CAP, ICONS, open_by_queue

PRESSING = {
    "conflict": (
        "%(n)s pair has numbers that contradict each other",
        "%(n)s pairs have numbers that contradict each other",
    ),
    "stale": (
        "%(n)s answer went stale: what was seen has changed",
        "%(n)s answers went stale: what was seen has changed",
    ),
}


def open_work(user: User) -> Part | None:
    """Open tasks by queue, each a link to exactly those rows; nothing for those who decide nowhere. One query."""
    if not access.in_any(user, ["decide"]):
        return None
    counts = open_by_queue(user)
    shown = [queue for queue in counts if counts[queue] or queue == Task.Queue.POSSIBLE]
    figures = [
        Figure(Task.Queue(queue).label, said(counts[queue]), address(queue), _("waiting for review"), ICONS[queue])
        for queue in shown
    ]
    attention = [
        Attention(ngettext(*words, counts[queue]) % {"n": said(counts[queue])}, address(queue), ICONS[queue])
        for queue, words in PRESSING.items()
        if counts[queue]
    ]
    return Part(figures=figures, attention=attention)


def address(queue: str) -> str:
    """Where the rows of a queue are."""
    return f"{reverse('stewardship:queue')}?queue={queue}"


def said(count: int) -> str:
    """A count that stops at a thousand, as a text."""
    return f"{CAP:,}+" if count > CAP else f"{count:,}"

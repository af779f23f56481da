"""Stewardship's share of the start page: what waits in the queues."""

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cmdm import access
from cmdm.models import User
from cmdm.startpage import Attention, Figure, Part
from cmdm.templatetags.hub import share
from stewardship.models import QualityTarget, Referral, Task
from stewardship.queries.notes import unseen
from stewardship.queries.queue import CAP, ICONS, open_by_queue
from stewardship.queries.wanted import came_back
from stewardship.rules.quality import Estimate

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


def named(user: User) -> Part | None:
    """Notes that name the reader, what he was asked, what came back answered, what a lead gave him; four queries."""
    attention = []
    count = unseen(user)
    if count:
        words = ngettext("%(n)s note names you", "%(n)s notes name you", count) % {"n": count}
        attention.append(Attention(words, reverse("stewardship:mentions"), "bell", "accent"))
    asked = Referral.objects.unanswered().filter(to=user, task__status=Task.Status.OPEN).count()
    if asked:
        words = ngettext("%(n)s question waits for you", "%(n)s questions wait for you", asked) % {"n": asked}
        attention.append(Attention(words, reverse("stewardship:asked"), "message-user", "accent"))
    back = came_back(Task.objects.visible_to(user).open(), user).values_list("queue").order_by("queue")
    for queue, cards in back.annotate(count=Count("pk")):
        words = ngettext("%(n)s card came back with its answer", "%(n)s cards came back with their answers", cards)
        attention.append(Attention(words % {"n": cards}, f"{address(queue)}&referred=back", "message", "accent"))
    given = Task.objects.visible_to(user).open().filter(assigned_to=user).values_list("queue").order_by("queue")
    for queue, cards in given.annotate(count=Count("pk")):
        words = ngettext("%(n)s card was given to you", "%(n)s cards were given to you", cards) % {"n": cards}
        attention.append(Attention(words, f"{address(queue)}&assigned=1", "user-check", "accent"))
    return Part(attention=attention) if attention else None


def address(queue: str) -> str:
    """Where the rows of a queue are."""
    return f"{reverse('stewardship:queue')}?queue={queue}"


def said(count: int) -> str:
    """A count that stops at a thousand, as a text."""
    return f"{CAP:,}+" if count > CAP else f"{count:,}"


def quality(user: User) -> Part | None:
    """How many of the machine's joins were wrong, and where it only proposes by now; one query."""
    if not access.in_any(user, ["decide", "configure"]):
        return None
    targets = list(QualityTarget.objects.visible_to(user).select_related("domain"))
    attention = [
        Attention(
            _("In %(domain)s the machine only proposes: too few of its joins were right") % {"domain": one.domain.name},
            reverse("stewardship:policies"),
            "scale",
            "warning",
        )
        for one in targets
        if one.lowered_at
    ]
    answers = sum(one.measured.get("answers", 0) for one in targets)
    found = Estimate(sum(one.measured.get("right", 0) for one in targets), answers)
    if found.mean is None:
        return Part(attention=attention)
    words = {"low": share(1 - found.high), "high": share(1 - found.low)}
    hint = _("between %(low)s and %(high)s") % words
    address = f"{reverse('stewardship:sample')}?wrong=1"
    return Part([Figure(_("Wrong automatic merges"), share(1 - found.mean), address, hint, "scale")], attention)

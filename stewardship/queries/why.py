"""Why a task stands where it stands, in one sentence with an icon."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stewardship.models import Task

LONG = timedelta(days=7)


@dataclass(frozen=True)
class Why:
    """A sentence and its icon."""

    sentence: str
    icon: str


def why_first(task: Task, *, decidable: bool, now: datetime) -> Why:
    """What weighed most; after a week the waiting itself. Nothing about both sides to whom one is closed."""
    waited = now - task.opened_at
    if not decidable:
        return Why(_("Needs another steward"), "users-group")
    if waited >= LONG:
        return Why(ngettext("Waiting %(n)s day", "Waiting %(n)s days", waited.days) % {"n": waited.days}, "hourglass")
    code, _colon, number = task.why.partition(":")
    if code == "records":
        sentence = ngettext("%(n)s record depends on it", "%(n)s records depend on it", int(number))
        return Why(sentence % {"n": number}, "stack-2")
    if code == "hanging":
        words = ("%(n)s consent, request or system depends on it", "%(n)s consents, requests and systems depend on it")
        return Why(ngettext(*words, int(number)) % {"n": number}, "stack-2")
    return _words().get(code, Why(_("Between the lines"), "circle-half-2"))


def _words() -> dict[str, Why]:
    return {
        "close": Why(_("Close to the automatic line"), "scale"),
        "unsure": Why(_("As likely as not"), "circle-half-2"),
        "conflict": Why(_("Something forbids joining these"), "git-pull-request"),
        "stale": Why(_("What was seen has changed since"), "refresh-alert"),
        "over_merge": Why(_("What held it together is gone"), "arrows-split"),
        "thread": Why(_("It hangs together by a thread"), "arrows-split"),
        "identifiers": Why(_("Its identifiers contradict each other"), "arrows-split"),
        "sample": Why(_("The machine joined these; was it right?"), "dice-3"),
        "raised": Why(_("The customer asked for it"), "message-user"),
        "pin": Why(_("A choice no longer holds"), "pinned-off"),
    }

"""What a reader of the queue asks for: the filters as they stand in the address, and the tasks that fit them.

No filter tells more than the list does: score and difference count only where the reader decides on every side, sources
and tags only through records that he may see, a domain only where he decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models import User
from stewardship.models import Referral, Tag, Tagging, Task, TaskCandidate
from stewardship.models.task import TaskQuerySet

CAP = 1_000
BANDS: dict[str, tuple[float, float, Any]] = {
    "high": (0.80, 1.01, _("0.80 and more")),
    "middle": (0.50, 0.80, _("0.50 – 0.80")),
    "low": (0.0, 0.50, _("under 0.50")),
}
SIZES: dict[str, Any] = {"2": _("2"), "3-5": _("3 – 5"), "6": _("6, or cut at a weak link")}
AGES: dict[str, tuple[timedelta, timedelta, Any]] = {
    "day": (timedelta(), timedelta(days=1), _("less than a day")),
    "week": (timedelta(days=1), timedelta(days=7), _("1 – 7 days")),
    "month": (timedelta(days=7), timedelta(days=30), _("7 – 30 days")),
    "older": (timedelta(days=30), timedelta(days=36_500), _("30 days and more")),
}
STAGES: dict[str, Any] = {"second": _("Second answer wanted"), "lead": _("With the lead")}
REFERRED: dict[str, Any] = {"to": _("Asked of me"), "by": _("Asked by me"), "back": _("Back with an answer")}


@dataclass(frozen=True)
class Wanted:
    """The filters of the queue. ``onward``: the last card was skipped, and what comes next lies behind this one."""

    queue: str = "possible"
    mine: bool = False
    assigned: bool = False
    referred: str = ""
    stage: str = ""
    band: str = ""
    low: float | None = None
    high: float | None = None
    age: str = ""
    size: str = ""
    differs: str = ""
    agrees: str = ""
    source: int | None = None
    domain: int | None = None
    tag: int | None = None
    holder: int | None = None
    only: str = ""
    oldest: bool = False
    onward: bool = False

    def narrow(self, rows: TaskQuerySet, user: User) -> TaskQuerySet:
        """The tasks that fit, in their order."""
        rows = rows.filter(queue=self.queue)
        for name, narrowed in NARROWING.items():
            given = getattr(self, name)
            if given not in (None, "", False):
                rows = narrowed(rows, given, user)
        return rows.order_by(*self.order)

    @property
    def order(self) -> tuple[str, ...]:
        return ("pk",) if self.oldest else ("-priority", "pk")

    def behind(self, rows: TaskQuerySet, task: Task) -> TaskQuerySet:
        """Of these rows, in their order, those that come after a task."""
        if self.oldest:
            return rows.filter(pk__gt=task.pk)
        return rows.filter(Q(priority__lt=task.priority) | Q(priority=task.priority, pk__gt=task.pk))

    @property
    def given(self) -> dict[str, Any]:
        """The filters in force, by name."""
        found = {name: getattr(self, name) for name in NARROWING}
        return {name: value for name, value in found.items() if value not in (None, "", False)}

    @property
    def is_filtered(self) -> bool:
        return bool(self.given)

    def parameters(self, **changed: Any) -> dict[str, Any]:
        """What stands in the address; ``changed`` lays over it, ``None`` takes away."""
        own: dict[str, Any] = {"queue": self.queue, **self.given}
        own = {name: "1" if value is True else value for name, value in own.items()}
        if self.oldest:
            own["order"] = "oldest"
        return {name: value for name, value in {**own, **changed}.items() if value is not None}


def _mine(rows: TaskQuerySet, given: bool, user: User) -> TaskQuerySet:
    return rows.filter(taken_by=user, taken_until__gt=clock.now())


def _assigned(rows: TaskQuerySet, given: bool, user: User) -> TaskQuerySet:
    return rows.filter(assigned_to=user)


def _referred(rows: TaskQuerySet, given: str, user: User) -> TaskQuerySet:
    if given == "to":
        return rows.filter(referred_to=user)
    if given == "back":
        return came_back(rows, user)
    return rows.filter(Exists(Referral.objects.unanswered().filter(task=OuterRef("pk"), asked_by=user)))


def came_back(rows: TaskQuerySet, user: User) -> TaskQuerySet:
    """Tasks about which the user asked somebody who has answered, and that wait for nobody else's answer now."""
    answered = Referral.objects.filter(task=OuterRef("pk"), asked_by=user, answered_at__isnull=False)
    return rows.filter(Exists(answered), referred_to__isnull=True)


def _banded(rows: TaskQuerySet, given: str, user: User) -> TaskQuerySet:
    low, high, _label = BANDS[given]
    return _open_to(rows, user).filter(score__gte=low, score__lt=high)


def _at_least(rows: TaskQuerySet, given: float, user: User) -> TaskQuerySet:
    return _open_to(rows, user).filter(score__gte=given)


def _below(rows: TaskQuerySet, given: float, user: User) -> TaskQuerySet:
    return _open_to(rows, user).filter(score__lt=given)


def _staged(rows: TaskQuerySet, given: str, user: User) -> TaskQuerySet:
    return rows.filter(stage=given)


def _aged(rows: TaskQuerySet, given: str, user: User) -> TaskQuerySet:
    youngest, oldest, _label = AGES[given]
    now = clock.now()
    return rows.filter(opened_at__lte=now - youngest, opened_at__gt=now - oldest)


def _sized(rows: TaskQuerySet, given: str, user: User) -> TaskQuerySet:
    if given == "6":
        return rows.filter(Q(customers__len__gte=6) | Q(beyond__gt=0))
    low, high = (0, 2) if given == "2" else (3, 5)
    return rows.filter(customers__len__gte=low, customers__len__lte=high, beyond=0)


def _differing(rows: TaskQuerySet, given: str, user: User) -> TaskQuerySet:
    return _open_to(rows, user).filter(differs__contains=[given])


def _agreeing(rows: TaskQuerySet, given: str, user: User) -> TaskQuerySet:
    return _open_to(rows, user).filter(agrees__contains=[given])


def _from(rows: TaskQuerySet, given: int, user: User) -> TaskQuerySet:
    seen = access.scope(user, "view")
    said = Q(candidate__left__source=given, candidate__left__domain__in=seen)
    said |= Q(candidate__right__source=given, candidate__right__domain__in=seen)
    return rows.filter(Exists(TaskCandidate.objects.filter(said, task=OuterRef("pk"), open=True)))


def _lying_in(rows: TaskQuerySet, given: int, user: User) -> TaskQuerySet:
    return rows.filter(domains__contains=[given]) if given in access.scope(user, "decide") else rows.none()


def _tagged(rows: TaskQuerySet, given: int, user: User) -> TaskQuerySet:
    tagged = Tagging.objects.filter(
        tag__in=Tag.objects.visible_to(user).filter(pk=given),
        record__domain__in=access.scope(user, "view"),
        record__customer__isnull=False,
    )
    return rows.filter(customers__overlap=ArraySubquery(tagged.values("record__customer")))


def _held_by(rows: TaskQuerySet, given: int, user: User) -> TaskQuerySet:
    return rows.filter(taken_by=given, taken_until__gt=clock.now())


def _only(rows: TaskQuerySet, given: str, user: User) -> TaskQuerySet:
    return rows.filter(pk__in=[int(pk) for pk in given.split(",")])


def _open_to(rows: TaskQuerySet, user: User) -> TaskQuerySet:
    """Tasks of which the user may see every side."""
    return rows.filter(domains__contained_by=list(access.scope(user, "decide")))


NARROWING: Mapping[str, Any] = {
    "mine": _mine,
    "assigned": _assigned,
    "referred": _referred,
    "stage": _staged,
    "band": _banded,
    "low": _at_least,
    "high": _below,
    "age": _aged,
    "size": _sized,
    "differs": _differing,
    "agrees": _agreeing,
    "source": _from,
    "domain": _lying_in,
    "tag": _tagged,
    "holder": _held_by,
    "only": _only,
}


def waiting(wanted: Wanted, user: User) -> TaskQuerySet:
    """Open tasks that touch the user's domains and fit the filters, in order; none that waits for one in work."""
    return wanted.narrow(Task.objects.visible_to(user).open().offered(clock.now()), user)


def capped_count(rows: QuerySet[Any]) -> int:
    """The number of rows, a thousand and one at most; one query."""
    return rows.order_by()[: CAP + 1].count()

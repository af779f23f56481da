"""Tasks: work in a steward's queue, and the questions about it that are put to others."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models import Changed, User, Versioned
from customers.models import Pin
from matching.models import Candidate

LEADING = ("decide", "reveal", "export")
"""The verbs of a lead."""
OFFERED = """(stewardship_task.waits_for_id IS NULL OR NOT EXISTS (
    SELECT 1 FROM stewardship_task AS other WHERE other.id = stewardship_task.waits_for_id AND other.status = 'open'
       AND ((other.taken_by_id IS NOT NULL AND other.taken_until > %(now)s) OR other.stage <> 'first')))"""
"""The same as :meth:`TaskQuerySet.offered` in SQL, for a query on ``stewardship_task``."""
# Asked for before every card: put together by the ORM it would cost more than it does in the database.
FREE = f"""
    {OFFERED.replace("%(now)s", "%s")}
    AND (stewardship_task.taken_by_id IS NULL OR stewardship_task.taken_by_id = %s OR stewardship_task.taken_until < %s)
    AND (stewardship_task.assigned_to_id IS NULL OR stewardship_task.assigned_to_id = %s)
    AND (stewardship_task.referred_to_id IS NULL OR stewardship_task.referred_to_id = %s)
    AND (stewardship_task.stage = 'first' OR NOT EXISTS (
        SELECT 1 FROM stewardship_answer AS given
         WHERE given.task_id = stewardship_task.id AND given.round = stewardship_task.round AND given.by_id = %s
           AND given.withdrawn_at IS NULL))
    AND (stewardship_task.stage <> 'lead' OR stewardship_task.domains <@ %s::bigint[])
"""


def free_given(user: User, now: datetime) -> list[Any]:
    """The parameters of ``FREE``."""
    led = frozenset.intersection(*[access.scope(user, verb) for verb in LEADING])
    return [now, user.pk, now, user.pk, user.pk, user.pk, sorted(led)]


class TaskQuerySet(models.QuerySet["Task"]):
    """Questions about tasks."""

    def visible_to(self, user: User) -> "TaskQuerySet":
        """Those that touch a domain where the user decides."""
        return self.filter(domains__overlap=list(access.scope(user, "decide")))

    def open(self) -> "TaskQuerySet":
        """Still to be decided."""
        return self.filter(status=Task.Status.OPEN)

    def offered(self, now: datetime) -> "TaskQuerySet":
        """Not waiting for a task that is in somebody's hands."""
        return self.filter(~models.Exists(Task.objects.open().in_hands(now).filter(pk=models.OuterRef("waits_for"))))

    def in_hands(self, now: datetime) -> "TaskQuerySet":
        """Held by somebody, or answered by a first of two: its group stays as it is."""
        held = models.Q(taken_by__isnull=False, taken_until__gt=now)
        return self.filter(held | ~models.Q(stage=Task.Stage.FIRST))

    def free_for(self, user: User, now: datetime) -> "TaskQuerySet":
        """What the user may be given: nobody else holds it, has it from a lead, was asked, or is meant by its stage.

        The stage wants an answer of this user: none of who answered before; a lead's answer of a lead.
        """
        return self.filter(RawSQL(FREE, free_given(user, now), output_field=models.BooleanField()))

    def locked(self) -> Any:
        """Locked for writing, in id order."""
        return self.select_for_update(of=("self",)).order_by("pk")


class Task(Changed):
    """One thing to decide: a connected group of customers with their candidates, or a pin that lapsed.

    ``domains`` are all that it touches; ``beyond`` customers of the group were cut off at weak links and asked about
    elsewhere. What comes up while a group is in somebody's hands ``waits_for`` that task and is not offered before.
    ``stage`` says whose answer is wanted in this round. ``assigned_to`` got it from a lead; ``referred_to`` was asked.

    Who decides in a large domain reads the queue in its order; who decides in a small one finds his few tasks among
    everybody's through the index on domains.
    """

    class Queue(models.TextChoices):
        POSSIBLE = "possible", _("Possible match")
        CONFLICT = "conflict", _("Conflict")
        OVER_MERGE = "over_merge", _("Over-merge")
        STALE = "stale", _("Stale answer")
        SAMPLE = "sample", _("Sample of automatic merges")
        RAISED = "raised", _("Raised by the customer")
        PIN = "pin", _("Lapsed pin")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Decided")
        CLOSED = "closed", _("Settled otherwise")

    class Stage(models.TextChoices):
        FIRST = "first", _("First answer")
        SECOND = "second", _("Second answer")
        LEAD = "lead", _("With the lead")

    queue = models.CharField(_("queue"), max_length=12, choices=Queue.choices)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.OPEN)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    domains = ArrayField(models.BigIntegerField(), default=list)
    customers = ArrayField(models.BigIntegerField(), default=list)
    score = models.FloatField(_("score"), null=True)
    priority = models.FloatField(_("priority"), default=0)
    why = models.CharField(max_length=40, blank=True)
    differs = ArrayField(models.CharField(max_length=60), default=list)
    agrees = ArrayField(models.CharField(max_length=60), default=list)
    beyond = models.PositiveIntegerField(_("cut off"), default=0)
    stage = models.CharField(_("stage"), max_length=6, choices=Stage.choices, default=Stage.FIRST)
    stage_since = models.DateTimeField(null=True)
    pin = models.ForeignKey(Pin, models.PROTECT, null=True, related_name="tasks")
    waits_for = models.ForeignKey("self", models.SET_NULL, null=True, related_name="waiting")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("assigned to")
    )
    referred_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked")
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("with")
    )
    taken_until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(_("waiting since"), default=clock.now)
    done_at = models.DateTimeField(null=True)

    objects = TaskQuerySet.as_manager()
    history = Versioned()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["queue", "-priority", "id"], condition=models.Q(status="open"), name="task_most_useful"
            ),
            models.Index(fields=["queue", "id"], condition=models.Q(status="open"), name="task_oldest"),
            GinIndex(fields=["domains"], condition=models.Q(status="open"), name="task_domains"),
            GinIndex(fields=["customers"], condition=models.Q(status="open"), name="task_customers"),
            models.Index(
                fields=["assigned_to"],
                condition=models.Q(status="open", assigned_to__isnull=False),
                name="task_assigned",
            ),
            models.Index(
                fields=["stage_since"], condition=models.Q(status="open") & ~models.Q(stage="first"), name="task_stage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.pk}"

    def domain_ids(self) -> frozenset[int]:
        """All domains it touches: deciding needs the right in each."""
        return frozenset(self.domains)


class TaskCandidate(models.Model):
    """A candidate in a task; an open candidate is in exactly one open task."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="members")
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="tasks")
    open = models.BooleanField(default=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["task", "candidate"], name="once_in_a_task"),
            models.UniqueConstraint(
                fields=["candidate"], condition=models.Q(open=True), name="one_open_task_a_candidate"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.candidate_id}"

"""Bulk decisions: one answer to all tasks of a filter, run as one job, taken back as one."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock, ids
from cmdm.models import Changed, Job, User
from matching.models import Verdict


class BulkDecisionQuerySet(models.QuerySet["BulkDecision"]):
    """Questions about bulk decisions."""

    def visible_to(self, user: User) -> "BulkDecisionQuerySet":
        """Those that touch only domains where the user decides."""
        return self.filter(domains__contained_by=list(access.scope(user, "decide")))

    def locked(self) -> "models.QuerySet[BulkDecision]":
        """Locked for writing, in id order."""
        return self.select_for_update(of=("self",)).order_by("pk")


class BulkDecision(Changed):
    """Prepared on a filter, shown with size, score range and a sample; run only when the whole sample was opened.

    ``parameters`` is the filter as it stands in the queue's address; ``tasks`` are fixed when it is prepared.
    """

    class State(models.TextChoices):
        PREPARED = "prepared", _("Prepared")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being taken back")
        UNDONE = "undone", _("Taken back")
        DROPPED = "dropped", _("Dropped")

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    parameters = models.JSONField(_("filter"), default=dict)
    decision = models.CharField(_("decision"), max_length=10, choices=Verdict.Answer.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PREPARED)
    domains = ArrayField(models.BigIntegerField(), default=list)
    tasks = ArrayField(models.BigIntegerField(), default=list)
    low = models.FloatField(_("lowest score"), null=True)
    high = models.FloatField(_("highest score"), null=True)
    sample = ArrayField(models.BigIntegerField(), default=list)
    opened = ArrayField(models.BigIntegerField(), default=list)
    decided = models.PositiveIntegerField(_("decided"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    refusals = models.JSONField(default=dict)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("prepared at"), default=clock.now)
    finished_at = models.DateTimeField(null=True)

    objects = BulkDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk decision")
        verbose_name_plural = _("bulk decisions")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["prepared", "dropped"]) | models.Q(opened__contains=models.F("sample")),
                name="whole_sample_was_opened",
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.pk}"

    @property
    def left_alone(self) -> int:
        """Of one that is over, the cards whose turn never came: it was stopped before."""
        return len(self.tasks) - self.decided - self.refused if self.state == self.State.DONE else 0

    def domain_ids(self) -> frozenset[int]:
        """All domains that its tasks touched: it needs the right in each."""
        return frozenset(self.domains)

"""Work in the background: the row is the truth, the queue only carries its id."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock, ids
from cmdm.models.base import ChangeDefault
from cmdm.models.domain import Domain
from cmdm.models.user import User

# What people call the work, and the page of what came of it, by the name of the work; each app adds its own.
TITLES: dict[str, Any] = {}
LEADS: dict[str, Callable[["Job"], str]] = {}


class JobQuerySet(models.QuerySet["Job"]):
    """Questions about jobs."""

    def visible_to(self, user: User) -> "JobQuerySet":
        """Those of a domain where the user imports, exports or configures, and his own."""
        scope = access.scope(user, "import") | access.scope(user, "export") | access.scope(user, "configure")
        return self.filter(models.Q(domain__in=scope) | models.Q(requested_by=user))

    def unfinished(self) -> "JobQuerySet":
        """Queued or running."""
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])


class Job(models.Model):
    """One piece of background work: state, attempts, heartbeat, fencing number, progress, error."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Stopped")

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    name = models.CharField(_("work"), max_length=60)
    arguments = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("for"))
    domain = models.ForeignKey(Domain, models.PROTECT, null=True, related_name="+", verbose_name=_("domain"))
    attempt = models.SmallIntegerField(_("attempt"), default=0)
    fence = models.BigIntegerField(default=0)
    heartbeat = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("of"), null=True)
    phase = models.CharField(_("phase"), max_length=60, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("asked at"), default=clock.now)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("ended at"), null=True)
    change = models.UUIDField(db_default=ChangeDefault(), editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        default_permissions = ()
        indexes = [
            models.Index(fields=["heartbeat"], condition=models.Q(state__in=["queued", "running"]), name="job_open")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"

    @property
    def title(self) -> str:
        return str(TITLES.get(self.name, self.name))

    @property
    def leads_to(self) -> str:
        lead = LEADS.get(self.name)
        return lead(self) if lead and self.state == self.State.DONE else ""

    @property
    def phase_label(self) -> str:
        return _now(self.phase) if self.phase else ""

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)

    @property
    def percent(self) -> int | None:
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.total) if self.total else 0.0

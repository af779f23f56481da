"""Answers: what one steward said of a task. Append-only but for the mark that it was withdrawn."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed
from matching.models import Verdict
from stewardship.models.task import Task


class Answer(Changed):
    """One decision of a round; at most one per round is in force. ``versions`` are those of all customers shown."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="answers")
    round = models.PositiveSmallIntegerField(_("round"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=clock.now)
    decision = models.CharField(_("decision"), max_length=10, choices=Verdict.Answer.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    versions = models.JSONField(default=dict)
    partition = models.JSONField(default=list)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["task", "round"], condition=models.Q(withdrawn_at__isnull=True), name="one_decision_a_round"
            )
        ]
        indexes = [models.Index(fields=["by", "-id"], name="answer_by")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.decision}"

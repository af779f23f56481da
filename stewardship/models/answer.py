"""Answers: what one steward said of a task. Append-only but for the mark that it was withdrawn."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed
from matching.models import Verdict
from stewardship.models.bulk import BulkDecision
from stewardship.models.task import Task


class Answer(Changed):
    """What one steward said in one round. ``versions`` are those of all customers shown.

    At most one of a round ``acts``; each person answers a round once, so nobody is his own second.
    ``partition``: ``{"groups": [[customer, …], …], "related": [[customer, customer, kind], …]}``.
    """

    class Decision(models.TextChoices):
        SAME = Verdict.Answer.SAME.value, Verdict.Answer.SAME.label
        DIFFERENT = Verdict.Answer.DIFFERENT.value, Verdict.Answer.DIFFERENT.label
        RELATED = Verdict.Answer.RELATED.value, Verdict.Answer.RELATED.label
        UNSURE = Verdict.Answer.UNSURE.value, Verdict.Answer.UNSURE.label
        PARTITION = "partition", _("Parted")

    class Role(models.TextChoices):
        DECISION = "decision", _("Decision")
        FIRST = "first", _("First of two")
        SECOND = "second", _("Second of two")
        LEAD = "lead", _("Lead")

    task = models.ForeignKey(Task, models.PROTECT, related_name="answers")
    round = models.PositiveSmallIntegerField(_("round"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=clock.now)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, default=Role.DECISION)
    acts = models.BooleanField(_("acts"), default=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    strength = models.CharField(
        _("strength"), max_length=8, choices=Verdict.Strength.choices, default=Verdict.Strength.ADVISE
    )
    score = models.FloatField(_("score"), null=True)
    versions = models.JSONField(default=dict)
    partition = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    bulk = models.ForeignKey(BulkDecision, models.PROTECT, null=True, related_name="answers")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["task", "round"],
                condition=models.Q(withdrawn_at__isnull=True, acts=True),
                name="one_decision_a_round",
            ),
            models.UniqueConstraint(
                fields=["task", "round", "by"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_answer_a_person_and_round",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="first") | models.Q(acts=False), name="first_of_two_never_acts"
            ),
        ]
        indexes = [
            models.Index(fields=["by", "-id"], name="answer_by"),
            models.Index(fields=["at"], name="answer_at"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.decision}"

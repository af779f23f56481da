"""Referrals: a question about a task, put to an expert or to the owner of a source."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed, User
from customers.models import Source
from stewardship.models.task import Task


class ReferralQuerySet(models.QuerySet["Referral"]):
    """Questions about referrals."""

    def visible_to(self, user: User) -> "ReferralQuerySet":
        """Those he was asked, those he asked, and those of tasks he may decide."""
        tasks = Task.objects.visible_to(user).values("pk")
        return self.filter(models.Q(to=user) | models.Q(asked_by=user) | models.Q(task__in=tasks))

    def unanswered(self) -> "ReferralQuerySet":
        """Neither answered nor taken back."""
        return self.filter(answered_at__isnull=True, withdrawn_at__isnull=True)


class Referral(Changed):
    """Question and answer may name a person, so both lie sealed."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="referrals")
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+", verbose_name=_("source"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked"))
    question = models.BinaryField()
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    answer = models.BinaryField(null=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["task"],
                condition=models.Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_referral_a_task",
            )
        ]
        indexes = [models.Index(fields=["to", "-id"], name="referral_to")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.pk}"

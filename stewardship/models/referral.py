"""Referrals: a question about a task, put to an expert, to the owner of a source, or to the customer himself."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed, User
from customers.models import Source, SourceRecord
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
    """Question and answer may name a person, so both lie sealed.

    With ``record`` the person whose record it is was asked: in the portal, which then stands in ``to``.
    """

    task = models.ForeignKey(Task, models.PROTECT, related_name="referrals")
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+", verbose_name=_("source"))
    record = models.ForeignKey(SourceRecord, models.PROTECT, null=True, related_name="+", verbose_name=_("record"))
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

    @property
    def whom(self) -> str:
        """Who was asked, in words; with ``record__customer`` at hand."""
        if self.record is None:
            return str(self.to)
        number = self.record.customer.number if self.record.customer else ""
        return _now("the customer %(number)s") % {"number": number}

"""Verdicts: what a person said of a pair of records. No machine writes, changes or overrules one."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed, Versioned
from customers.models import SourceRecord


class VerdictQuerySet(models.QuerySet["Verdict"]):
    """Questions about verdicts."""

    def in_force(self) -> "VerdictQuerySet":
        """Not taken back. Stale ones are in force: they still forbid the machine to join."""
        return self.filter(revoked_at__isnull=True)

    def settling(self) -> "VerdictQuerySet":
        """Those for which a pair is not asked again: nothing of it has changed since, or the answer is locked."""
        return self.in_force().filter(
            models.Q(stale_since__isnull=True) | models.Q(strength=Verdict.Strength.LOCK.value)
        )

    def forbidding(self) -> "VerdictQuerySet":
        """Those for which the machine never joins: "different", also stale, unless later suggestions were accepted."""
        yielding = models.Q(strength=Verdict.Strength.ACCEPT.value, stale_since__isnull=False)
        return self.in_force().filter(~yielding, answer=Verdict.Answer.DIFFERENT.value)


class Verdict(Changed):
    """What was said of a pair, and how firmly.

    A *lock* is never asked again, even when what was seen has changed. *Advise*: it is asked again then. *Accept*: so
    it is, and the machine may join by itself where its new score reaches the automatic line.

    ``seen`` holds, per side, the keyed digest of every attribute with a match role at the time of the answer.

    An answer is taken back by its change, hence the index on it.
    """

    class Answer(models.TextChoices):
        SAME = "same", _("Same")
        DIFFERENT = "different", _("Different")
        RELATED = "related", _("Related")
        UNSURE = "unsure", _("Not sure")

    class Strength(models.TextChoices):
        LOCK = "lock", _("Lock")
        ADVISE = "advise", _("Advise me")
        ACCEPT = "accept", _("Accept later suggestions")

    left = models.ForeignKey(SourceRecord, models.PROTECT, related_name="verdicts_left")
    right = models.ForeignKey(SourceRecord, models.PROTECT, related_name="verdicts_right")
    answer = models.CharField(_("answer"), max_length=10, choices=Answer.choices)
    strength = models.CharField(_("strength"), max_length=8, choices=Strength.choices, default=Strength.ADVISE)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    probability = models.FloatField(null=True)
    seen = models.JSONField(default=dict)
    stale_since = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    decided_at = models.DateTimeField(_("at"), default=clock.now)
    revoked_at = models.DateTimeField(null=True)
    derived = models.BooleanField(default=False)

    objects = VerdictQuerySet.as_manager()
    history = Versioned()

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(left__lt=models.F("right")), name="verdict_in_id_order"),
            models.UniqueConstraint(
                fields=["left", "right"], condition=models.Q(revoked_at__isnull=True), name="one_verdict_a_pair"
            ),
        ]
        indexes = [models.Index(fields=["change"], name="verdict_change")]

    def __str__(self) -> str:
        return f"{self.answer} {self.left_id} {self.right_id}"

"""Guardians: who acts for a person that is too young to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed, Versioned
from consent.models.evidence import Evidence
from customers.models import SourceRecord


class GuardianshipQuerySet(models.QuerySet["Guardianship"]):
    """Questions about guardians."""

    def in_force(self) -> "GuardianshipQuerySet":
        """Not ended."""
        return self.filter(ended_at__isnull=True)


class Guardianship(Changed):
    """One record's person acts for another's, with what proves that he may."""

    ward = models.ForeignKey(SourceRecord, models.PROTECT, related_name="guardians", verbose_name=_("ward"))
    guardian = models.ForeignKey(SourceRecord, models.PROTECT, related_name="wards", verbose_name=_("guardian"))
    evidence = models.ForeignKey(Evidence, models.PROTECT, db_index=False, related_name="+")
    since = models.DateTimeField(_("since"), default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_because = models.CharField(max_length=20, blank=True)

    objects = GuardianshipQuerySet.as_manager()
    history = Versioned()

    class Meta:
        verbose_name = _("guardian")
        verbose_name_plural = _("guardians")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["ward", "guardian"], condition=models.Q(ended_at__isnull=True), name="one_guardianship_in_force"
            ),
            models.CheckConstraint(condition=~models.Q(ward=models.F("guardian")), name="nobody_is_his_own_guardian"),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id}/{self.ward_id}"

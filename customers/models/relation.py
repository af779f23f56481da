"""Relations: two records of different parties that belong together, such as a household."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed, Versioned
from customers.models.record import SourceRecord


class Relation(Changed):
    """Shown between the customers of its records; moves with its records; taken back by its change."""

    class Kind(models.TextChoices):
        HOUSEHOLD = "household", _("Same household")
        EMPLOYER = "employer", _("Works for")
        OTHER = "other", _("Related")

    left = models.ForeignKey(SourceRecord, models.PROTECT, related_name="relations_left")
    right = models.ForeignKey(SourceRecord, models.PROTECT, related_name="relations_right")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.HOUSEHOLD)
    since = models.DateField(_("since"), null=True)
    until = models.DateField(_("until"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    decided_at = models.DateTimeField(_("at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    history = Versioned()

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(left__lt=models.F("right")), name="relation_in_id_order"),
            models.UniqueConstraint(
                fields=["left", "right", "kind"], condition=models.Q(ended_at__isnull=True), name="one_relation_a_kind"
            ),
        ]
        indexes = [models.Index(fields=["change"], name="relation_change")]

    def __str__(self) -> str:
        return f"{self.kind} {self.left_id} {self.right_id}"

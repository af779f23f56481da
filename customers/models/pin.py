"""Pins: a person's choice of a record's claim, or his setting it aside."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed, Versioned
from customers.models.record import SourceRecord


class PinQuerySet(models.QuerySet["Pin"]):
    """Questions about pins."""

    def in_force(self) -> "PinQuerySet":
        """Neither taken back nor lapsed."""
        return self.filter(ended_at__isnull=True)


class Pin(Changed):
    """Names record and attribute, never a copied value; ``digest`` tells when the record stops saying it."""

    class Kind(models.TextChoices):
        PIN = "pin", _("Pinned")
        IGNORE = "ignore", _("Ignored")

    record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="pins")
    attribute = models.SlugField(_("attribute"), max_length=60)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.PIN)
    digest = models.BinaryField(max_length=32)
    until = models.DateField(_("until"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    set_at = models.DateTimeField(_("since"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_because = models.CharField(max_length=20, blank=True)

    objects = PinQuerySet.as_manager()
    history = Versioned()

    class Meta:
        verbose_name = _("pin")
        verbose_name_plural = _("pins")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["record", "attribute", "kind"],
                condition=models.Q(ended_at__isnull=True),
                name="one_pin_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id} {self.attribute}"

"""Contact points: one address or number, sealed, known again by its keyed digest."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed


class ContactPoint(Changed):
    """An address or number to which consents are bound.

    ``sealed`` is empty once its person is erased; the digest stays, so that the denials bound to it still count.
    ``verified_at`` is when somebody proved that he reads what is sent there.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail address")
        PHONE = "phone", _("Telephone number")
        POST = "post", _("Postal address")

    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    sealed = models.BinaryField(null=True)
    digest = models.BinaryField(max_length=32)
    verified_at = models.DateTimeField(_("verified at"), null=True)
    verified_how = models.CharField(_("verified how"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("since"), default=clock.now)

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "digest"], name="one_contact_point_a_digest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

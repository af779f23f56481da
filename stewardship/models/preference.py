"""What a steward keeps for himself: filters and keys."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models import Changed, Domain, User


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    """Questions about saved filters."""

    def visible_to(self, user: User) -> "SavedFilterQuerySet":
        """His own, and those shared with a domain where he decides."""
        return self.filter(models.Q(user=user) | models.Q(domain__in=access.scope(user, "decide")))


class SavedFilter(Changed):
    """A filter of the queue under a name; shared with those who decide in ``domain``, when one is set."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("by"))
    name = models.CharField(_("name"), max_length=60)
    parameters = models.JSONField(default=dict)
    domain = models.ForeignKey(
        Domain, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("shared")
    )
    created_at = models.DateTimeField(default=clock.now)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name", "pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_filter_a_name")]

    def __str__(self) -> str:
        return self.name


class Preference(Changed):
    """Keys and manners of one steward. ``key_map``: deed to key; ``practice``: case to the answer he gave."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key_map = models.JSONField(default=dict)
    keys_off = models.BooleanField(_("no single keys"), default=False)
    blind = models.BooleanField(_("blind"), default=False)
    practice = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id}"

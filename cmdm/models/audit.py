"""The audit log: who did what on what, never which values."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models.base import ChangeDefault
from cmdm.models.user import User


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Questions about the log."""

    def visible_to(self, user: User) -> "AuditQuerySet":
        """Entries of the domains where the user may read the log; those of no domain need it in every domain."""
        scope = access.scope(user, "audit")
        seen = models.Q(domains__overlap=list(scope))
        if access.everywhere(user, "audit"):
            seen |= models.Q(domains=[])
        return self.filter(seen)

    def on(self, kind: str, key: object) -> "AuditQuerySet":
        """Entries about one thing."""
        return self.filter(thing=kind, thing_id=str(key))


class AuditEntry(models.Model):
    """One deed. Insert-only; before and after are read from the histories by the change id.

    The log is read from its newest end; a rare deed, or the entries of a small domain, come by their own indexes.
    """

    change = models.UUIDField(db_default=ChangeDefault(), editable=False, unique=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    deed = models.CharField(_("deed"), max_length=60)
    thing = models.CharField(_("on what"), max_length=40, blank=True)
    thing_id = models.CharField(max_length=64, blank=True)
    domains = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("domains"))
    origin = models.CharField(_("from where"), max_length=20, blank=True)
    purpose = models.CharField(_("purpose"), max_length=60, blank=True)
    attributes = ArrayField(models.CharField(max_length=60), default=list, verbose_name=_("attributes"))
    counts = models.JSONField(_("counts"), default=dict)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        default_permissions = ()
        indexes = [
            models.Index(fields=["thing", "thing_id", "id"], name="audit_thing"),
            models.Index(fields=["actor", "id"], name="audit_actor"),
            models.Index(fields=["deed", "id"], name="audit_deed", opclasses=["varchar_pattern_ops", "int8_ops"]),
            GinIndex(fields=["domains"], name="audit_domains"),
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.thing} {self.thing_id}"

"""Domains: what owns sources and grants rights."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from cmdm.models.base import Changed, Versioned


class DomainQuerySet(models.QuerySet["Domain"]):
    """Questions about domains."""

    def within(self, ids: Any) -> "DomainQuerySet":
        """Those of a scope."""
        return self.filter(pk__in=ids)


class Domain(Changed):
    """A business unit, brand or region. Domains of one match space are compared with each other."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    match_space = models.SlugField(
        _("match space"), default="main", help_text=_("Records are compared with those of the same space only.")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_domains",
        verbose_name=_("owner"),
    )

    objects = DomainQuerySet.as_manager()
    history = Versioned()

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering = ["name"]
        default_permissions = ()
        permissions = [
            ("view", _("See customers")),
            ("reveal", _("See sensitive values")),
            ("decide", _("Decide who is who")),
            ("correct", _("Correct values")),
            ("import", _("Import records")),
            ("export", _("Export customers")),
            ("configure", _("Configure")),
            ("grant", _("Grant rights")),
            ("audit", _("Read the audit log")),
            ("identify", _("Match without storing")),
            ("publish", _("Publish purposes and notices")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def domain_id(self) -> int:
        return self.pk


class DomainUserPermission(UserObjectPermissionBase):
    """A verb that a user holds in a domain."""

    content_object = models.ForeignKey(Domain, models.CASCADE)


class DomainGroupPermission(GroupObjectPermissionBase):
    """A verb that a group (a role) holds in a domain."""

    content_object = models.ForeignKey(Domain, models.CASCADE)

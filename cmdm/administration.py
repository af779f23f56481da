"""The admin site of the set-up: rights are verbs on domains, every write is an action."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cmdm import access


class SetUpSite(admin.AdminSite):
    """Set-up nouns only; open to whoever configures or grants somewhere."""

    site_header = site_title = _("Customer hub: set-up")
    index_title = _("Set-up")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Signed in, and holding ``configure`` or ``grant`` in a domain."""
        return bool(request.user.is_active and access.in_any(request.user, ("configure", "grant")))


if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
else:
    AnyAdmin = admin.ModelAdmin


class VerbAdmin(AnyAdmin):
    """Maps the admin's permissions to one verb; a thing without a domain needs it in every domain.

    ``domain_path`` leads from the model to its domain; empty for things that have none.
    """

    verb = "configure"
    domain_path = "domain"
    may_add = True
    may_delete = False

    def get_queryset(self, request: HttpRequest) -> Any:
        """The rows of the domains in which the user holds the verb."""
        rows = super().get_queryset(request)
        if not self.domain_path:
            return rows if access.in_any(request.user, [self.verb]) else rows.none()
        return rows.filter(**{f"{self.domain_path}__in": access.scope(request.user, self.verb)})

    def _may(self, request: HttpRequest, thing: Any = None) -> bool:
        if thing is not None and self.domain_path:
            return access.may(request.user, self.verb, thing)
        if not self.domain_path:
            return access.everywhere(request.user, self.verb)
        return bool(access.scope(request.user, self.verb))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.in_any(request.user, [self.verb])

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.in_any(request.user, [self.verb]) if obj is None else self._may(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete and self._may(request, obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the audit log has it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the audit log has it."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Nothing: the audit log has it."""

"""The admin site of the set-up: rights are verbs on domains, every write is an action."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.checks import CheckMessage
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin

from cmdm import access
from cmdm.actions.exporting import note_export
from cmdm.errors import Invalid, Refused
from cmdm.models import User
from cmdm.spreadsheets import SafeCSV, Unreadable


class SetUpSite(admin.AdminSite):
    """Set-up nouns only; open to whoever configures or grants somewhere."""

    site_header = site_title = _("Customer hub: set-up")
    index_title = _("Set-up")
    site_url = "/"

    def check(self, app_configs: Any) -> list[CheckMessage]:
        """What is wrong with what is registered, wherever the addresses have not been imported, too."""
        admin.autodiscover()
        return super().check(app_configs)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Ours only: what libraries register would write past the actions."""
        if admin_class is not None and issubclass(admin_class, VerbAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Signed in, and holding ``configure`` or ``grant`` in a domain."""
        return bool(request.user.is_active and access.in_any(request.user, ("configure", "grant")))


class ActionForm(forms.ModelForm):
    """A form whose last check is its action: what that refuses is said beside the fields. The admin sets the actor."""

    actor: User
    done: Any = None

    def act(self) -> Any:
        """Call the action with the cleaned values; the row it wrote."""
        raise NotImplementedError

    def is_valid(self) -> bool:
        """Whether the fields are well formed and the action has been done."""
        if self.done is not None:
            return True
        if not super().is_valid():
            return False
        try:
            with transaction.atomic():
                self.done = self.instance = self.act()
        except Invalid as fault:
            for name, sentences in fault.errors.items():
                for sentence in sentences:
                    self.add_error(name if name in self.fields else None, sentence)
        except Refused as refusal:
            self.add_error(None, str(refusal.sentence))
        return self.done is not None

    def validate_unique(self) -> None:
        """The action says it, in a sentence."""

    def fields_for(self, names: Any) -> dict[str, Any]:
        """The cleaned values of those fields that the form has."""
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


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
    may_change = True
    actions: Any = None
    fixed_fields: tuple[str, ...] = ()
    """Set when it is added, shown afterwards."""

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
        return access.in_any(request.user, [self.verb])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change and self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes set-up nouns: what records, history and audit name must stay."""
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only the filters that are shown: `?password__startswith=` would tell a hash letter by letter."""
        return lookup.split("__")[0] in self.get_list_filter(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(self.fixed_fields if obj is not None else ()))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form bound to who acts."""
        made = super().get_form(request, obj, change=change, **kwargs)
        return type(made.__name__, (made,), {"actor": request.user})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing: the form's action has written it."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The audit log has it."""
        query = urlencode({"thing": self.opts.model_name or "", "thing_id": object_id})
        return HttpResponseRedirect(f"{reverse('audit')}?{query}")

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the audit log has it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the audit log has it."""


class SpreadsheetAdmin(ImportExportMixin, VerbAdmin):
    """Import and export as CSV: at once, since a kept upload would outlive the wish; a fault takes all rows back."""

    formats = [SafeCSV]
    import_template_name = "admin/cmdm/import.html"
    skip_import_confirm = True
    skip_export_form = True

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_export_data(self, file_format: Any, request: Any, queryset: Any, **options: Any) -> Any:
        """The file; that it was taken along is noted."""
        content = super().get_export_data(file_format, request, queryset, **options)
        note_export(str(self.opts.model_name), actor=request.user, rows=len(queryset))
        return content

    def add_data_read_fail_error_to_form(self, form: forms.Form, error: Exception) -> None:
        """A sentence of ours, where the library would name the class of the fault."""
        sentence = str(error) if isinstance(error, Unreadable) else _("This file cannot be read.")
        form.add_error("import_file", sentence)

    def get_skip_admin_log(self) -> bool:
        """The audit log has it."""
        return True

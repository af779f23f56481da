"""The kit's set-up nouns: domains, users with their roles, groups, API tokens."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from cmdm import access
from cmdm.actions.domains import add_domain, change_domain, grant_role, role_group_name, withdraw_role
from cmdm.actions.users import add_user, change_user, issue_token, revoke_token, set_password
from cmdm.administration import ActionForm, SpreadsheetAdmin, VerbAdmin
from cmdm.errors import Refused
from cmdm.models import ApiToken, Domain, User
from cmdm.resources import DomainResource, UserResource

OWN = tuple(access.OWN)


class DomainForm(ActionForm):
    """A domain."""

    class Meta:
        model = Domain
        fields = ("key", "name", "match_space", "owner")

    def act(self) -> Domain:
        """Add or change it."""
        fields = self.fields_for(("name", "match_space", "owner"))
        if self.instance.pk is None:
            return add_domain(actor=self.actor, key=self.cleaned_data["key"], **fields)
        return change_domain(self.instance, actor=self.actor, **fields)


@admin.register(Domain)
class DomainAdmin(SpreadsheetAdmin):
    """Domains; a new one takes ``configure`` in every other."""

    form = DomainForm
    domain_path = "pk"
    resource_classes = [DomainResource]
    list_display = ("name", "key", "match_space", "owner")
    fixed_fields = ("key",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return access.everywhere(request.user, "configure")


class UserForm(ActionForm):
    """A user, with the roles that the actor may give."""

    new_password = forms.CharField(
        label=_("New password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("For people only. Empty: it stays as it is. A new one ends every session of the user."),
    )
    roles = forms.MultipleChoiceField(label=_("Roles"), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = User
        fields = ("username", "kind", "display_name", "email", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "kind" in fields:
            fields["kind"].choices = [choice for choice in User.Kind.choices if choice[0] not in OWN]
        if self.instance.pk == self.actor.pk or self.instance.is_own:
            fields.pop("roles", None)
        if "roles" in fields:
            self.grantable = list(Domain.objects.within(access.scope(self.actor, "grant")))
            fields["roles"].choices = [(domain.name, _choices(domain)) for domain in self.grantable]
            fields["roles"].initial = sorted(self._held())

    def _held(self) -> set[str]:
        if self.instance.pk is None:
            return set()
        names = set(self.instance.groups.values_list("name", flat=True))
        return {value for domain in self.grantable for value, _label in _choices(domain) if value in names}

    def clean_new_password(self) -> str:
        """Long and unlike the name."""
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password

    def clean(self) -> dict[str, Any]:
        """Consuming systems sign in with tokens."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("new_password") and cleaned.get("kind", self.instance.kind) != User.Kind.PERSON:
            raise ValidationError({"new_password": _("Only people sign in with a password.")})
        return cleaned

    def act(self) -> User:
        """Add or change the user, then the password, then each role that was ticked or unticked."""
        password = self.cleaned_data["new_password"]
        if self.instance.pk is None:
            fields = self.fields_for(("username", "kind", "display_name", "email"))
            user = add_user(actor=self.actor, password=password, **fields)
        else:
            fields = self.fields_for(("display_name", "email", "is_active"))
            user = change_user(self.instance, actor=self.actor, **fields)
            if password:
                set_password(user, actor=self.actor, password=password)
        self._change_roles(user)
        return user

    def _change_roles(self, user: User) -> None:
        if "roles" not in self.fields:
            return
        held, wanted = self._held(), set(self.cleaned_data["roles"])
        for domain in self.grantable:
            for role in access.ROLES:
                name = role_group_name(domain, role)
                if name in wanted - held:
                    grant_role(actor=self.actor, user=user, domain=domain, role=role)
                elif name in held - wanted:
                    withdraw_role(actor=self.actor, user=user, domain=domain, role=role)


def _choices(domain: Domain) -> list[tuple[str, Any]]:
    return [(role_group_name(domain, role), label) for role, label in access.ROLE_LABELS.items()]


class GrantingAdmin(VerbAdmin):
    """For things about users: they have no domain, and whoever grants somewhere looks after them."""

    verb = "grant"
    domain_path = ""

    def _may(self, request: HttpRequest, thing: Any = None) -> bool:
        return access.in_any(request.user, ["grant"])


@admin.register(User)
class UserAdmin(SpreadsheetAdmin, GrantingAdmin):
    """Users; their rights are the roles ticked here, in the domains where the actor grants."""

    form = UserForm
    resource_classes = [UserResource]
    list_display = ("username", "display_name", "kind", "is_active", "last_login")
    list_filter = ("kind", "is_active")
    search_fields = ("username", "display_name", "email")
    fields = ("username", "kind", "display_name", "email", "is_active", "new_password", "roles")
    fixed_fields = ("username", "kind")

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody grants to himself; a new user is active; what may only be seen has no password."""
        left_out = set() if obj else {"is_active"}
        if obj and obj.pk == request.user.pk:
            left_out = {"roles"}
        if obj and not self.has_change_permission(request, obj):
            left_out = {"roles", "new_password"}
        return [name for name in self.fields if name not in left_out]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only over users whose every right the actor could give."""
        if obj is None:
            return self._may(request)
        if obj.is_own:
            return False
        return self._may(request) and access.scope(request.user, "grant") >= access.reach(obj)


@admin.register(Group)
class GroupAdmin(GrantingAdmin):
    """A role in a domain, and who has it; roles are given at the user."""

    may_add = may_change = False
    fields = ("name", "members")
    readonly_fields = ("members",)
    search_fields = ("name",)

    @admin.display(description=_("members"))
    def members(self, group: Group) -> str:
        """Who has the role."""
        return ", ".join(User.objects.filter(groups=group).order_by("username").values_list("username", flat=True))


class TokenForm(ActionForm):
    """A token that is about to be made."""

    secret = ""

    class Meta:
        model = ApiToken
        fields = ("user", "label", "expires_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "user" in fields:
            fields["expires_at"].required = False
            for part, label in zip(fields["expires_at"].widget.widgets, (_("Day"), _("Time")), strict=True):
                part.attrs["aria-label"] = label
            fields["user"].queryset = User.objects.filter(is_active=True).exclude(kind__in=OWN)

    def act(self) -> ApiToken:
        """Issue it; the text is kept for one page."""
        fields = self.fields_for(("user", "label", "expires_at"))
        self.secret = issue_token(actor=self.actor, **fields)
        return ApiToken.objects.filter(user=fields["user"]).latest("pk")


@admin.register(ApiToken)
class ApiTokenAdmin(GrantingAdmin):
    """Tokens: made here and shown once, then only revoked."""

    form = TokenForm
    may_change = False
    list_display = ("label", "user", "created_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> tuple[str, ...]:
        return ("user", "label", "expires_at") if obj is None else self.list_display

    def save_form(self, request: Any, form: Any, change: bool) -> Any:
        """Keep the token's text until this request is answered."""
        request.issued_token = form.secret
        return super().save_form(request, form, change)

    def response_add(self, request: Any, obj: ApiToken, post_url_continue: str | None = None) -> HttpResponse:
        """The only page that shows the token; a message would leave it in a cookie."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("API token"),
            "token": request.issued_token,
            "row": obj,
        }
        return TemplateResponse(request, "admin/cmdm/apitoken/issued.html", context)

    @admin.action(description=_("Revoke the chosen tokens"), permissions=["add"])
    def revoke(self, request: HttpRequest, tokens: Any) -> None:
        """End them at once."""
        for token in tokens.select_related("user"):
            try:
                revoke_token(token, actor=request.user)  # type: ignore[arg-type]
                messages.success(request, _("“%s” was revoked.") % token)
            except Refused as refusal:
                messages.error(request, str(refusal.sentence))

"""Users and domains as CSV. Rights, staff and superuser are no columns: rights are granted, one by one."""

from typing import Any

from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from cmdm.actions.domains import add_domain, change_domain
from cmdm.actions.users import add_user, change_user
from cmdm.models import Domain, User
from cmdm.spreadsheets import ActionResource, fields_of


class DomainResource(ActionResource):
    """Domains by their key."""

    owner = Field(attribute="owner", column_name="owner", widget=ForeignKeyWidget(User, "username"))

    class Meta:
        model = Domain
        fields = ("key", "name", "match_space", "owner")
        import_id_fields = ("key",)
        skip_unchanged = True
        skip_html_diff = True

    def write(self, instance: Any, is_create: bool, *, actor: User) -> None:
        """Add or change it."""
        fields = fields_of(instance, ("name", "match_space", "owner"))
        if is_create:
            add_domain(actor=actor, key=instance.key, **fields)
        else:
            change_domain(instance, actor=actor, **fields)


class UserResource(ActionResource):
    """Users by their name. A new person has no password until somebody sets one."""

    class Meta:
        model = User
        fields = ("username", "display_name", "email", "kind", "is_active")
        import_id_fields = ("username",)
        skip_unchanged = True
        skip_html_diff = True

    def write(self, instance: Any, is_create: bool, *, actor: User) -> None:
        """Add or change it; the kind is fixed when it is added."""
        if is_create:
            add_user(actor=actor, username=instance.username, **fields_of(instance, ("display_name", "email", "kind")))
        else:
            change_user(instance, actor=actor, **fields_of(instance, ("display_name", "email", "is_active")))

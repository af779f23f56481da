"""Users and their tokens."""

import secrets
from datetime import datetime

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from cmdm import access, audit, clock, history
from cmdm.actions.core import action, change_id
from cmdm.errors import Invalid, Refused
from cmdm.models import ApiToken, User, token_digest


def refuse_unfit(row: Model, *names: str) -> None:
    """What a form would refuse of these fields is refused wherever it comes from.

    :raises Invalid: names the fields.
    """
    try:
        row.clean_fields(exclude={field.name for field in row._meta.fields} - {*names})
    except ValidationError as fault:
        raise Invalid(fault.message_dict) from None


@action
def add_user(
    *, actor: User, username: str, display_name: str = "", email: str = "", kind: str = "person", password: str = ""
) -> User:
    """Create a user without any right. Refused when the name is taken, or without ``grant`` anywhere."""
    if not access.in_any(actor, ["grant"]):
        access.require_everywhere(actor, "grant")
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(_("There is a user with this name already."))
    user = User(username=username, display_name=display_name, email=email, kind=kind)
    refuse_unfit(user, "username", "display_name", "email")
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    history.keep(User, [user.pk], history.ADDED)
    audit.record(actor, "user.added", user)
    return user


def _require_over(actor: User, user: User) -> None:
    """Whoever could sign in as somebody has his rights: so it takes ``grant`` wherever he holds any."""
    reach = access.reach(user)
    held = access.scopes(actor, fresh=True).get("grant", frozenset())
    if not (held >= reach if reach else held or access.everywhere(actor, "grant")):
        raise PermissionDenied("grant")


@action
def change_user(user: User, *, actor: User, display_name: str, email: str, is_active: bool) -> User:
    """Change name, address, or switch off; switching off ends every session and token at once."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _require_over(actor, user)
    if user.is_own:
        raise Refused(_("The hub's own user cannot be changed."))
    if actor.pk == user.pk and not is_active:
        raise Refused(_("Nobody switches himself off."))
    user.display_name, user.email, user.is_active = display_name, email, is_active
    refuse_unfit(user, "display_name", "email")
    user.change = change_id()
    user.save(update_fields=["display_name", "email", "is_active", "change"])
    if not is_active:
        ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=clock.now(), change=change_id())
        _end_sessions(user)
    history.keep(User, [user.pk], history.CHANGED)
    audit.record(actor, "user.changed", user, attributes=["display_name", "email", "is_active"])
    return user


def _end_sessions(user: User) -> None:
    mine = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=clock.now()).iterator()
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()


@action
def set_password(user: User, *, actor: User, password: str) -> None:
    """Set a first or a new password; ends every session of the user."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _require_over(actor, user)
    if user.kind != User.Kind.PERSON:
        raise Refused(_("Only people sign in with a password."))
    user.set_password(password)
    user.change = change_id()
    user.save(update_fields=["password", "change"])
    _end_sessions(user)
    audit.record(actor, "user.password_set", user)


@action
def change_own_password(*, actor: User, password: str) -> None:
    """Give oneself a new password; every session but the one that asked ends by it. Refused for whoever has none."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    if user.kind != User.Kind.PERSON or not user.is_active:
        raise Refused(_("Only people sign in with a password."))
    user.set_password(password)
    user.change = change_id()
    user.save(update_fields=["password", "change"])
    actor.password = user.password
    audit.record(actor, "user.password_set", user)


@action
def speak(*, actor: User, language: str) -> None:
    """Let the hub speak another language to oneself. Refused for one that it does not speak."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    if language not in dict(settings.LANGUAGES):
        raise Refused(_("The hub does not speak this language."))
    user.preferences = {**user.preferences, "language": language}
    user.change = change_id()
    user.save(update_fields=["preferences", "change"])
    history.keep(User, [user.pk], history.CHANGED)
    actor.preferences = user.preferences
    audit.record(actor, "user.language_chosen", user)


@action
def issue_token(*, actor: User, user: User, label: str = "", expires_at: datetime | None = None) -> str:
    """Make an API token; the answer is the only time it is seen. Refused for a user that is switched off."""
    if actor.pk != user.pk:
        _require_over(actor, user)
    if not user.is_active or user.is_own:
        raise Refused(_("This user cannot have a token."))
    token = f"cmdm_{secrets.token_urlsafe(32)}"
    row = ApiToken(digest=token_digest(token), user=user, label=label, expires_at=expires_at)
    refuse_unfit(row, "label")
    row.save(force_insert=True)
    audit.record(actor, "token.issued", row)
    return token


@action
def revoke_token(token: ApiToken, *, actor: User) -> None:
    """End a token at once. Refused when it has ended."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if actor.pk != token.user_id:
        _require_over(actor, token.user)
    if token.revoked_at:
        raise Refused(_("This token has been revoked."))
    token.revoked_at, token.change = clock.now(), change_id()
    token.save(update_fields=["revoked_at", "change"])
    audit.record(actor, "token.revoked", token)

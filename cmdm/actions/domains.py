"""Domains and the rights in them."""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from cmdm import access, audit, events, history, memo
from cmdm.actions.core import action, change_id
from cmdm.actions.users import refuse_unfit
from cmdm.errors import Refused
from cmdm.models import Domain, DomainGroupPermission, User


def role_group_name(domain: Domain, role: str) -> str:
    """The name of the group that is this role in this domain."""
    return f"{domain.key}: {role}"


@action
def add_domain(*, actor: User, key: str, name: str, match_space: str = "main", owner: User | None = None) -> Domain:
    """Create a domain with a group per role. Refused without ``configure`` everywhere, or when the key is taken."""
    access.require_everywhere(actor, "configure")
    if Domain.objects.filter(key=key).exists():
        raise Refused(_("There is a domain with this key already."))
    domain = Domain(key=key, name=name, match_space=match_space, owner=owner)
    refuse_unfit(domain, "key", "name", "match_space")
    domain.save(force_insert=True)
    _install_roles(domain)
    _keep_reach(domain)
    history.keep(Domain, [domain.pk], history.ADDED)
    audit.record(actor, "domain.added", domain)
    return domain


@action
def install_roles(*, actor: User) -> None:
    """Give the roles of every domain the verbs that they have by now. Refused without ``configure`` everywhere."""
    access.require_everywhere(actor, "configure")
    before = DomainGroupPermission.objects.count()
    domains = list(Domain.objects.order_by("pk"))
    for domain in domains:
        _install_roles(domain)
    if added := DomainGroupPermission.objects.count() - before:
        audit.record(actor, "roles.installed", domains=[one.pk for one in domains], counts={"verbs": added})


@action
def change_domain(domain: Domain, *, actor: User, name: str, match_space: str, owner: User | None) -> Domain:
    """Change name, match space or owner. Refused when its records would leave the space they were compared in."""
    domain = Domain.objects.select_for_update().get(pk=domain.pk)
    access.require(actor, "configure", domain)
    if match_space != domain.match_space and domain.sources.exists():
        raise Refused(_("A domain that has sources cannot change its match space."))
    domain.name, domain.match_space, domain.owner = name, match_space, owner
    refuse_unfit(domain, "name", "match_space")
    domain.change = change_id()
    domain.save()
    history.keep(Domain, [domain.pk], history.CHANGED)
    audit.record(actor, "domain.changed", domain)
    return domain


def _install_roles(domain: Domain) -> None:
    content_type = ContentType.objects.get_for_model(Domain)
    verbs = {one.codename: one for one in Permission.objects.filter(content_type=content_type)}
    held = {role_group_name(domain, role): names for role, names in access.ROLES.items()}
    Group.objects.bulk_create([Group(name=name) for name in held], ignore_conflicts=True)
    DomainGroupPermission.objects.bulk_create(
        [
            DomainGroupPermission(permission=verbs[verb], group=group, content_object=domain)
            for group in Group.objects.filter(name__in=held)
            for verb in held[group.name]
        ],
        ignore_conflicts=True,
    )
    memo.forget(access.MEMO)


def _keep_reach(domain: Domain) -> None:
    """Whoever administers or owns data in every other domain does so in the new one: it would be out of reach else."""
    others = Domain.objects.exclude(pk=domain.pk)
    count = others.count()
    for role in ("administrator", "auditor"):
        names = [role_group_name(one, role) for one in others]
        holders = [
            user
            for user in User.objects.filter(groups__name__in=names).distinct()
            if user.groups.filter(name__in=names).count() == count
        ]
        Group.objects.get(name=role_group_name(domain, role)).user_set.add(*holders)


@action
def grant_role(*, actor: User, user: User, domain: Domain, role: str) -> None:
    """Give a user a role in a domain. Refused to oneself, and without ``grant`` there."""
    _change_role(actor=actor, user=user, domain=domain, role=role, given=True)


@action
def withdraw_role(*, actor: User, user: User, domain: Domain, role: str) -> None:
    """Take a role in a domain from a user. Refused to oneself, and without ``grant`` there."""
    _change_role(actor=actor, user=user, domain=domain, role=role, given=False)


def _change_role(*, actor: User, user: User, domain: Domain, role: str, given: bool) -> None:
    user = User.objects.select_for_update().get(pk=user.pk)
    access.require(actor, "grant", domain)
    if actor.pk == user.pk:
        raise PermissionDenied(_("Nobody grants rights to himself."))
    if user.is_own:
        raise Refused(_("The hub's own user takes no roles."))
    group = Group.objects.get(name=role_group_name(domain, role))
    (user.groups.add if given else user.groups.remove)(group)
    memo.forget(access.MEMO)
    project_staff(user)
    audit.record(actor, "role.granted" if given else "role.withdrawn", user, domains=[domain.pk])
    events.emit(
        "role.granted" if given else "role.withdrawn", user=user.pk, domain=domain.pk, role=role, owner=domain.owner_id
    )


def project_staff(user: User) -> None:
    """``is_staff`` follows from ``configure`` or ``grant``; it opens nothing by itself."""
    held = access.scopes(user, fresh=True)
    staff = bool(held.get("configure") or held.get("grant"))
    if staff != user.is_staff:
        user.is_staff, user.change = staff, change_id()
        user.save(update_fields=["is_staff", "change"])
        history.keep(User, [user.pk], history.CHANGED)

"""Rights: verbs on domains, and nothing else gives any."""

import random

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.exceptions import PermissionDenied

from cmdm import access
from cmdm.actions.domains import grant_role, install_roles, role_group_name, withdraw_role
from cmdm.actions.users import change_user
from cmdm.models import AuditEntry, Domain, DomainGroupPermission, DomainUserPermission, User, system_user
from tests.kit.making import make_domain, make_user

pytestmark = pytest.mark.django_db

TABLE = {
    "reader": {"view"},
    "steward": {"view", "decide", "correct"},
    "lead": {"view", "decide", "correct", "reveal", "export"},
    "data owner": {"view", "configure", "import", "export"},
    "privacy officer": {"view", "reveal", "correct", "export", "publish"},
    "auditor": {"audit"},
    "administrator": {"grant", "configure"},
    "consumer": {"view", "identify"},
}


def held(user, domain) -> set[str]:
    fresh = User.objects.get(pk=user.pk)
    return {verb for verb in access.VERBS if domain.pk in access.scope(fresh, verb)}


@pytest.mark.parametrize("role", TABLE)
def test_a_role_gives_its_verbs_in_its_domain_only(role):
    north, south = make_domain("north"), make_domain("south")
    user = make_user("rita", north, role)
    assert held(user, north) == TABLE[role]
    assert held(user, south) == set()


def test_a_domain_from_before_gets_the_verbs_that_a_role_has_by_now():
    north = make_domain("north")
    officer = make_user("petra", north, "privacy officer")
    DomainGroupPermission.objects.filter(permission__codename="publish").delete()
    assert held(officer, north) == TABLE["privacy officer"] - {"publish"}
    install_roles(actor=system_user())
    assert held(officer, north) == TABLE["privacy officer"]
    install_roles(actor=system_user())
    assert AuditEntry.objects.filter(deed="roles.installed").count() == 1


def test_an_administrator_sees_no_customer():
    assert "view" not in TABLE["administrator"]
    north = make_domain()
    assert not access.may(make_user("admin", north, "administrator"), "view", north)


def test_a_superuser_gets_nothing():
    north = make_domain()
    user = make_user("root")
    user.is_superuser = user.is_staff = True
    User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    assert held(user, north) == set()
    with pytest.raises(PermissionDenied):
        access.require(user, "view", north)


def test_a_model_wide_permission_gives_nothing():
    north = make_domain()
    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="view", content_type__app_label="cmdm"))
    assert held(user, north) == set()


def test_an_inactive_user_has_nothing():
    north = make_domain()
    user = make_user("rita", north, "lead")
    change_user(user, actor=system_user(), display_name="", email="", is_active=False)
    assert held(user, north) == set()
    assert access.reach(user) == {north.pk}


def test_an_anonymous_visitor_has_nothing():
    make_domain()
    assert access.scopes(AnonymousUser()) == {}
    assert not access.in_any(AnonymousUser(), access.VERBS)


def test_a_right_withdrawn_in_between_is_missed_at_the_deed():
    north = make_domain()
    user = make_user("rita", north, "steward")
    assert access.may(user, "decide", north)
    withdraw_role(actor=system_user(), user=user, domain=north, role="steward")
    assert access.may(user, "decide", north), "a page goes by the rights of its request"
    with pytest.raises(PermissionDenied):
        access.require(user, "decide", north)


def test_what_lies_in_no_domain_needs_the_verb_everywhere():
    north, south = make_domain("north"), make_domain("south")
    user = make_user("rita", north, "administrator")
    assert not access.everywhere(user, "configure")
    grant_role(actor=system_user(), user=user, domain=south, role="administrator")
    assert access.everywhere(User.objects.get(pk=user.pk), "configure")


def test_nobody_holds_a_verb_everywhere_while_there_is_no_domain():
    assert not access.everywhere(make_user(), "configure")


def test_a_thing_of_two_domains_needs_the_verb_in_both():
    north, south = make_domain("north"), make_domain("south")
    user = make_user("rita", north, "steward")

    class Both:
        def domain_ids(self):
            return [north.pk, south.pk]

    assert not access.may(user, "decide", Both())
    assert access.may(user, "decide", north)
    assert not access.may(user, "decide")


def test_rights_read_with_one_query(django_assert_num_queries):
    north = make_domain()
    user = make_user("rita", north, "lead")
    with django_assert_num_queries(1):
        for verb in access.VERBS:
            access.scope(user, verb)
        access.everywhere(user, "view")


@pytest.mark.parametrize("seed", range(6))
def test_scopes_are_what_the_grants_say(seed):
    """Against a plain reading of the grants: roles by group, verbs by user, an unrelated group, a deleted one."""
    chance = random.Random(seed)
    domains = [make_domain(key) for key in ("a", "b", "c")]
    user, other = make_user("rita"), make_user("omar")
    expected = {verb: set() for verb in access.VERBS}
    for domain in domains:
        for role, verbs in access.ROLES.items():
            if chance.random() < 0.25:
                grant_role(actor=system_user(), user=user, domain=domain, role=role)
                for verb in verbs:
                    expected[verb].add(domain.pk)
            if chance.random() < 0.5:
                grant_role(actor=system_user(), user=other, domain=domain, role=role)
        if chance.random() < 0.5:
            verb = chance.choice(access.VERBS)
            permission = Permission.objects.get(codename=verb, content_type__app_label="cmdm")
            DomainUserPermission.objects.create(user=user, permission=permission, content_object=domain)
            expected[verb].add(domain.pk)
    Group.objects.create(name="a: visitors").user_set.add(user)
    fresh = User.objects.get(pk=user.pk)
    assert {verb: set(access.scope(fresh, verb)) for verb in access.VERBS} == expected
    assert access.reach(fresh) == set().union(*expected.values())


def test_every_domain_has_a_group_for_every_role():
    domain = make_domain()
    names = set(Group.objects.values_list("name", flat=True))
    assert {role_group_name(domain, role) for role in access.ROLES} <= names
    assert Domain.objects.within([domain.pk]).count() == 1

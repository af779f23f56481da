"""Giving and taking rights."""

import pytest
from django.core.exceptions import PermissionDenied

from cmdm import access, events
from cmdm.actions import Refused, action
from cmdm.actions.domains import add_domain, change_domain, grant_role, withdraw_role
from cmdm.actions.users import add_user, change_user, issue_token, revoke_token, set_password
from cmdm.models import ApiToken, AuditEntry, OutboxEvent, User, system_user
from tests.kit.making import make_domain, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def north():
    return make_domain("north")


@pytest.fixture
def south():
    return make_domain("south")


@pytest.fixture
def admin(north, south):
    """Of the north only; made when both are there, since a new domain stays in reach of who administers all others."""
    return make_user("admin", north, "administrator")


class TestGranting:
    def test_an_administrator_gives_and_takes_a_role_in_his_domain(self, admin, north):
        user = make_user()
        grant_role(actor=admin, user=user, domain=north, role="steward")
        assert access.scope(User.objects.get(pk=user.pk), "decide") == {north.pk}
        withdraw_role(actor=admin, user=user, domain=north, role="steward")
        assert not access.scope(User.objects.get(pk=user.pk), "decide")

    def test_each_grant_is_audited_and_told(self, admin, north):
        user = make_user()
        grant_role(actor=admin, user=user, domain=north, role="reader")
        entry = AuditEntry.objects.latest("pk")
        assert (entry.deed, entry.actor, entry.thing_id, entry.domains) == (
            "role.granted",
            admin,
            str(user.pk),
            [north.pk],
        )
        told = OutboxEvent.objects.latest("pk")
        assert (told.topic, told.payload["role"], told.payload["user"]) == ("role.granted", "reader", user.pk)

    def test_nobody_grants_to_himself(self, admin, north):
        with pytest.raises(PermissionDenied):
            grant_role(actor=admin, user=admin, domain=north, role="reader")
        assert not access.scope(User.objects.get(pk=admin.pk), "view")

    def test_an_administrator_of_another_domain_is_refused(self, admin, south):
        with pytest.raises(PermissionDenied):
            grant_role(actor=admin, user=make_user(), domain=south, role="reader")

    @pytest.mark.parametrize("role", sorted(set(access.ROLES) - {"administrator"}))
    def test_no_other_role_grants(self, north, role):
        with pytest.raises(PermissionDenied):
            grant_role(actor=make_user("rita", north, role), user=make_user("omar"), domain=north, role="reader")

    def test_the_hub_takes_no_role(self, admin, north):
        with pytest.raises(Refused):
            grant_role(actor=admin, user=system_user(), domain=north, role="reader")

    def test_staff_follows_from_the_roles(self, admin, north):
        user = make_user()
        grant_role(actor=admin, user=user, domain=north, role="data owner")
        assert User.objects.get(pk=user.pk).is_staff
        withdraw_role(actor=admin, user=user, domain=north, role="data owner")
        assert not User.objects.get(pk=user.pk).is_staff


class TestDomains:
    def test_a_new_domain_stays_in_reach_of_who_administers_all_others(self, north):
        admin = make_user("admin", north, "administrator")
        added = add_domain(actor=admin, key="west", name="West")
        assert access.scope(User.objects.get(pk=admin.pk), "grant") == {north.pk, added.pk}

    def test_whoever_administers_only_one_of_two_adds_none(self, admin, south):
        with pytest.raises(PermissionDenied):
            add_domain(actor=admin, key="west", name="West")

    def test_a_key_is_given_once(self, north):
        with pytest.raises(Refused):
            add_domain(actor=system_user(), key="north", name="Another")

    def test_a_change_is_kept_in_history(self, admin, north):
        change_domain(north, actor=admin, name="The North", match_space="main", owner=None)
        names = list(type(north).history.filter(id=north.pk).order_by("history_id").values_list("name", flat=True))
        assert names == ["North", "The North"]

    def test_a_reader_changes_nothing(self, north):
        with pytest.raises(PermissionDenied):
            change_domain(north, actor=make_user("rita", north, "reader"), name="x", match_space="main", owner=None)


class TestUsers:
    def test_a_name_is_given_once_whatever_its_case(self, admin):
        make_user("rita")
        with pytest.raises(Refused):
            add_user(actor=admin, username="RITA")

    def test_a_reader_adds_nobody(self, north):
        with pytest.raises(PermissionDenied):
            add_user(actor=make_user("rita", north, "reader"), username="omar")

    def test_switching_off_ends_sessions_and_tokens(self, admin, north, client):
        user = make_user("rita", north, "reader", password="long enough words")
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        token = issue_token(actor=admin, user=user)
        assert client.get("/password/").status_code == 200
        change_user(user, actor=admin, display_name="", email="", is_active=False)
        assert client.get("/password/").status_code == 302
        assert ApiToken.objects.get(user=user).revoked_at
        assert client.get("/api/v1/schema/", headers={"Authorization": f"Bearer {token}"}).status_code == 401

    def test_nobody_switches_himself_off(self, admin):
        with pytest.raises(Refused):
            change_user(admin, actor=admin, display_name="", email="", is_active=False)

    def test_power_over_a_user_takes_the_right_to_grant_wherever_he_has_rights(self, admin, north, south):
        """Else an administrator of one domain would sign in as a steward of another."""
        stranger = make_user("sofia", south, "steward")
        grant_role(actor=system_user(), user=stranger, domain=north, role="reader")
        for deed in (
            lambda: set_password(stranger, actor=admin, password="long enough words"),
            lambda: issue_token(actor=admin, user=stranger),
            lambda: change_user(stranger, actor=admin, display_name="", email="x@y.example", is_active=True),
        ):
            with pytest.raises(PermissionDenied):
                deed()

    def test_a_switched_off_user_keeps_his_reach_against_strangers(self, admin, south):
        stranger = make_user("sofia", south, "steward")
        change_user(stranger, actor=system_user(), display_name="", email="", is_active=False)
        with pytest.raises(PermissionDenied):
            change_user(stranger, actor=admin, display_name="", email="", is_active=True)

    def test_the_hub_has_no_password_and_no_token(self, admin):
        hub = system_user()
        assert not hub.has_usable_password()
        with pytest.raises(Refused):
            issue_token(actor=admin, user=hub)
        with pytest.raises(Refused):
            set_password(hub, actor=admin, password="long enough words")
        with pytest.raises(Refused):
            change_user(hub, actor=admin, display_name="x", email="", is_active=True)

    def test_there_are_no_superusers(self):
        with pytest.raises(NotImplementedError):
            User.objects.create_superuser("root", password="x")

    def test_a_token_is_revoked_once(self, admin):
        user = make_user()
        issue_token(actor=admin, user=user)
        row = ApiToken.objects.get(user=user)
        revoke_token(row, actor=admin)
        with pytest.raises(Refused):
            revoke_token(row, actor=admin)
        assert AuditEntry.objects.latest("pk").deed == "token.revoked"

    def test_the_outbox_says_nothing_of_passwords(self, admin):
        events.dispatch()
        set_password(make_user(), actor=admin, password="long enough words")
        assert not OutboxEvent.objects.filter(topic__startswith="user").exists()


@action
def moved(*, actor, user, domain):
    """Somebody's right is asked for, taken from him, and asked for again, in one change."""
    access.require(user, "view", domain)
    withdraw_role(actor=actor, user=user, domain=domain, role="reader")
    access.require(user, "view", domain)


def test_a_right_that_a_change_takes_is_gone_for_the_rest_of_it(admin, north):
    rita = make_user("rita", north, "reader")
    with pytest.raises(PermissionDenied):
        moved(actor=admin, user=rita, domain=north)
    assert access.may(User.objects.get(pk=rita.pk), "view", north), "the change was taken back whole"

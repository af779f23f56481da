"""Signing in, sessions, and what every page carries."""

import time

import pytest
from django.test import Client

from cmdm.actions.users import set_password
from cmdm.models import AuditEntry, system_user
from tests.kit.making import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


@pytest.fixture
def rita():
    return make_user("rita", password=PASSWORD)


def sign_in(client, name="rita", password=PASSWORD, **extra):
    return client.post("/sign-in/", {"username": name, "password": password}, **extra)


def _said(answer) -> list[str]:
    return [str(error) for error in answer.context["form"].non_field_errors()]


def is_in(client) -> bool:
    return client.get("/password/").status_code == 200


class TestSigningIn:
    def test_with_the_password_one_gets_in_and_out_again(self, client, rita):
        assert sign_in(client).status_code == 302
        assert is_in(client)
        assert client.post("/sign-out/").status_code == 302
        assert not is_in(client)

    def test_signing_out_takes_a_post(self, client, rita):
        sign_in(client)
        assert client.get("/sign-out/").status_code == 405
        assert is_in(client)

    def test_five_wrong_passwords_lock_the_name_from_this_address(self, client, rita):
        answers = [sign_in(client, password="wrong").status_code for _ in range(5)]
        assert answers[:4] == [200] * 4 and answers[4] == 429
        assert sign_in(client).status_code == 429, "the right one does not help any more"
        assert not is_in(client)

    def test_others_are_not_locked_out_with_it(self, client, rita):
        make_user("omar", password=PASSWORD)
        for _ in range(5):
            sign_in(client, password="wrong")
        assert sign_in(Client(), "omar").status_code == 302
        assert sign_in(Client(REMOTE_ADDR="10.9.8.7")).status_code == 302

    def test_an_unknown_name_is_refused_like_a_wrong_password(self, client, rita):
        unknown, wrong = sign_in(client, "nobody", "x"), sign_in(client, "rita", "x")
        assert unknown.status_code == wrong.status_code
        assert _said(unknown) == _said(wrong)

    def test_a_consuming_system_and_the_hub_have_no_way_in(self, client):
        consumer = make_user("shop", kind="consumer")
        assert sign_in(client, "shop", "").status_code == 200
        assert sign_in(client, system_user().username, "").status_code == 200
        client.force_login(consumer, backend="django.contrib.auth.backends.ModelBackend")
        assert not is_in(client)

    def test_the_session_gets_a_new_name(self, client, rita):
        client.get("/sign-in/")
        session = client.session
        session["x"] = 1
        session.save()
        client.cookies["session"] = before = session.session_key
        sign_in(client)
        assert client.cookies["session"].value != before

    def test_no_address_outside_is_gone_to_afterwards(self, client, rita):
        answer = client.post("/sign-in/?next=https://evil.example/", {"username": "rita", "password": PASSWORD})
        assert answer["Location"] == "/"

    def test_the_set_up_has_no_sign_in_of_its_own(self, client):
        assert client.get("/admin/").status_code == 302
        assert client.get("/admin/login/")["Location"].startswith("/sign-in/")


class TestSessions:
    def test_an_hour_without_a_request_ends_it(self, client, rita):
        sign_in(client)
        assert is_in(client)
        session = client.session
        session["seen"] = int(time.time()) - 3_590
        session.save()
        assert is_in(client)
        session["seen"] = int(time.time()) - 3_610
        session.save()
        assert not is_in(client)

    def test_a_working_day_is_the_most(self, client, rita, settings):
        sign_in(client)
        assert settings.SESSION_COOKIE_AGE == 10 * 3600
        assert client.session.get_expire_at_browser_close()

    def test_a_new_password_ends_every_other_session(self, client, rita):
        sign_in(client)
        set_password(rita, actor=system_user(), password="another long one")
        assert not is_in(client)

    def test_the_cookie_is_for_the_server_only(self, client, rita):
        cookie = sign_in(client).cookies["session"]
        assert cookie["httponly"] and cookie["samesite"] == "Lax"

    def test_a_form_of_another_session_is_refused(self, rita):
        strict = Client(enforce_csrf_checks=True)
        assert sign_in(strict).status_code == 403


class TestEveryAnswer:
    @pytest.mark.parametrize("path", ["/sign-in/", "/nothing/", "/admin/login/", "/healthz"])
    def test_carries_the_strict_policy_and_is_not_kept(self, client, path):
        answer = client.get(path)
        policy = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
        assert policy >= POLICY
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"

    @pytest.mark.parametrize("path", ["/", "/audit/", "/jobs/", "/password/", "/customers/", "/review/", "/admin/"])
    def test_no_page_is_shown_to_a_stranger(self, client, path):
        answer = client.get(path)
        assert answer.status_code == 302
        assert "/sign-in/" in answer["Location"] or answer["Location"].startswith("/admin/login/")


class TestHealth:
    def test_a_living_process_says_so_without_asking_the_database(self, client, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert client.get("/healthz").json() == {"status": "alive"}

    def test_ready_means_database_and_keys(self, client):
        assert client.get("/readyz").json()["status"] == "ready"

    def test_without_its_keys_it_is_not_ready(self, client, monkeypatch):
        from cmdm import crypto

        def broken(*_):
            raise crypto.Unsealable("ready")

        monkeypatch.setattr(crypto, "unseal", broken)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["faults"]) == (503, ["keys"])


class TestOwnPassword:
    NEW = "another horse, another battery"

    def change(self, client, old=PASSWORD, address="/password/"):
        return client.post(address, {"old_password": old, "new_password1": self.NEW, "new_password2": self.NEW})

    @pytest.mark.parametrize("address", ["/password/", "/admin/password_change/"])
    def test_it_is_changed_by_the_action_and_only_this_session_goes_on(self, client, rita, address):
        elsewhere = Client()
        sign_in(elsewhere)
        sign_in(client)
        assert self.change(client, address=address).url == "/"
        assert is_in(client) and not is_in(elsewhere)
        assert sign_in(Client(), password=self.NEW).status_code == 302
        entry = AuditEntry.objects.get(deed="user.password_set")
        assert entry.actor == rita and entry.thing_id == str(rita.pk)

    def test_who_does_not_know_the_old_one_changes_nothing(self, client, rita):
        sign_in(client)
        assert self.change(client, old="guessed").status_code == 200
        assert not AuditEntry.objects.filter(deed="user.password_set").exists()
        assert sign_in(Client()).status_code == 302

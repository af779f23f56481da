"""The admin: set-up nouns only, every write an action, CSV that no spreadsheet runs."""

import csv
import io

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile

from cmdm import access, spreadsheets
from cmdm.actions.domains import grant_role
from cmdm.administration import VerbAdmin
from cmdm.models import ApiToken, AuditEntry, Domain, User, system_user
from customers.actions.sources import add_source
from customers.models import Attribute, Source
from tests.kit.making import make_domain, make_user

pytestmark = pytest.mark.django_db
OURS = {"domain", "user", "group", "apitoken", "source", "attribute", "matchmodel"}


@pytest.fixture
def north():
    return make_domain("north")


@pytest.fixture
def south():
    return make_domain("south")


@pytest.fixture
def admin_of_north(north, south, client):
    user = make_user("admin", north, "administrator", password="correct horse battery")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


@pytest.fixture
def admin_of_all(admin_of_north, south):
    grant_role(actor=system_user(), user=admin_of_north, domain=south, role="administrator")
    return admin_of_north


def upload(client, path, text):
    file = SimpleUploadedFile("x.csv", text.encode() if isinstance(text, str) else text, "text/csv")
    return client.post(path, {"import_file": file, "format": "0", "resource": "0"})


def faults(answer) -> str:
    return answer.content.decode()


class TestWhatIsThere:
    def test_only_set_up_nouns_and_only_ours(self):
        admin.autodiscover()
        assert {model._meta.model_name for model in admin.site._registry} == OURS
        assert all(isinstance(one, VerbAdmin) for one in admin.site._registry.values())

    @pytest.mark.parametrize("role", ["reader", "steward", "lead", "privacy officer", "auditor"])
    def test_roles_that_set_nothing_up_are_refused(self, client, north, role):
        client.force_login(make_user("rita", north, role), backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/admin/").status_code in (302, 403)
        assert client.get("/admin/customers/source/").status_code in (302, 403)

    def test_staff_and_superuser_open_nothing(self, client, north):
        user = make_user("root")
        User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/admin/cmdm/user/").status_code in (302, 403)

    def test_a_data_owner_sets_up_sources_and_sees_no_users(self, client, north):
        client.force_login(make_user("olga", north, "data owner"), backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/admin/customers/source/").status_code == 200
        assert client.get("/admin/cmdm/user/").status_code == 403

    @pytest.mark.parametrize(
        "name", ["cmdm/domain", "cmdm/user", "cmdm/apitoken", "customers/source", "customers/attribute"]
    )
    def test_lists_and_forms_open(self, client, admin_of_all, name):
        assert client.get(f"/admin/{name}/").status_code == 200
        assert client.get(f"/admin/{name}/add/").status_code == 200

    def test_nothing_is_deleted(self, client, admin_of_all, north):
        assert client.post(f"/admin/cmdm/domain/{north.pk}/delete/", {"post": "yes"}).status_code == 403
        assert Domain.objects.filter(pk=north.pk).exists()

    def test_history_is_the_audit_log(self, client, admin_of_all, north):
        assert client.get(f"/admin/cmdm/domain/{north.pk}/history/")["Location"].startswith("/audit/?thing=domain")

    def test_models_and_groups_are_only_looked_at(self, client, admin_of_all):
        for name in ("matching/matchmodel", "auth/group"):
            assert client.get(f"/admin/{name}/").status_code == 200
            assert client.get(f"/admin/{name}/add/").status_code == 403


class TestUsers:
    def form(self, **changes):
        return {"display_name": "", "email": "", "is_active": "on", "new_password": "", "roles": []} | changes

    def test_a_user_is_added_with_password_and_roles_and_each_is_audited(self, client, admin_of_north, north):
        answer = client.post(
            "/admin/cmdm/user/add/",
            self.form(username="nina", kind="person", new_password="correct horse battery", roles=["north: steward"]),
        )
        assert answer.status_code == 302, faults(answer)
        nina = User.objects.get(username="nina")
        assert nina.check_password("correct horse battery")
        assert access.scope(nina, "decide") == {north.pk}
        deeds = list(AuditEntry.objects.filter(actor=admin_of_north).order_by("pk").values_list("deed", "origin"))
        assert deeds == [("user.added", "page"), ("role.granted", "page")]

    def test_roles_are_given_and_taken_where_the_actor_grants_and_left_elsewhere(
        self, client, admin_of_north, north, south
    ):
        user = make_user("rita", north, "reader")
        answer = client.post(f"/admin/cmdm/user/{user.pk}/change/", self.form(roles=["north: lead"]))
        assert answer.status_code == 302, faults(answer)
        assert set(user.groups.values_list("name", flat=True)) == {"north: lead"}
        answer = client.post(f"/admin/cmdm/user/{user.pk}/change/", self.form(roles=["south: lead"]))
        assert answer.status_code == 200 and "south: lead" not in set(user.groups.values_list("name", flat=True))

    def test_a_user_with_rights_elsewhere_is_seen_and_not_changed(self, client, admin_of_north, south):
        user = make_user("sofia", south, "steward", password="correct horse battery")
        page = client.get(f"/admin/cmdm/user/{user.pk}/change/")
        assert page.status_code == 200 and b"new_password" not in page.content
        answer = client.post(f"/admin/cmdm/user/{user.pk}/change/", self.form(new_password="taken over by me"))
        assert answer.status_code == 403
        assert User.objects.get(pk=user.pk).check_password("correct horse battery")

    def test_nobody_gives_himself_a_role(self, client, admin_of_north):
        page = client.get(f"/admin/cmdm/user/{admin_of_north.pk}/change/")
        assert b'name="roles"' not in page.content
        client.post(f"/admin/cmdm/user/{admin_of_north.pk}/change/", self.form(roles=["north: reader"]))
        assert not access.scope(User.objects.get(pk=admin_of_north.pk), "view")

    def test_no_hash_and_no_staff_or_superuser_field_is_shown(self, client, admin_of_north):
        user = make_user("rita", password="correct horse battery")
        page = client.get(f"/admin/cmdm/user/{user.pk}/change/").content.decode()
        assert user.password not in page and "md5$" not in page
        for name in ("is_superuser", "is_staff", "user_permissions", "groups"):
            assert f'name="{name}"' not in page
        client.post(f"/admin/cmdm/user/{user.pk}/change/", self.form(is_superuser="on", is_staff="on", kind="system"))
        fresh = User.objects.get(pk=user.pk)
        assert not (fresh.is_superuser or fresh.is_staff) and fresh.kind == "person"

    def test_a_hash_cannot_be_asked_for_letter_by_letter(self, client, admin_of_north):
        assert client.get("/admin/cmdm/user/", {"password__startswith": "a"}).status_code == 400
        assert client.get("/admin/cmdm/user/", {"kind__exact": "person"}).status_code == 200

    def test_a_refusal_is_said_beside_the_form_and_nothing_is_kept(self, client, admin_of_north):
        make_user("rita")
        answer = client.post("/admin/cmdm/user/add/", self.form(username="RITA", kind="person"))
        assert answer.status_code == 200
        assert "There is a user with this name already." in faults(answer)

    def test_a_weak_password_is_refused(self, client, admin_of_north):
        answer = client.post("/admin/cmdm/user/add/", self.form(username="nina", kind="person", new_password="short"))
        assert answer.status_code == 200 and not User.objects.filter(username="nina").exists()

    def test_the_hubs_own_user_is_not_changed(self, client, admin_of_north):
        hub = system_user()
        answer = client.post(f"/admin/cmdm/user/{hub.pk}/change/", self.form(new_password="correct horse battery"))
        assert answer.status_code == 403


class TestTokens:
    def test_a_token_is_shown_once_and_then_never(self, client, admin_of_north, north):
        user = make_user("shop", north, "consumer", kind="consumer")
        answer = client.post(
            "/admin/cmdm/apitoken/add/", {"user": user.pk, "label": "till", "expires_at_0": "", "expires_at_1": ""}
        )
        token = answer.context["token"]
        assert token in answer.content.decode() and "no-store" in answer["Cache-Control"]
        assert "messages" not in client.cookies or token not in client.cookies["messages"].value
        row = ApiToken.objects.get(user=user)
        for path in ("/admin/cmdm/apitoken/", f"/admin/cmdm/apitoken/{row.pk}/change/"):
            assert token not in client.get(path).content.decode()
        read = client.get("/api/v1/customers/", headers={"Authorization": f"Bearer {token}"})
        assert read.status_code == 200

    def test_none_is_issued_over_a_user_of_another_domain(self, client, admin_of_north, south):
        user = make_user("sofia", south, "steward")
        data = {"user": user.pk, "label": "x", "expires_at_0": "", "expires_at_1": ""}
        assert client.post("/admin/cmdm/apitoken/add/", data).status_code == 403
        assert not ApiToken.objects.exists()

    def test_chosen_ones_are_revoked(self, client, admin_of_north, north):
        user = make_user("shop", north, "consumer", kind="consumer")
        client.post("/admin/cmdm/apitoken/add/", {"user": user.pk, "expires_at_0": "", "expires_at_1": ""})
        row = ApiToken.objects.get()
        client.post("/admin/cmdm/apitoken/", {"action": "revoke", "_selected_action": [row.pk]})
        assert ApiToken.objects.get().revoked_at


class TestSources:
    def form(self, **changes):
        told = {"key": "crm", "name": "CRM", "kind": "", "owner": "", "party_class": "first", "country": "DE"}
        return (
            told
            | {"trust": "70", "trust_by_attribute": '{"email": 90}', "half_life_by_attribute": "{}", "terms": ""}
            | changes
        )

    def test_a_source_is_added_and_changed_with_history(self, client, admin_of_north, north):
        answer = client.post("/admin/customers/source/add/", self.form(domain=north.pk))
        assert answer.status_code == 302, faults(answer)
        source = Source.objects.get(key="crm")
        assert source.trust_in("email") == 90 and source.trust_in("phone") == 70
        answer = client.post(f"/admin/customers/source/{source.pk}/change/", self.form(trust="30", key="other"))
        assert answer.status_code == 302, faults(answer)
        source = Source.objects.get(pk=source.pk)
        assert (source.trust, source.key) == (30, "crm")
        assert Source.history.filter(id=source.pk).count() == 2

    @pytest.mark.parametrize("changes", [{"trust": "101"}, {"trust": "-1"}, {"trust_by_attribute": '{"emial": 3}'}])
    def test_what_makes_no_sense_is_said_at_its_field(self, client, admin_of_north, north, changes):
        answer = client.post("/admin/customers/source/add/", self.form(domain=north.pk, **changes))
        assert answer.status_code == 200
        assert dict(answer.context["adminform"].form.errors).keys() == changes.keys(), faults(answer)
        assert not Source.objects.exists()

    def test_one_of_another_domain_is_neither_seen_nor_made(self, client, admin_of_north, south):
        theirs = add_source(actor=system_user(), domain=south, key="erp", fields={"name": "ERP"})
        assert b"ERP" not in client.get("/admin/customers/source/").content
        assert client.get(f"/admin/customers/source/{theirs.pk}/change/").status_code == 302
        answer = client.post("/admin/customers/source/add/", self.form(domain=south.pk))
        assert answer.status_code == 200 and not Source.objects.filter(key="crm").exists()


class TestTheCatalogue:
    def test_whoever_configures_one_domain_sees_it_and_changes_nothing(self, client, admin_of_north):
        row = Attribute.objects.get(name="given_name")
        assert client.get(f"/admin/customers/attribute/{row.pk}/change/").status_code == 200
        assert client.post(f"/admin/customers/attribute/{row.pk}/change/", {"label": "x"}).status_code == 403

    def test_whoever_configures_all_adds_one(self, client, admin_of_all):
        told = {
            "name": "shoe_size",
            "label": "Shoe size",
            "type": "number",
            "group": "preferences",
            "parties": "person",
        }
        told |= {"origin": "declared", "sensitivity": "personal", "options": "{}", "quality": "{}", "portal": "shown"}
        told |= {"half_life": "0", "downgrade": "0"}
        told |= {"rule": "most_recent", "tie_breakers": '["most_trusted"]', "match_role": "none", "position": "500"}
        answer = client.post("/admin/customers/attribute/add/", told)
        assert answer.status_code == 302, faults(answer)
        assert Attribute.objects.get(name="shoe_size").tie_breakers == ["most_trusted"]


class TestSpreadsheets:
    def rows(self, answer):
        return list(csv.reader(io.StringIO(answer.content.decode())))

    def test_what_was_exported_comes_back_as_it_was(self, client, admin_of_north, north):
        names = ["=1+1", "+49", "-x", "@y", "\tz", "'quoted", "＝1", "plain", '"=2"']
        for number, name in enumerate(names):
            add_source(actor=system_user(), domain=north, key=f"s{number}", fields={"name": name, "trust": number})
        exported = client.get("/admin/customers/source/export/")
        assert AuditEntry.objects.filter(deed="source.exported").get().counts["rows"] > 0
        assert exported["Content-Type"].startswith("text/csv") and "attachment" in exported["Content-Disposition"]
        table = self.rows(exported)
        shown = [row[table[0].index("name")] for row in table[1:]]
        assert not [name for name in shown if name[:1] in "=+-@\t＝"]
        answer = upload(client, "/admin/customers/source/import/", exported.content)
        assert answer.status_code == 302, faults(answer)
        assert list(Source.objects.order_by("pk").values_list("name", flat=True)) == names
        assert Source.history.count() == len(names), "unchanged rows write nothing"

    def test_only_visible_sources_are_exported(self, client, admin_of_north, south):
        add_source(actor=system_user(), domain=south, key="erp", fields={"name": "Theirs"})
        assert b"Theirs" not in client.get("/admin/customers/source/export/").content

    def test_users_come_in_without_rights_and_without_the_columns_for_them(self, client, admin_of_north):
        header = self.rows(client.get("/admin/cmdm/user/export/"))[0]
        assert set(header) == {"username", "display_name", "email", "kind", "is_active"}
        text = "username,display_name,email,kind\nnina,Nina,n@x.example,person\n"
        answer = upload(client, "/admin/cmdm/user/import/", text)
        assert answer.status_code == 302, faults(answer)
        nina = User.objects.get(username="nina")
        assert not (nina.is_staff or nina.is_superuser or nina.has_usable_password() or nina.groups.exists())

    @pytest.mark.parametrize(
        "column", ["is_superuser", "is_staff", "password", "groups", "user_permissions", "id", "nmae"]
    )
    def test_a_column_that_is_not_known_is_refused(self, client, admin_of_north, column):
        text = f"username,kind,{column}\nnina,person,1\n"
        answer = upload(client, "/admin/cmdm/user/import/", text)
        assert answer.status_code == 200 and "not known" in faults(answer)
        assert not User.objects.filter(username="nina").exists()

    def test_one_bad_row_takes_all_back(self, client, admin_of_north, north, south):
        text = "key,name,domain,trust\na,A,north,50\nb,B,north,101\n"
        assert upload(client, "/admin/customers/source/import/", text).status_code == 200
        text = "key,name,domain,trust\na,A,north,50\nc,C,south,50\n"
        answer = upload(client, "/admin/customers/source/import/", text)
        assert answer.status_code == 200 and "right to write this row" in faults(answer)
        assert not Source.objects.exists()

    MALFORMED = {
        "Line 3: a quotation mark is not closed": 'key,name,domain\na,"A,north\nb,B,north\n',
        "Line 2: 2 columns, but the header has 3.": "key,name,domain\na,A\n",
        "A column stands twice": "key,name,name\na,A,B\n",
        "Save it as UTF-8": "key,name,domain\na,Müller,north\n".encode("latin-1"),
        "as UTF-8.": "key,name,domain\na,A,north\n".encode("utf-16"),
    }

    @pytest.mark.parametrize("sentence", MALFORMED)
    def test_a_malformed_file_is_refused_whole(self, client, admin_of_north, north, sentence):
        answer = upload(client, "/admin/customers/source/import/", self.MALFORMED[sentence])
        assert answer.status_code == 200 and sentence in answer.text
        assert not Source.objects.exists()

    def test_a_byte_order_mark_is_no_part_of_the_first_name(self, client, admin_of_north, north):
        text = "\ufeffkey,name,domain,trust\na,A,north,50\n"
        answer = upload(client, "/admin/customers/source/import/", text)
        assert answer.status_code == 302, faults(answer)
        assert Source.objects.get().key == "a"

    @pytest.mark.parametrize("text", ["=1", "'=1", "''=1", "plain", "it's", "'", "", "+", "1+1", " =1", '"=1"', "\0=1"])
    def test_escaping_is_undone_exactly(self, text):
        assert spreadsheets.unescaped(spreadsheets.escaped(text)) == text

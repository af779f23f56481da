"""The catalogue is data that the business edits, as long as stored values stay what it says."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry, system_user
from customers.actions.catalogue import add_attribute, change_attribute, install_catalogue
from customers.actions.records import Received, take_in
from customers.actions.sources import add_source
from customers.models import Attribute
from customers.queries import shown
from customers.queries.catalogue import catalogue
from customers.rules.standing import SHIPPED
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, make_source, stored

pytestmark = pytest.mark.django_db
SHOE = {"label": "Shoe size", "type": "number", "group": "preferences"}


@pytest.fixture
def north():
    return make_domain("north")


@pytest.fixture
def owner(north):
    return make_user("data owner", domain=north)


def attribute(name) -> Attribute:
    return Attribute.objects.get(name=name)


class TestInstalling:
    def test_every_shipped_attribute_is_there_with_history_and_one_entry(self):
        assert {row.name for row in Attribute.objects.all()} == {one.name for one in SHIPPED}
        assert Attribute.history.count() == len(SHIPPED)
        assert AuditEntry.objects.get(deed="catalogue.installed").counts == {"attributes": len(SHIPPED)}

    def test_a_new_shipped_one_is_added_beside_what_the_business_changed(self, owner):
        change_attribute(attribute("email"), actor=owner, fields={"label": "Mail"})
        Attribute.objects.filter(name="points").delete()
        assert [row.name for row in install_catalogue(actor=system_user())] == ["points"]
        assert attribute("email").label == "Mail"

    def test_a_person_without_the_right_everywhere_is_refused(self, north):
        with pytest.raises(PermissionDenied):
            install_catalogue(actor=make_user("steward", domain=north))


class TestAdding:
    def test_an_attribute_of_the_business_is_added(self, owner):
        add_attribute(actor=owner, name="shoe_size", fields=SHOE)
        entry = AuditEntry.objects.latest("pk")
        assert (entry.deed, entry.attributes) == ("attribute.added", ["shoe_size"])
        assert Attribute.history.get(name="shoe_size").change == entry.change

    def test_somebody_who_configures_only_one_of_two_domains_is_refused(self, owner):
        make_domain("south")
        with pytest.raises(PermissionDenied):
            add_attribute(actor=owner, name="shoe_size", fields=SHOE)

    @pytest.mark.parametrize("name", ["email", "party_type", "observed_at", "closed"])
    def test_a_taken_name_is_refused(self, owner, name):
        with pytest.raises(Refused):
            add_attribute(actor=owner, name=name, fields=SHOE)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("type", "colour"),
            ("group", "other"),
            ("rule", "newest"),
            ("tie_breakers", ["newest"]),
            ("tie_breakers", "most_recent"),
            ("options", {"colour": 1}),
            ("options", []),
            ("quality", []),
            ("sensitivity", "secret"),
            ("label", ""),
            ("id", 1),
            ("change", "x"),
        ],
    )
    def test_what_makes_no_sense_is_named_by_its_field(self, owner, field, value):
        with pytest.raises(Invalid) as fault:
            add_attribute(actor=owner, name="shoe_size", fields={**SHOE, field: value})
        assert set(fault.value.errors) == {field}
        assert not Attribute.objects.filter(name="shoe_size").exists()


class TestChanging:
    @pytest.fixture
    def used(self, north):
        source = add_source(actor=system_user(), domain=north, key="crm", fields={"name": "CRM"})
        values = {"given_name": "Ann", "family_name": "Lee", "email": [{"value": "ann@x.example"}]}
        take_in(source, [Received(key="1", values=values, party_type="person")], actor=system_user())

    @pytest.mark.parametrize("fields", [{"type": "text"}, {"many": False}, {"sensitivity": "sensitive"}])
    def test_type_number_and_seal_of_one_in_use_stay(self, owner, used, fields):
        before = AuditEntry.objects.count()
        with pytest.raises(Refused):
            change_attribute(attribute("email"), actor=owner, fields=fields)
        assert AuditEntry.objects.count() == before

    def test_one_that_no_record_has_may_become_another(self, owner, used):
        change_attribute(attribute("points"), actor=owner, fields={"type": "text", "sensitivity": "sensitive"})
        assert attribute("points").type == "text"

    def test_the_rest_of_one_in_use_changes_and_is_kept_in_history(self, owner, used):
        row = change_attribute(attribute("email"), actor=owner, fields={"label": "Mail", "rule": "most_recent"})
        assert (row.label, row.rule) == ("Mail", "most_recent")
        assert list(Attribute.history.filter(id=row.pk).order_by("history_id").values_list("label", flat=True)) == [
            "E-mail",
            "Mail",
        ]
        assert AuditEntry.objects.latest("pk").deed == "attribute.changed"

    def test_a_change_of_nothing_writes_nothing(self, owner):
        row, before = attribute("email"), AuditEntry.objects.count()
        change_attribute(row, actor=owner, fields={"label": row.label})
        assert AuditEntry.objects.count() == before and Attribute.history.filter(id=row.pk).count() == 1

    def test_a_steward_changes_nothing(self, north):
        with pytest.raises(PermissionDenied):
            change_attribute(attribute("email"), actor=make_user("lead", domain=north), fields={"label": "x"})


class TestSpeaking:
    """What is shipped is called as the reader speaks; what the business wrote, as it was written."""

    @pytest.fixture
    def german(self, north):
        browser = Client(headers={"Accept-Language": "de"})
        browser.force_login(make_user("steward", domain=north))
        yield browser
        translation.deactivate()

    def test_shipped_labels_and_choices_are_translated_where_a_customer_is_shown(self, north, german):
        anna = stored(make_source(north), "1", ANNA | {"gender": "female"}).customer
        text = german.get(reverse("customers:detail", args=[anna.key])).text
        assert "Familienname" in text and "Weiblich" in text
        assert "Family name" not in text and "Female" not in text

    def test_what_the_business_wrote_stays_even_where_it_could_be_translated(self, north, owner, german):
        change_attribute(attribute("family_name"), actor=owner, fields={"label": "Post"})
        change_attribute(attribute("gender"), actor=owner, fields={"options": {"choices": {"female": "Post"}}})
        with translation.override("de"):
            known = catalogue().specs
            assert (known["family_name"].label, known["given_name"].label) == ("Post", "Vorname")
            assert known["gender"].choices == {"female": "Post"}
            assert shown.text_of(known["gender"], "gone") == "gone"

    def test_what_is_corrected_is_offered_in_the_readers_language(self, north, german):
        anna = stored(make_source(north), "1", ANNA | {"gender": "female"}).customer
        text = german.get(reverse("customers:correct", args=[anna.key]), {"attribute": "gender"}).text
        assert '<option value="male">Männlich</option>' in text and ">Geschlecht</option>" in text

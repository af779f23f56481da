"""The survivorship editor: a draft is rehearsed on real customers, then put in force, by those who may."""

from dataclasses import replace
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from cmdm.actions import Refused
from cmdm.models import AuditEntry, Job, system_user
from customers.actions import rebuilding
from customers.actions.catalogue import change_attribute
from customers.actions.records import Received, take_in
from customers.actions.sources import add_source
from customers.actions.survivorship import put_in_force
from customers.models import Attribute, Customer
from customers.queries.goldens import REBUILD
from customers.queries.survivorship import Draft, rehearse
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db
PERSON = {"given_name": "Ann", "family_name": "Meyerbeer", "email": [{"value": "ann@meyerbeer.example"}]}


@pytest.fixture
def retail():
    return make_domain("retail")


@pytest.fixture
def sources(retail):
    crm, shop = (add_source(actor=system_user(), domain=retail, key=key, fields={"name": key.title(), "trust": trust})
                 for key, trust in (("crm", 80), ("shop", 40)))  # fmt: skip
    return crm, shop


@pytest.fixture
def ann(sources):
    """The registry's old word and the shop's new one."""
    for source, born, seen in zip(sources, ("1980-02-03", "1980-02-04"), ("2020-01-01", "2024-01-01"), strict=True):
        values = {**PERSON, "birth_date": born}
        said = Received("1", values, observed_at=datetime.fromisoformat(f"{seen}T00:00:00+00:00"))
        [made] = take_in(source, [said], actor=system_user())
    return Customer.objects.get(pk=made.record.customer_id)


def draft(sources, **changed):
    fields = {"rule": "most_trusted", "tie_breakers": ("most_recent",), "half_life": 0, "downgrade": 0}
    trusts = {one.pk: one.trust_in("birth_date") for one in sources}
    half_lives = dict.fromkeys(trusts)
    return Draft("birth_date", **{**fields, "trusts": trusts, "half_lives": half_lives, **changed})


def born(customer):
    customer.refresh_from_db()
    return customer.values["birth_date"]


class TestRehearsing:
    def test_it_says_what_would_differ_and_changes_nothing(self, ann, sources, retail):
        owner = make_user("data owner", domain=retail)
        same = rehearse(draft(sources), owner)
        assert (same.size, same.changed) == (1, 0)
        found = rehearse(draft(sources, half_life=365), owner)
        assert (found.size, found.changed, found.hidden) == (1, 1, 0)
        [example] = found.examples
        assert [side.text for side in (*example.before, *example.after)] == ["3 Feb 1980", "4 Feb 1980"]
        assert (example.after[0].source, example.number) == ("Shop", ann.number)
        assert found.low < 1 == found.high
        assert born(ann) == "1980-02-03"

    def test_a_source_that_is_trusted_more_or_does_not_age(self, ann, sources, retail):
        owner = make_user("data owner", domain=retail)
        crm, shop = sources
        assert rehearse(draft(sources, trusts={shop.pk: 90}), owner).changed == 1
        assert rehearse(draft(sources, half_life=365, half_lives={crm.pk: 0}), owner).changed == 0

    def test_whom_one_may_not_see_is_counted_and_not_shown(self, ann, sources):
        stranger = make_user("administrator", domain=make_domain("north"))
        found = rehearse(draft(sources, half_life=365), stranger)
        assert (found.changed, found.hidden, list(found.examples)) == (1, 1, [])


class TestPuttingInForce:
    def test_customers_are_derived_anew_by_a_job(self, ann, sources):
        job = put_in_force(draft(sources, half_life=365), actor=system_user())
        assert (job.name, job.state) == (REBUILD, "queued")
        assert Job.objects.filter(name=REBUILD).count() == 1
        assert Attribute.objects.get(name="birth_date").half_life == 365
        rebuilding.rebuild_next(0, actor=system_user(), hold=lambda: None)
        assert born(ann) == "1980-02-04"
        assert AuditEntry.objects.get(deed="survivorship.changed").attributes == ["birth_date"]

    def test_those_that_survive_together_get_one_rule(self, sources):
        together = Attribute.objects.filter(name__in=["given_name", "middle_name", "family_name"])
        for row in together:
            change_attribute(row, actor=system_user(), fields={"survives_with": "person_name"})
        put_in_force(replace(draft(sources, rule="most_recent"), attribute="given_name"), actor=system_user())
        assert set(together.values_list("rule", flat=True)) == {"most_recent"}

    def test_a_draft_that_changes_nothing_is_refused(self, sources):
        attribute = Attribute.objects.get(name="birth_date")
        same = draft(sources, rule=attribute.rule, tie_breakers=tuple(attribute.tie_breakers))
        with pytest.raises(Refused, match="already"):
            put_in_force(same, actor=system_user())


class TestPages:
    def ask(self, user, deed="rule", **fields):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        address = reverse("customers:survivorship_rule", args=["birth_date"])
        return client.post(f"{address}{deed}/", fields) if fields else client.get(address)

    def fields(self, sources, **changed):
        told = {"rule": "most_trusted", "half_life": 365, "downgrade": 0, "tie_1": "most_recent"}
        told |= {f"trust_{one.pk}": one.trust for one in sources} | {f"days_{one.pk}": "" for one in sources}
        return {**told, **changed}

    def test_who_configures_everywhere_rehearses_and_puts_in_force(self, ann, sources, retail):
        owner = make_user("data owner", domain=retail)
        assert b"Trust in Crm" in self.ask(owner).content
        told = self.ask(owner, "preview", **self.fields(sources))
        assert ann.number in told.content.decode()
        assert self.ask(owner, "apply", **self.fields(sources)).status_code == 302
        assert Attribute.objects.get(name="birth_date").half_life == 365
        assert self.ask(owner, "apply", **self.fields(sources)).status_code == 409
        assert self.ask(owner, "preview", **self.fields(sources, half_life="x")).status_code == 422

    def test_who_configures_in_one_of_two_domains_weighs_only_his_sources(self, sources, retail):
        make_domain("north")
        owner = make_user("data owner", domain=retail)
        crm, _shop = sources
        told = self.ask(owner, "apply", **self.fields(sources, **{f"trust_{crm.pk}": 10}))
        assert told.status_code == 302
        crm.refresh_from_db()
        assert (crm.trust_in("birth_date"), Attribute.objects.get(name="birth_date").half_life) == (10, 0)

    def test_a_steward_is_told_that_he_may_not(self, sources, retail):
        assert self.ask(make_user("steward", domain=retail)).status_code == 403

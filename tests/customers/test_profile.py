"""What a reader sees of a customer: today, on an earlier day, and in a line of a list."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cmdm import clock
from customers.models import Customer
from customers.queries.changes import changes
from customers.queries.profile import profile
from customers.queries.summaries import summaries
from tests.support.people import make_domain, make_user
from tests.support.records import make_source, person, stored

pytestmark = pytest.mark.django_db

BORN, MAIL, TAX = "1980-02-03", "anna@bergstrom.example", [{"scheme": "tax_id", "value": "81190798"}]


@pytest.fixture
def shop(retail):
    return make_source(retail, "shop", trust=20)


@pytest.fixture
def wholesale():
    return make_domain("wholesale")


@pytest.fixture
def erp(wholesale):
    return make_source(wholesale, "erp", trust=90)


@pytest.fixture
def anna(shop, erp):
    """The trusted source lies in another domain than the one that most readers of these tests see."""
    stored(shop, "1", person("Ana", "Bergström", BORN, MAIL), at=datetime(2020, 1, 5, tzinfo=UTC))
    told = person("Anna", "Bergström", BORN, MAIL, identifier=TAX, phone=[{"value": "+4933025550170"}])
    return stored(erp, "1", told, at=datetime(2019, 1, 5, tzinfo=UTC)).customer


def texts(found, attribute):
    return [row.text for row in found.shown.get(attribute, ())]


class TestWhoSeesWhat:
    def test_the_winner_with_its_source_rule_and_losing_claims(self, anna, retail, wholesale):
        found = profile(anna, make_user("reader", domains=(retail, wholesale)))
        row = found.shown["given_name"][0]

        assert (row.text, row.origin.source, row.origin.trust) == ("Anna", "Erp", 90)
        assert row.why == "Most trusted source"
        assert [(lost.text, lost.reason) for lost in row.others] == [("Ana", "less trusted")]
        assert not found.partial

    def test_a_reader_of_one_domain_sees_the_best_visible_claim_marked(self, anna, retail):
        found = profile(anna, make_user("reader", domain=retail))
        row = found.shown["given_name"][0]

        assert (found.name, row.text, row.substitute) == ("Ana Bergström", "Ana", True)
        assert row.others == ()
        assert found.partial
        assert found.domains == ("Retail",)

    def test_a_value_that_only_a_hidden_domain_has_is_not_there_at_all(self, anna, retail):
        found = profile(anna, make_user("reader", domain=retail))
        assert texts(found, "phone") == []
        assert [record.source for record in found.records] == ["Shop"]

    def test_sensitive_values_are_masked_for_everybody_until_they_are_asked_for(self, anna, wholesale):
        reader, lead = make_user("reader", domain=wholesale), make_user("lead", domain=wholesale)
        for user, may in ((reader, False), (lead, True)):
            row = profile(anna, user).shown["identifier"][0]
            assert (row.masked, row.revealable, row.value) == (True, may, None)
            assert "81190798" not in row.text

        assert texts(profile(anna, lead, opened=("identifier",)), "identifier") == ["81190798"]
        assert "81190798" not in texts(profile(anna, reader, opened=("identifier",)), "identifier")

    def test_it_takes_five_queries_for_any_number_of_records(self, anna, shop, retail, django_assert_num_queries):
        reader = make_user("reader", domain=retail)
        for number in range(2, 6):
            stored(shop, str(number), person("Ana", "Bergström", BORN, MAIL))
        customer = Customer.objects.get(pk=anna.pk)
        profile(customer, reader)
        with django_assert_num_queries(5):
            profile(customer, reader)


class TestAsOf:
    @pytest.fixture
    def moved(self, retail):
        """She moved: the first version said Bremen, the second says Kiel, a month later."""
        source = make_source(retail, "crm")
        before = clock.now() - timedelta(days=30)
        with clock.at(before):
            record = stored(source, "1", person("Anna", "Bergström", BORN, nationality="Bremen"), at=before)
        stored(source, "1", person("Anna", "Bergström", BORN, nationality="Kiel"))
        return Customer.objects.get(pk=record.customer_id)

    def test_an_earlier_day_shows_what_was_believed_then(self, moved, retail):
        reader = make_user("reader", domain=retail)
        then = profile(moved, reader, as_of=(clock.now() - timedelta(days=10)).date())

        assert (then.version, texts(then, "nationality")) == (1, ["Bremen"])
        assert texts(profile(moved, reader), "nationality") == ["Kiel"]

    def test_before_its_first_record_it_was_not_known(self, moved, retail):
        then = profile(moved, make_user("reader", domain=retail), as_of=date(2001, 1, 1))
        assert (then.version, then.groups) == (0, ())

    def test_a_claim_of_a_hidden_domain_is_withheld(self, anna, retail):
        then = profile(anna, make_user("reader", domain=retail), as_of=clock.now().date())
        row = then.shown["given_name"][0]
        assert (row.withheld, row.text, row.value) == (True, "From a domain you may not see", None)

    def test_the_history_names_what_changed_and_where_it_came_from(self, moved, retail):
        newest, first = changes(moved, make_user("reader", domain=retail))
        assert [(one.label, one.before, one.after) for one in newest.differences] == [("Nationality", "Bremen", "Kiel")]
        assert (newest.version, newest.sources, first.version) == (2, ("Crm",), 1)


class TestSummaries:
    def test_a_line_shows_visible_values_only(self, anna, retail, wholesale):
        anna.refresh_from_db()
        (own,) = summaries([anna], make_user("reader", domain=retail))
        (whole,) = summaries([anna], make_user("reader", domains=(retail, wholesale)))

        assert (own.name, own.email, own.partial) == ("Ana Bergström", MAIL, True)
        assert (whole.name, whole.birth_date, whole.partial) == ("Anna Bergström", BORN, False)

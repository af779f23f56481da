"""Finding customers: from sharp to blurred, within the reader's domains, never for long."""

import pytest

from cmdm.actions import Refused
from customers.queries.search import search
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, KARL, make_source, person, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(retail):
    return make_user("reader", domain=retail)


@pytest.fixture
def anna(retail):
    numbers = {"phone": [{"value": "+498342550170"}], "identifier": [{"scheme": "tax_id", "value": "81190798"}]}
    return stored(make_source(retail, "crm", country="DE"), "K-17/a", {**ANNA, **numbers}).customer


@pytest.fixture
def karl(retail):
    return stored(make_source(retail, "shop"), "9", KARL).customer


def found(term, user):
    return [(hit.summary.id, hit.stage) for hit in search(term, user).hits]


class TestStages:
    @pytest.mark.parametrize("part", ["number", "digits", "key"])
    def test_by_number_or_key(self, anna, karl, reader, part):
        term = {"number": anna.number.lower(), "digits": anna.number[:-3], "key": str(anna.key)}[part]
        assert found(term, reader) == [(anna.pk, "number")]

    @pytest.mark.parametrize(
        ("term", "by"),
        [
            ("ANNA@bergstrom.example", "E-mail"),
            ("08342 550170", "Phone"),
            ("+49 8342 550170", "Phone"),
            ("811 907 98", "Identifiers"),
            ("K-17/a", "key in the source"),
        ],
    )
    def test_by_an_exact_value_and_says_which(self, anna, karl, reader, term, by):
        (hit,) = search(term, reader).hits
        assert (hit.summary.id, hit.stage, hit.by) == (anna.pk, "exact", by)

    @pytest.mark.parametrize("term", ["Bergst", "anna bergs", "Bergström Anna", "ann berg"])
    def test_by_the_beginning_of_a_name_in_either_order(self, anna, karl, reader, term):
        assert (anna.pk, "name") in found(term, reader)
        assert karl.pk not in dict(found(term, reader))

    def test_a_name_of_one_word_without_end_is_taken_in_and_found(self, source, reader):
        record = stored(source, "long", person("Ida", "京都市" * 40))
        assert found("Ida", reader)[0][0] == record.customer_id

    def test_by_the_sound_of_a_name(self, anna, karl, reader):
        assert found("Lindkvist", reader) == [(karl.pk, "sound")]

    def test_a_merged_number_leads_to_its_survivor(self, anna, retail, reader):
        from matching.actions import ledger
        from tests.support.records import seen

        other = stored(make_source(retail, "late"), "1", person("Ann", "Berg")).customer
        steward = make_user("steward", domain=retail)
        survivor = ledger.merge([anna, other], actor=steward, seen=seen(anna, other))
        gone = other if survivor.pk == anna.pk else anna
        assert found(gone.number, reader) == [(survivor.pk, "number")]


class TestLimits:
    def test_a_reader_of_another_domain_finds_nothing(self, anna):
        stranger = make_user("reader", domain=make_domain("elsewhere"))
        for term in (anna.number, str(anna.key), "anna@bergstrom.example", "Bergström", "K-17/a", "81190798"):
            assert found(term, stranger) == []

    @pytest.mark.parametrize("term", ["%", "_", "%%", "an%", "\\", "'; --", "…"])
    def test_signs_of_patterns_mean_nothing(self, anna, karl, reader, term):
        assert karl.pk not in dict(found(term, reader))

    @pytest.mark.parametrize("term", ["", "   ", "x" * 101])
    def test_an_empty_or_long_term_is_refused(self, reader, term):
        with pytest.raises(Refused):
            search(term, reader)

    def test_a_filled_page_says_that_there_is_more(self, retail, reader):
        source = make_source(retail, "many")
        for number in range(4):
            stored(source, str(number), person(f"Zoe{number}x", f"Quax{number}y", f"19{50 + number}-01-0{number + 1}"))
        result = search("zoe", reader, size=2)
        assert (len(result.hits), result.more) == (2, True)

    def test_the_time_limit_ends_with_the_search(self, anna, reader):
        from django.db import connection

        search("Bergström", reader)
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone()[0] == "0"

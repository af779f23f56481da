import hashlib
import time
from collections import Counter, defaultdict
from itertools import islice

import pytest

from customers.rules import words
from customers.rules.applying import Bound
from customers.rules.guessing import guess
from customers.rules.mapping import Mapping
from customers.rules.people import CITIES, COUNTRIES
from customers.rules.seeding import COLUMNS, generate
from tests.customers.rules.test_mapping import CATALOGUE


@pytest.fixture(scope="module")
def made():
    return list(generate(4000, 42))


def fingerprint(records):
    return hashlib.sha256(repr(records).encode()).hexdigest()


class TestGenerating:
    def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(self, made):
        assert fingerprint(list(generate(4000, 42))) == fingerprint(made)
        assert fingerprint(list(generate(4000, 43))) != fingerprint(made)

    def test_a_shorter_run_is_the_beginning_of_a_longer_one(self, made):
        # Only the last party may be cut short.
        assert list(islice(generate(500, 42), 490)) == made[:490]

    def test_keys_are_unique_and_counts_are_exact(self, made):
        assert len(made) == len({(r.source, r.key) for r in made}) == 4000

    def test_there_are_traps_households_organisations_and_several_scripts(self, made):
        assert {"twin", "junior", "namesake"} <= {r.trap for r in made}
        assert any(r.entity.startswith("O") for r in made)
        homes = defaultdict(set)
        for r in made:
            homes[r.household].add(r.entity)
        assert sum(len(members) > 1 for members in homes.values()) > 100
        text = "".join("".join(r.values.values()) for r in made)
        assert all(any(low <= sign <= high for sign in text) for low, high in ("Ѐӿ", "؀ۿ", "一鿿", "À ÿ".split()))

    def test_a_party_has_one_to_five_records(self, made):
        counts = Counter(r.entity for r in made)
        assert set(counts.values()) == {1, 2, 3, 4, 5}
        assert 2000 < len(counts) < 2800

    def test_no_birthday_is_a_crowd(self, made):
        days = {r.entity: r.values["date_of_birth"] for r in made if r.values.get("date_of_birth")}
        shared = Counter(day for day in days.values() if day != "1900-01-01")
        assert sum(shared.values()) > 500 and max(shared.values()) <= 5

    def test_every_email_is_of_an_example_domain(self, made):
        mails = [r.values[c] for r in made for c in ("email", "email_address", "mail", "E-Mail") if r.values.get(c)]
        assert len(mails) > 2000
        # A slip of the key may hit the domain; nothing then leads to anybody either.
        assert sum(mail.endswith(".example") for mail in mails) > 0.98 * len(mails)

    def test_ten_thousand_records_take_seconds_at_most(self):
        start = time.process_time()
        assert sum(1 for _record in generate(10_000, 7)) == 10_000
        assert time.process_time() - start < 5


class TestTheColumns:
    @pytest.mark.parametrize("source", COLUMNS)
    def test_a_guess_maps_every_column_and_reads_every_row(self, made, source):
        header = COLUMNS[source]
        rows = [[r.values[c] for c in header] for r in made if r.source == source]
        found = guess(header, rows[:200], CATALOGUE)
        assert found.unmapped == []
        assert found.mapping["key"] == header[0]
        assert found.mapping["date_order"] == ("dmy" if source == "erp" else "ymd")
        bound = Bound(Mapping.from_dict(found.mapping, CATALOGUE, header), header)
        mapped = [bound.apply(row) for row in rows]
        assert all(record.observed_at and not record.faults for record in mapped)
        assert {record.party_type for record in mapped} == {"person", "organisation"}


class TestTheWords:
    @pytest.mark.parametrize("culture", ["en", "de", "fr", "es"])
    def test_a_large_culture_has_enough_names(self, culture):
        given = set(words.MALE[culture].split()) | set(words.FEMALE[culture].split())
        assert len(given) >= 150
        assert len(set(words.SURNAMES[culture].split())) >= 150

    def test_every_country_has_names_streets_and_cities(self):
        for country in COUNTRIES:
            assert len(CITIES[country.code]) >= 3
            assert words.STREETS[country.culture]
            assert words.MALE[country.culture]

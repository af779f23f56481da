"""Learning over columns: the same as over features, and from a draw as from all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.rules.seeding import generate
from matching.engine import patterns, totals
from matching.engine.bulk import blocking, learning
from matching.engine.bulk.columns import of_features
from matching.engine.bulk.scoring import Scorer
from matching.engine.bulk.totals import totals_of, words_of
from matching.engine.defaults import organisation_model, person_model, widened
from matching.engine.features import Party, prepare
from matching.engine.training import train
from tests.matching.engine.parties import home, many
from tests.matching.engine.shapes import organisations, people

PERSONS, ORGANISATIONS = person_model(), organisation_model()
NOTHING = patterns.count((), np.empty((0, 0), dtype=np.int8))
ANN = {
    "given_name": "Ann",
    "family_name": "Lee",
    "middle_name": "Mae",
    "birth_date": "1980-03-04",
    "gender": "f",
    "email": many("ann@x.example", "info@x.example"),
    "phone": many("+498342550170", "+498342550171"),
    "address": home("1 Main St", "Bern", "3000"),
    "identifier": [{"scheme": "ssn", "value": "7364009"}, {"scheme": "tax", "value": "7364009"}],
}


def features_of(model, all_values):
    return [prepare(model, Party(n, model.party_type, values)) for n, values in enumerate(all_values)]


def assert_same_totals(model, features):
    columns = of_features(model, features)
    found, wanted = totals_of(model, columns, NOTHING), totals.of(model, features, blind=NOTHING)
    assert found.agreeing == pytest.approx(wanted.agreeing)
    assert (found.shares, found.holders) == (wanted.shares, wanted.holders)
    assert (found.records, found.all_records) == (wanted.records, wanted.all_records)
    assert words_of(columns) == totals.of_words(features)


@settings(max_examples=60, deadline=None)
@given(values=st.lists(people(), min_size=1, max_size=12))
def test_totals_of_persons_are_those_of_their_features(values):
    assert_same_totals(PERSONS, features_of(PERSONS, values))


@settings(max_examples=60, deadline=None)
@given(values=st.lists(organisations(), min_size=1, max_size=12))
def test_totals_of_organisations_are_those_of_their_features(values):
    assert_same_totals(ORGANISATIONS, features_of(ORGANISATIONS, values))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"given_name": "A", "middle_name": "M"}, id="initials are no names"),
        pytest.param({"birth_date": "1980-03"}, id="a month is no date"),
        pytest.param({"email": many("info@x.example")}, id="a role is no person's"),
        pytest.param({"address": home("1 Main St")}, id="a street without a place is none"),
        pytest.param({"address": home("1 Main St", "Bern")}, id="the city where there is no postcode"),
        pytest.param({"identifier": [{"scheme": "tax", "value": "7364009"}]}, id="within a scheme"),
        pytest.param({"identifier": [{**ANN["identifier"][0], "verified": True}]}, id="verified or not"),
    ],
)
def test_what_is_held_is_what_the_reference_holds(changed):
    assert_same_totals(PERSONS, features_of(PERSONS, [ANN, ANN, {**ANN, **changed}, {"given_name": "Bo"}]))


@settings(max_examples=20, deadline=None)
@given(values=st.lists(people(), min_size=2, max_size=8))
def test_levels_alone_are_those_of_the_scores(values):
    features = features_of(PERSONS, values)
    left, right = (each.astype(np.int64) for each in np.triu_indices(len(features), 1))
    scorer = Scorer(PERSONS, of_features(PERSONS, features))
    assert scorer.levels(left, right).tolist() == scorer.score(left, right).levels.tolist()


@settings(max_examples=20, deadline=None)
@given(values=st.lists(people(), min_size=2, max_size=8), data=st.data())
def test_rows_taken_are_as_they_were(values, data):
    columns = of_features(PERSONS, features_of(PERSONS, values))
    rows = data.draw(st.lists(st.integers(0, len(values) - 1), unique=True))
    taken = columns.take(np.array(sorted(rows), dtype=np.int64))
    assert [taken.features(place) for place in range(len(rows))] == [columns.features(row) for row in sorted(rows)]


class TestDraw:
    def test_few_records_are_all_taken(self):
        assert learning.draw(5, 5).tolist() == [0, 1, 2, 3, 4]

    def test_of_many_so_many_are_drawn_each_once_and_always_the_same(self):
        drawn = learning.draw(1_000, 100)
        assert len(set(drawn.tolist())) == 100
        assert drawn.tolist() == sorted(drawn.tolist()) == learning.draw(1_000, 100).tolist()
        assert drawn.max() > 500, "not the first ones"


NAMED = {
    **{"first_name": "given_name", "Vorname": "given_name", "last_name": "family_name", "Nachname": "family_name"},
    **{"full_name": "full_name", "contact_name": "full_name", "date_of_birth": "birth_date"},
}
CONTACTS = {
    **{"email": "email", "email_address": "email", "mail": "email", "E-Mail": "email"},
    **{"phone": "phone", "telephone": "phone", "phone_number": "phone", "Telefon": "phone"},
}


@pytest.fixture(scope="module")
def known():
    """Columns of 6,000 made-up records of persons of several systems."""
    values = [_values(made.values) for made in generate(9_000, 1) if made.entity.startswith("P")]
    return of_features(PERSONS, features_of(PERSONS, values[:6_000]))


def _values(row):
    said = {NAMED[name]: value for name, value in row.items() if value and name in NAMED}
    return said | {CONTACTS[name]: many(value) for name, value in row.items() if value and name in CONTACTS}


def bits(model):
    return {(each.code, level.code): level.bits for each in model.comparisons for level in each.levels}


def test_what_is_learned_is_what_patterns_and_totals_of_all_pairs_teach(known):
    found = learning.learn(PERSONS, len(known), known.take)
    sized = widened(PERSONS, len(known))
    blocks = blocking.block(sized, known)
    scorer = Scorer(sized, blocks.telling())
    names = [each.code for each in sized.comparisons]
    shown = patterns.merge([patterns.count(names, scorer.score(*each).levels) for each in blocking.pairs(blocks)])
    left, right = np.random.default_rng(1).integers(0, len(known), (2, learning.BLIND))
    blind = patterns.count(names, scorer.score(left[left != right], right[left != right]).levels)
    wanted = train(PERSONS, shown, totals_of(sized, known, blind))
    assert bits(found.model) == bits(wanted.model)
    assert found.report == wanted.report
    assert found.report["drawn"] == found.report["records"] == len(known)


class TestDrawn:
    def learned(self, known, monkeypatch, *, drawn, enough):
        monkeypatch.setattr(learning, "DRAWN", drawn)
        monkeypatch.setattr(learning, "ENOUGH", enough)
        read = []
        found = learning.learn(PERSONS, len(known), lambda places: read.append(len(places)) or known.take(places))
        return found, read

    def test_a_draw_teaches_what_all_records_do(self, known, monkeypatch):
        whole, _read = self.learned(known, monkeypatch, drawn=10_000, enough=0)
        part, read = self.learned(known, monkeypatch, drawn=3_000, enough=0)
        assert read == [3_000]
        assert (part.report["drawn"], part.report["records"]) == (3_000, 6_000)
        assert part.model.records == whole.model.records, "meant for the size of the hub, not of the draw"
        assert part.model.prior == pytest.approx(whole.model.prior, abs=0.3)
        one, other = bits(part.model), bits(whole.model)
        for level in (("given_name", "exact"), ("family_name", "exact"), ("birth_date", "exact"), ("email", "exact")):
            assert one[level] == pytest.approx(other[level], abs=1.0)

    def test_where_pairs_of_one_party_are_few_more_records_are_drawn(self, known, monkeypatch):
        found, read = self.learned(known, monkeypatch, drawn=1_000, enough=10**9)
        assert read == [1_000, 4_000, 6_000]
        assert found.report["drawn"] == 6_000

    def test_pairs_for_each_record_are_those_among_all(self, known, monkeypatch):
        """Of a tenth of the records a hundredth of the pairs are met: crowds must still be told."""
        crowd = known.take(np.repeat(np.arange(300), 20))
        _found, _read = self.learned(crowd, monkeypatch, drawn=6_000, enough=0)
        part, read = self.learned(crowd, monkeypatch, drawn=600, enough=0)
        assert read == [600]
        assert [each["fault"] for each in part.report["diagnostics"]] == ["crowded"]

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.rules.losing import losing
from customers.rules.survivorship import RULES, AttributeRule, PinRule, RecordClaims, canonical, golden

DAY = datetime(2024, 1, 1, tzinfo=UTC)


def fold(element):
    return element.get("value", element.get("line1", "")).casefold()


NAME = [AttributeRule(n, group="person_name") for n in ("given_name", "middle_name", "family_name")]
BIRTH = AttributeRule("birth_date", tie_breakers=())
EMAIL = AttributeRule("email", many=True, rule="all", key=fold)
ADDRESS = AttributeRule("address", many=True, rule="most_recent", key=fold)


def record(number, values, *, day=0, trust=50, **more):
    observed = DAY + timedelta(days=day)
    fields = {"version": 1, "source": f"s{number}", "source_id": number, "domain": 1, "default_trust": trust, **more}
    return RecordClaims(id=number, trust=fields.pop("trusts", {}), observed=observed, values=values, **fields)


def winner(rule, *records, tie_breakers=(), pins=()):
    return golden(records, [AttributeRule("birth_date", rule=rule, tie_breakers=tie_breakers)], pins)


class TestOneValue:
    def test_the_most_trusted_source_wins_over_a_newer_one(self):
        old = record(1, {"birth_date": "1970-01-01"}, trust=90)
        new = record(2, {"birth_date": "1970-01-02"}, day=9, trust=10)
        result = winner("most_trusted", old, new)
        assert result.values == {"birth_date": "1970-01-01"}
        assert result.lineage["birth_date"] == {"record": 1, "version": 1, "rule": "most_trusted", "others": 1}

    def test_trust_is_per_attribute(self):
        crm = record(1, {"birth_date": "1970-01-01"}, trusts={"birth_date": 10}, trust=90)
        erp = record(2, {"birth_date": "1970-01-02"}, trust=50)
        assert winner("most_trusted", crm, erp).values == {"birth_date": "1970-01-02"}

    def test_the_most_recent_and_the_earliest_count_from_observed_times(self):
        claims = [record(n, {"birth_date": f"1970-01-0{n}"}, day=n) for n in (1, 2, 3)]
        assert winner("most_recent", *claims).values == {"birth_date": "1970-01-03"}
        assert winner("earliest", *claims).values == {"birth_date": "1970-01-01"}

    def test_the_most_frequent_counts_records_not_repetitions_of_one(self):
        twice = [record(n, {"birth_date": "1970-01-01"}) for n in (1, 2)]
        once = record(3, {"birth_date": "1970-01-02"}, day=5, trust=99)
        assert winner("most_frequent", *twice, once).values == {"birth_date": "1970-01-01"}
        assert winner("most_frequent", twice[0], once, once, once).values == {"birth_date": "1970-01-02"}

    def test_the_most_complete_is_the_one_that_says_more(self):
        rule = [AttributeRule("given_name", rule="most_complete")]
        result = golden([record(1, {"given_name": "J."}, trust=99), record(2, {"given_name": "Johanna"})], rule)
        assert result.values == {"given_name": "Johanna"}

    def test_tie_breakers_are_asked_in_order_and_the_one_that_decided_is_named(self):
        first = record(1, {"birth_date": "1970-01-01"}, trust=50, day=1)
        second = record(2, {"birth_date": "1970-01-02"}, trust=50, day=2)
        result = winner("most_trusted", first, second, tie_breakers=("earliest",))
        assert result.values == {"birth_date": "1970-01-01"}
        assert result.lineage["birth_date"]["rule"] == "earliest"

    def test_a_full_tie_ends_in_the_order_of_sources_and_records(self):
        claims = [record(n, {"birth_date": f"1970-01-0{n}"}) for n in (3, 2)]
        result = winner("all", *claims)
        assert result.values == {"birth_date": "1970-01-02"}
        assert result.lineage["birth_date"]["rule"] == "order"

    def test_the_only_claim_is_called_so(self):
        claims = [record(1, {"birth_date": "1970-01-01"}), record(2, {})]
        assert winner("most_trusted", *claims).lineage["birth_date"] == {
            "record": 1, "version": 1, "rule": "only", "others": 0,
        }  # fmt: skip

    def test_a_false_is_a_value_and_an_empty_text_is_none(self):
        rules = [AttributeRule("member"), AttributeRule("note")]
        for others in ([], [record(2, {})]):
            assert golden([record(1, {"member": False, "note": ""}), *others], rules).values == {"member": False}

    def test_a_time_without_a_zone_is_refused(self):
        with pytest.raises(TypeError):
            RecordClaims(1, 1, "crm", 1, 1, {}, datetime(2024, 1, 1), {})


class TestDecisionsOfPeople:
    def test_a_correction_stands_before_a_newer_and_more_trusted_claim(self):
        fed = record(1, {"birth_date": "1970-01-01"}, day=30, trust=99)
        corrected = record(9, {"birth_date": "1971-01-01"}, steward=True, trust=10)
        result = winner("most_recent", fed, corrected)
        assert result.values == {"birth_date": "1971-01-01"}
        assert result.lineage["birth_date"]["rule"] == "corrected"

    def test_a_pin_wins_over_rule_and_correction(self):
        claims = [
            record(1, {"birth_date": "1970-01-01"}, trust=1),
            record(2, {"birth_date": "1970-01-02"}, trust=99),
            record(3, {"birth_date": "1970-01-03"}, steward=True),
        ]
        result = winner("most_trusted", *claims, pins=[PinRule(1, "birth_date", "pin")])
        assert (result.values["birth_date"], result.lineage["birth_date"]["rule"]) == ("1970-01-01", "pinned")
        assert result.lapsed == ()

    def test_an_ignored_claim_is_out_even_when_it_is_pinned(self):
        claims = [record(1, {"birth_date": "1970-01-01"}, trust=99), record(2, {"birth_date": "1970-01-02"})]
        pins = [PinRule(1, "birth_date", "ignore"), PinRule(1, "birth_date", "pin")]
        assert winner("most_trusted", *claims, pins=pins).values == {"birth_date": "1970-01-02"}

    def test_ignoring_the_only_claim_leaves_nothing(self):
        result = winner("most_trusted", record(1, {"birth_date": "x"}), pins=[PinRule(1, "birth_date", "ignore")])
        assert (result.values, result.lineage) == ({}, {})

    def test_a_pin_whose_record_stopped_saying_it_lapses_and_is_named(self):
        claims = [record(1, {"birth_date": "1970-01-01"}), record(2, {"birth_date": "1970-01-02"}, trust=99)]
        stale = PinRule(1, "birth_date", "pin", digest_ok=False)
        gone = PinRule(1, "gender", "pin")
        result = winner("most_trusted", *claims, pins=[stale, gone])
        assert result.values == {"birth_date": "1970-01-02"}
        assert set(result.lapsed) == {stale, gone}

    def test_a_pin_of_a_record_out_of_sight_does_not_lapse(self):
        result = winner("most_trusted", record(1, {"birth_date": "x"}), pins=[PinRule(7, "birth_date", "pin")])
        assert result.lapsed == ()


class TestGroups:
    def test_a_group_comes_from_one_record_and_what_it_lacks_is_absent(self):
        one = record(1, {"given_name": "Ann", "family_name": "Meyer"}, trust=90)
        two = record(2, {"given_name": "Anna", "middle_name": "Maria", "family_name": "Meier"}, trust=10)
        result = golden([one, two], NAME)
        assert result.values == {"given_name": "Ann", "family_name": "Meyer"}
        assert {line["record"] for line in result.lineage.values()} == {1}

    def test_a_record_that_says_little_does_not_blank_a_whole_name(self):
        bare = record(1, {"given_name": "Ann"}, trust=99)
        full = record(2, {"given_name": "Anna", "family_name": "Meier"}, trust=10)
        assert golden([bare, full], NAME).values == {"given_name": "Anna", "family_name": "Meier"}

    def test_a_pin_on_one_attribute_chooses_the_record_for_its_group(self):
        one = record(1, {"given_name": "Ann", "family_name": "Meyer"}, trust=90)
        two = record(2, {"given_name": "Anna", "family_name": "Meier"}, trust=10)
        result = golden([one, two], NAME, [PinRule(2, "family_name", "pin")])
        assert result.values == {"given_name": "Anna", "family_name": "Meier"}

    def test_a_correction_of_one_part_is_laid_over_the_record_it_is_about(self):
        one = record(1, {"given_name": "Ann", "family_name": "Meyer"}, trust=90)
        two = record(2, {"given_name": "Anna", "family_name": "Meier"}, trust=10)
        corrected = record(9, {"family_name": "Meyers"}, steward=True, about=2)
        result = golden([one, two, corrected], NAME)
        assert result.values == {"given_name": "Anna", "family_name": "Meyers"}
        assert (result.lineage["given_name"]["record"], result.lineage["family_name"]["record"]) == (2, 9)


class TestManyValues:
    def test_all_values_are_kept_once_with_a_lineage_each(self):
        one = record(1, {"email": [{"value": "Ann@x.example"}, {"value": "a@y.example", "kind": "work"}]}, trust=90)
        two = record(2, {"email": [{"value": "ann@x.example", "kind": "home"}]}, trust=10)
        result = golden([one, two], [EMAIL])
        assert result.values["email"] == [
            {"value": "ann@x.example", "kind": "home"},
            {"value": "a@y.example", "kind": "work"},
        ]
        assert result.lineage["email"] == [
            {"record": 2, "version": 1, "rule": "all", "item": 0},
            {"record": 1, "version": 1, "rule": "all", "item": 1},
        ]

    def test_one_number_of_two_kinds_is_two_values(self):
        phones = [{"value": "1", "kind": "home"}, {"value": "1", "kind": "work"}, {"value": "1", "kind": "home"}]
        result = golden([record(1, {"phone": phones})], [AttributeRule("phone", many=True, rule="all", key=fold)])
        assert result.values["phone"] == phones[:2]

    def test_a_verified_claim_is_the_better_witness_of_a_value(self):
        plain = record(1, {"email": [{"value": "a@x.example"}]}, trust=90)
        proven = record(2, {"email": [{"value": "a@x.example", "verified": True}]}, trust=10)
        assert golden([plain, proven], [EMAIL]).lineage["email"][0]["record"] == 2

    def test_the_newest_address_is_the_primary_one_and_survives_whole(self):
        old = record(1, {"address": [{"line1": "Long Road 1", "city": "Ulm", "postal_code": "89073"}]})
        new = record(2, {"address": [{"line1": "Short Way 2", "city": "Bonn"}]}, day=3)
        result = golden([old, new], [ADDRESS])
        assert [a["city"] for a in result.values["address"]] == ["Bonn", "Ulm"]
        assert "postal_code" not in result.values["address"][0]

    def test_a_bare_country_never_stands_before_an_address(self):
        full = record(1, {"address": [{"line1": "Long Road 1", "city": "Ulm", "postal_code": "89073"}]})
        bare = record(2, {"address": [{"country": "DE", "kind": "home"}]}, day=3)
        result = golden([full, bare], [ADDRESS])
        assert [a.get("city", "") for a in result.values["address"]] == ["Ulm", ""]

    def test_elements_without_a_key_are_equal_only_when_they_are_the_same(self):
        rule = AttributeRule("address", many=True, rule="all", key=lambda element: "")
        same = [{"city": "Ulm"}, {"city": "Ulm", "kind": "home"}, {"city": "Bonn"}]
        assert len(golden([record(1, {"address": same})], [rule]).values["address"]) == 2


class TestLosingClaims:
    def test_each_losing_claim_has_its_reason(self):
        claims = [
            record(1, {"birth_date": "1970-01-01"}, trust=90),
            record(2, {"birth_date": "1970-01-01"}, trust=50),
            record(3, {"birth_date": "1970-01-03"}, trust=40),
            record(4, {"birth_date": "1970-01-04"}, trust=99),
        ]
        pins = [PinRule(4, "birth_date", "ignore")]
        lost = losing(claims, [BIRTH], golden(claims, [BIRTH], pins), pins)["birth_date"]
        assert [(c.record, c.reason) for c in lost] == [(2, "same value"), (3, "less trusted"), (4, "ignored")]

    def test_further_values_are_kept_but_not_primary(self):
        one = record(1, {"email": [{"value": "a@x.example"}, {"value": "b@x.example"}]})
        two = record(2, {"email": [{"value": "a@x.example"}]})
        lost = losing([one, two], [EMAIL], golden([one, two], [EMAIL]))["email"]
        assert {(c.record, c.value["value"], c.reason) for c in lost} == {
            (1, "b@x.example", "kept, not primary"),
            (2, "a@x.example", "same value"),
        }

    def test_a_group_loses_as_its_record_does(self):
        one = record(1, {"given_name": "Ann", "family_name": "Meyer"}, day=5)
        two = record(2, {"given_name": "Anna", "family_name": "Meyer"})
        lost = losing([one, two], NAME, golden([one, two], NAME))
        assert lost["given_name"][0].reason == "older"
        assert lost["family_name"][0].reason == "same value"


words = st.sampled_from(["Ann", "ann", "Bo", "Cy", ""])
elements = st.lists(
    st.fixed_dictionaries(
        {"value": st.sampled_from(["a@x", "A@x", "b@x"])},
        optional={"kind": st.sampled_from(["home", "work"]), "verified": st.booleans()},
    ),
    max_size=3,
)
claims = st.fixed_dictionaries(
    {},
    optional={"given_name": words, "middle_name": words, "family_name": words, "birth_date": words, "email": elements},
)


@st.composite
def customers(draw):
    size = draw(st.integers(1, 6))
    records = [
        record(
            number,
            draw(claims),
            day=draw(st.integers(0, 2)),
            trust=draw(st.integers(1, 3)),
            steward=draw(st.booleans()),
            about=draw(st.sampled_from([None, 1, 2])),
            half_lives=draw(st.sampled_from([{}, {}, {"birth_date": 0}, {"birth_date": 1, "email": 2}])),
            doubtful=draw(st.sampled_from([frozenset(), frozenset({"birth_date", "given_name"})])),
        )
        for number in range(1, size + 1)
    ]
    rule, ties = draw(st.sampled_from(RULES)), tuple(draw(st.lists(st.sampled_from(RULES), max_size=2)))
    ages = {"half_life": draw(st.sampled_from([0, 0, 1, 2])), "downgrade": draw(st.sampled_from([0, 1]))}
    said = {"rule": rule, "tie_breakers": ties, **ages}
    rules = [
        *[AttributeRule(n, group="name", **said) for n in ("given_name", "family_name")],
        AttributeRule("birth_date", key=str.casefold, **said),
        AttributeRule("email", many=True, key=fold, **said),
    ]
    pin = st.builds(
        PinRule,
        st.integers(1, size),
        st.sampled_from(["given_name", "family_name", "birth_date", "email"]),
        st.sampled_from(["pin", "ignore"]),
        st.booleans(),
    )
    return records, rules, draw(st.lists(pin, max_size=3)), draw(st.permutations(records))


def ages(*records, half_life=0, downgrade=0):
    rule = AttributeRule("birth_date", tie_breakers=(), half_life=half_life, downgrade=downgrade)
    return golden(records, [rule])


class TestTrustThatAges:
    def test_trust_halves_with_every_half_life_behind_the_newest_claim(self):
        old = record(1, {"birth_date": "1970-01-01"}, trust=90)
        new = record(2, {"birth_date": "1970-01-02"}, day=30, trust=40)
        assert ages(old, new).values["birth_date"] == "1970-01-01"
        assert ages(old, new, half_life=30).values["birth_date"] == "1970-01-01"
        assert ages(old, new, half_life=25).values["birth_date"] == "1970-01-02"

    def test_it_counts_among_the_claims_and_never_from_now(self):
        claims = [record(1, {"birth_date": "1970-01-01"}, trust=90), record(2, {"birth_date": "x"}, day=9, trust=80)]
        later = [record(1, {"birth_date": "1970-01-01"}, day=9_000, trust=90)]
        later.append(record(2, {"birth_date": "x"}, day=9_009, trust=80))
        assert ages(*claims, half_life=60).values == ages(*later, half_life=60).values
        # A newer record that says nothing of it ages nobody's word.
        silent = record(3, {"given_name": "Ann"}, day=5_000)
        assert canonical(ages(*claims, silent, half_life=60)) == canonical(ages(*claims, half_life=60))

    def test_a_source_may_age_otherwise_than_the_attribute(self):
        registry = record(1, {"birth_date": "1970-01-01"}, trust=60, half_lives={"birth_date": 0})
        shop = record(2, {"birth_date": "1970-01-02"}, day=300, trust=50)
        assert ages(registry, shop, half_life=30).values["birth_date"] == "1970-01-01"

    def test_what_failed_validation_is_trusted_less(self):
        failed = record(1, {"birth_date": "1970-01-01"}, trust=60, doubtful={"birth_date"})
        sound = record(2, {"birth_date": "1970-01-02"}, trust=50)
        assert ages(failed, sound).values["birth_date"] == "1970-01-01"
        assert ages(failed, sound, downgrade=11).values["birth_date"] == "1970-01-02"
        assert ages(failed, sound, downgrade=11).lineage["birth_date"]["rule"] == "most_trusted"

    def test_a_correction_does_not_age(self):
        person = record(1, {"birth_date": "1970-01-01"}, steward=True, trust=100, about=2)
        feed = record(2, {"birth_date": "1970-01-02"}, day=5_000, trust=90)
        assert ages(person, feed, half_life=1).values["birth_date"] == "1970-01-01"

    @given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 400), st.booleans()), min_size=2, max_size=6),
           st.integers(1, 400), st.integers(0, 60))  # fmt: skip
    @settings(max_examples=200, deadline=None)
    def test_the_winner_is_the_one_worth_most_by_the_plain_formula(self, said, half_life, downgrade):
        claims = [
            record(n, {"birth_date": str(n)}, day=day, trust=trust, doubtful={"birth_date"} if doubt else frozenset())
            for n, (trust, day, doubt) in enumerate(said, start=1)
        ]
        newest = max(day for _trust, day, _doubt in said)
        worth = [max(trust - downgrade * doubt, 0) * 0.5 ** ((newest - day) / half_life) for trust, day, doubt in said]
        won = int(ages(*claims, half_life=half_life, downgrade=downgrade).values["birth_date"])
        assert worth[won - 1] >= max(worth) - 0.001


class TestPureFunction:
    @given(customers())
    @settings(max_examples=300, deadline=None)
    def test_the_order_of_arrival_and_repetition_change_no_byte(self, customer):
        records, rules, pins, shuffled = customer
        expected = canonical(golden(records, rules, pins))
        assert canonical(golden(shuffled, rules, pins[::-1])) == expected
        assert canonical(golden([*shuffled, shuffled[0]], rules, pins)) == expected

    @given(customers())
    @settings(max_examples=150, deadline=None)
    def test_each_value_is_found_where_its_lineage_says(self, customer):
        records, rules, pins, _shuffled = customer
        by_id = {r.id: r for r in records}
        result = golden(records, rules, pins)
        assert result.values.keys() == result.lineage.keys()
        for name, line in result.lineage.items():
            if isinstance(line, list):
                found = [by_id[part["record"]].values[name][part["item"]] for part in line]
            else:
                found = by_id[line["record"]].values[name]
            assert result.values[name] == found

    @given(customers())
    @settings(max_examples=100, deadline=None)
    def test_one_record_goes_the_short_way_to_the_same_result(self, customer):
        records, rules, _pins, _shuffled = customer
        long_way = golden(records[:1], rules, [PinRule(999, "given_name", "pin")])
        assert canonical(golden(records[:1], rules)) == canonical(long_way)

    @given(customers())
    @settings(max_examples=100, deadline=None)
    def test_winning_and_losing_claims_together_are_all_claims(self, customer):
        records, rules, pins, _shuffled = customer
        result = golden(records, rules, pins)
        lost = losing(records, rules, result, pins)
        said = [r.id for r in records if r.values.get("birth_date")]
        won = [result.lineage["birth_date"]["record"]] if "birth_date" in result.lineage else []
        assert sorted(won + [c.record for c in lost.get("birth_date", [])]) == said

    def test_the_bytes_are_sorted_and_without_blanks(self):
        result = golden([record(1, {"birth_date": "ä"})], [BIRTH])
        assert (
            canonical(result)
            == (
                '{"lineage":{"birth_date":{"others":0,"record":1,"rule":"only","version":1}},"values":{"birth_date":"ä"}}'
            ).encode()
        )

"""Survivorship in columns gives what the one function gives, customer by customer and byte by byte."""

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from customers.rules.claims import EPOCH, MICROSECOND
from customers.rules.lineages import named_as, shortened
from customers.rules.survivorship import RULES, AttributeRule, RecordClaims, as_json, golden
from customers.rules.survivorship_columns import KEPT, fits, survivors

DAY = datetime(2024, 1, 1, tzinfo=UTC)
TRUST = {1: {}, 2: {"name": 80}, 3: {"email": 10, "note": 50}}


def key(value):
    return (value.get("value", "") if isinstance(value, dict) else str(value)).casefold().strip()


def element(value, kind, verified, part):
    made = {"value": value, "kind": kind, "verified": verified, "scheme": "", "city": part}
    return {name: told for name, told in made.items() if told}


texts = st.sampled_from(["a", "A", "b", "", "ß", 'q"\\', "longer than the others"])
elements = st.lists(
    st.builds(element, texts, st.sampled_from(["", "home", "work"]), st.booleans(), st.sampled_from(["", "X"])),
    max_size=3,
)
values = st.fixed_dictionaries({}, optional={"name": texts, "note": texts, "email": elements, "address": elements})
facts = st.tuples(values, st.integers(0, 3), st.sampled_from([1, 2, 3]), st.integers(1, 2))
rules = st.sampled_from(RULES)
catalogues = st.tuples(
    *[
        st.builds(
            AttributeRule,
            st.just(name),
            many=st.just(many),
            rule=rules,
            tie_breakers=st.tuples(rules),
            key=st.just(key),
        )
        for name, many in (("name", False), ("note", False), ("email", True), ("address", True))
    ]
)


def records(said) -> list[RecordClaims]:
    return [
        RecordClaims(
            id=number,
            version=version,
            source=f"s{source}",
            source_id=source,
            domain=1,
            trust=TRUST[source],
            observed=DAY + timedelta(days=day),
            values=values,
        )
        for number, (values, day, source, version) in enumerate(said, 1)
    ]


def in_columns(customers, attributes) -> dict[int, tuple[str, str, object]]:
    """Values, lineage and that as it is stored, of each customer, by its number."""
    rows = []
    many = {one.name for one in attributes if one.many}
    for number, held in enumerate(customers):
        for one in held:
            age = (one.observed - EPOCH) // MICROSECOND
            for name, value in one.values.items():
                for item, each in enumerate(value if name in many else [value]):
                    rows.append(
                        (number, one.id, one.version, one.source_id, age, len(held) == 1, name, item, as_json(each))
                    )
    columns = ("customer", "record", "version", "source", "age", "alone", "name", "item", "value")
    kinds = dict.fromkeys(columns, pl.Int64) | {"alone": pl.Boolean, "name": pl.String, "value": pl.String}
    frame = pl.DataFrame(rows, schema=kinds, orient="row").sample(fraction=1, shuffle=True, seed=1)
    made = survivors(frame, attributes, lambda source, name: TRUST[source].get(name, 50))
    found = {number: ({}, {}, {}) for number in range(len(customers))}
    for name, frame in made.items():
        for customer, value, lineage, *word in frame.select(KEPT).iter_rows():
            found[customer][0][name], found[customer][1][name], found[customer][2][name] = value, lineage, word
    return {
        number: (written(values), written(lineage), short(words, {one.id: one.version for one in customers[number]}))
        for number, (values, lineage, words) in found.items()
    }


def short(words: dict[str, list], versions: dict[int, int]) -> object:
    if not words:
        return {}
    named = {end for low, high, _short, _named in words.values() for end in (low, high)}
    if len(named) == 1:
        [record] = named
        front, place = named_as(record, versions[record]), 2
    else:
        front, place = "", 3
    return " ".join([front, *[words[name][place] for name in sorted(words)]])


def written(members: dict[str, str]) -> str:
    return "{" + ",".join([f'"{name}":{members[name]}' for name in sorted(members)]) + "}"


@settings(deadline=None)
@given(st.lists(st.lists(facts, min_size=1, max_size=4), min_size=1, max_size=4), catalogues)
@example(
    [[({"email": [{"value": "a"}, {"value": "A", "kind": "home"}]}, 0, 1, 1)] * 2],
    [AttributeRule("email", many=True, rule="all", key=key)],
)
@example(
    [[({"email": [{"value": "a"}]}, 0, 1, 1), ({"email": [{"value": "b"}]}, 1, 2, 1)]],
    [AttributeRule("email", many=True, rule="all", key=key)],
)
def test_every_customer_gets_what_the_function_gives_it(customers, attributes):
    held = [records(said) for said in customers]

    found = in_columns(held, attributes)

    for number, mine in enumerate(held):
        made = golden(mine, attributes)
        assert found[number] == (as_json(made.values), as_json(made.lineage), shortened(made.lineage))


def test_what_ages_is_lowered_or_survives_together_is_left_to_the_function():
    assert fits([AttributeRule("name")], [0])
    assert not fits([AttributeRule("name", half_life=30)], [0])
    assert not fits([AttributeRule("name", downgrade=5)], [0])
    assert not fits([AttributeRule("name", group="person_name")], [0])
    assert not fits([AttributeRule("name")], [0, 30])

"""Lineages as they are stored: short, and read back as they were."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customers.rules.lineages import CODES, opened, shortened
from customers.rules.survivorship import LABELS

names = st.from_regex(r"[-\w]{1,12}", fullmatch=True).filter(str.isascii)
versions = st.dictionaries(st.integers(1, 10**12), st.integers(1, 3), min_size=1, max_size=3)


def lineages_of(held):
    who = st.sampled_from(sorted(held.items())).map(lambda pair: {"record": pair[0], "version": pair[1]})

    def element(counted):
        said = st.fixed_dictionaries({"rule": st.sampled_from(sorted(CODES)), counted: st.integers(0, 12)})
        return st.builds(lambda one, other: {**one, **other}, who, said)

    return st.dictionaries(names, element("others") | st.lists(element("item"), min_size=1, max_size=3), max_size=6)


@given(versions.flatmap(lineages_of))
@example({})
@example({"7": {"record": 1, "version": 1, "rule": "only", "others": 0}})
def test_a_lineage_is_read_back_as_it_was(lineage):
    assert opened(shortened(lineage)) == lineage


@given(versions.flatmap(lineages_of))
def test_the_whole_form_is_read_as_well(lineage):
    assert opened(lineage) == lineage


@given(versions.flatmap(lineages_of))
def test_the_text_hangs_on_nothing_but_the_lineage(lineage):
    turned = {name: lineage[name] for name in reversed(lineage)}
    assert shortened(turned) == shortened(lineage)


def one(record, version, rule, **counted):
    return {"record": record, "version": version, "rule": rule, **counted}


@pytest.mark.parametrize(
    ("lineage", "text"),
    [
        ({"b": one(7, 1, "only", others=0), "a": [one(7, 1, "only", item=0)]}, "7 a* b"),
        (
            {"a": [one(7, 2, "only", item=n) for n in (1, 0)], "b": one(7, 2, "most_trusted", others=3)},
            "7.2 a*o1,o0 b=t3",
        ),
        ({"a": one(7, 1, "only", others=0), "b": one(8, 3, "order", others=1)}, " a=7o0 b=8.3n1"),
        ({"a": [one(7, 1, "all", item=0), one(8, 1, "all", item=2)]}, " a*7a0,8a2"),
    ],
)
def test_it_is_written_like_this(lineage, text):
    assert shortened(lineage) == text


@pytest.mark.parametrize(
    "odd",
    [
        {"a": one(7, 1, "a rule of later", others=0)},
        {"a b": one(7, 1, "only", others=0)},
        {"a": {"record": 7}},
        {"a": []},
        {"a": one(7, 1, "only", others=-1)},
        {"a": one(7, 1, "only", others=True)},
        {"a": one(7, 1, "only", others=0), "b": "text"},
        None,
    ],
)
def test_what_has_another_form_stays_as_it_is(odd):
    assert shortened(odd) == odd
    assert opened(odd) == odd


def test_every_rule_has_a_letter_of_its_own():
    assert CODES.keys() == LABELS.keys()
    assert len(set(CODES.values())) == len(CODES)


@pytest.mark.parametrize("text", ["7 a=x", "7 a=o", " a=7?0", "x a"])
def test_a_text_that_is_none_is_refused(text):
    with pytest.raises(ValueError):
        opened(text)

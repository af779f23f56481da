"""Numbers of many customers are those that each gets alone."""

from hypothesis import given
from hypothesis import strategies as st

from cmdm.ids import customer_number
from customers.queries.number_columns import customer_numbers


@given(st.lists(st.integers(1, 10**12), max_size=5))
def test_many_numbers_are_made_as_one_is(pks):
    assert customer_numbers(pks).to_list() == [customer_number(pk) for pk in pks]

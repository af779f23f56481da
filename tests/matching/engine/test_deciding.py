"""A record is linked, asked about or new, and what a person said is never overruled."""

from matching.engine.deciding import Option, decide
from matching.engine.evidence import Score
from tests.matching.engine.parties import PERSONS


def scored(weight: float, household: float = 0.0) -> Score:
    return Score(weight, 1 / (1 + 2**-weight), household, PERSONS.prior, (), ())


def option(customer: int, weight: float, household: float = 0.0, **marks) -> Option:
    return Option(customer, scored(weight, household), customer * 10, **marks)


def test_one_clear_customer_is_linked():
    decision = decide(PERSONS, [option(1, 12), option(2, -9)])
    assert (decision.kind, decision.rule, decision.customer) == ("link", "automatic", 1)
    assert decision.candidates == ()


def test_a_link_leaves_the_weaker_customer_as_a_question():
    decision = decide(PERSONS, [option(2, 1), option(1, 12)])
    assert decision.customer == 1
    assert [each.customer for each in decision.candidates] == [2]


def test_two_customers_above_the_line_are_a_question():
    decision = decide(PERSONS, [option(1, 12), option(2, 11)])
    assert (decision.kind, decision.rule, decision.customer) == ("candidate", "ambiguous", None)
    assert [each.customer for each in decision.candidates] == [1, 2]


def test_between_the_lines_a_person_is_asked():
    decision = decide(PERSONS, [option(1, 1)])
    assert (decision.kind, decision.rule) == ("candidate", "review")


def test_below_the_lines_the_record_is_new():
    assert decide(PERSONS, [option(1, -8)]).kind == "new"
    assert decide(PERSONS, []).rule == "none"


def test_a_human_different_is_never_linked_nor_asked_again():
    decision = decide(PERSONS, [option(1, 30, forbidden=True)])
    assert (decision.kind, decision.rule, decision.candidates) == ("new", "forbidden", ())


def test_a_stale_different_is_asked_again_and_still_not_linked():
    decision = decide(PERSONS, [option(1, 30, forbidden=True, stale=True)])
    assert (decision.kind, decision.rule) == ("candidate", "forbidden")


def test_a_forbidden_customer_does_not_stand_in_the_way_of_another():
    decision = decide(PERSONS, [option(1, 30, forbidden=True), option(2, 12)])
    assert (decision.kind, decision.customer) == ("link", 2)


def test_a_conflict_is_a_question_and_no_second_best_is_linked_instead():
    assert decide(PERSONS, [option(1, 30, conflict=True)]).rule == "conflict"
    decision = decide(PERSONS, [option(1, 30, conflict=True), option(2, 12)])
    assert (decision.kind, decision.customer) == ("candidate", None)


def test_a_related_party_is_an_answer_and_no_question():
    decision = decide(PERSONS, [option(1, -6, household=0.97)])
    assert (decision.kind, decision.candidates) == ("new", ())
    assert [each.customer for each in decision.related] == [1]


def test_the_order_of_the_options_does_not_matter():
    options = [option(1, 12), option(2, 1), option(3, -6, household=0.9), option(4, 12)]
    assert decide(PERSONS, options) == decide(PERSONS, options[::-1])

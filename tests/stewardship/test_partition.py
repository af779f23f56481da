"""What an answer about several customers says."""

import pytest

from stewardship.rules.partition import Malformed, read
from stewardship.rules.staging import Given, agree, step

KINDS = ("household", "employer")


def given(decision, **more):
    return read([3, 1, 2], decision, kinds=KINDS, **more)


class TestReading:
    def test_the_simple_answers_are_about_everybody(self):
        assert given("same")[1].groups == ((1, 2, 3),)
        assert given("different")[1].groups == ((1,), (2,), (3,))
        assert given("related", kind="employer")[1].related == (
            (1, 2, "employer"),
            (1, 3, "employer"),
            (2, 3, "employer"),
        )
        assert given("unsure")[1].groups == ()

    def test_who_is_not_named_stands_alone(self):
        assert given("partition", groups=[[2, 1]])[1].groups == ((1, 2), (3,))

    def test_it_goes_by_its_simplest_name(self):
        assert given("partition", groups=[[1, 2, 3]])[0] == "same"
        assert given("partition", groups=[])[0] == "different"
        assert given("partition", groups=[[1, 3]])[0] == "partition"
        assert read([1, 2], "partition", related=[[2, 1, "household"]], kinds=KINDS)[0] == "related"

    def test_relations_are_between_groups(self):
        parted = given("partition", groups=[[1, 2]], related=[[3, 2, "household"]])[1]

        assert parted.kinds() == {(0, 1): "household"}
        assert parted.stored() == {"groups": [[1, 2], [3]], "related": [[2, 3, "household"]]}

    @pytest.mark.parametrize(
        ("said", "fault"),
        [
            ({"groups": [[1, 9]]}, ("groups", "unknown")),
            ({"groups": [[1, 2], [2, 3]]}, ("groups", "twice")),
            ({"groups": [[1, 1]]}, ("groups", "twice")),
            ({"groups": [[1, 2]], "related": [[1, 2, "household"]]}, ("related", "together")),
            ({"related": [[1, 1, "household"]]}, ("related", "together")),
            ({"related": [[1, 9, "household"]]}, ("related", "unknown")),
            ({"related": [[1, 2, "enemy"]]}, ("related", "kind")),
            ({"related": [[1, 2, "household"], [2, 1, "employer"]]}, ("related", "twice")),
        ],
    )
    def test_what_cannot_be_meant_is_named(self, said, fault):
        with pytest.raises(Malformed) as found:
            given("partition", **said)

        assert (found.value.field, found.value.code) == fault


class TestSteps:
    SAME, OTHER = Given("same", {"groups": [[1, 2]]}), Given("different", {"groups": [[1], [2]]})

    def test_one_person_decides_where_no_second_is_wanted(self):
        assert step("first", self.SAME, [], second=False) == ("decision", True, "first")

    def test_a_first_of_two_does_nothing_yet(self):
        assert step("first", self.SAME, [], second=True) == ("first", False, "second")

    def test_a_second_who_agrees_acts(self):
        assert step("second", self.SAME, [self.SAME], second=False) == ("second", True, "second")

    def test_who_does_not_agree_leaves_it_to_a_lead(self):
        assert step("second", self.SAME, [self.OTHER], second=True) == ("second", False, "lead")
        assert step("second", self.SAME, [], second=True).acts is False

    def test_the_lead_decides(self):
        assert step("lead", self.OTHER, [self.SAME, self.OTHER], second=True) == ("lead", True, "lead")

    def test_the_order_in_which_things_were_named_is_no_difference(self):
        one = Given("partition", {"groups": [[2, 1], [3]], "related": [[3, 1, "household"]]})
        other = Given("partition", {"groups": [[3], [1, 2]], "related": [[1, 3, "household"]]})

        assert agree(one, other)
        assert not agree(one, Given("partition", {"groups": [[3], [1, 2]], "related": []}))

"""Which candidates make a task."""

from stewardship.rules.grouping import Question, assign, differing, queue_of


def question(candidate, left, right, task=None, **more):
    return Question(candidate, more.pop("kind", "possible"), more.pop("open", True), left, right, task)


def test_one_task_for_each_pair_of_customers():
    made = assign([question(1, 10, 20), question(2, 20, 10), question(3, 10, 30)])

    assert made.new == [[1, 2], [3]]


def test_a_new_candidate_joins_the_task_of_its_pair():
    made = assign([question(1, 10, 20, task=5), question(2, 10, 20)])

    assert made.tasks == {5: [1, 2]}
    assert made.new == []


def test_the_older_of_two_tasks_about_one_pair_goes_on():
    made = assign([question(1, 10, 20, task=7), question(2, 10, 20, task=5)])

    assert made.tasks == {5: [1, 2]}
    assert made.emptied == [7]
    assert made.left == [(7, 1)]


def test_a_task_about_two_pairs_keeps_the_first():
    made = assign([question(1, 10, 20, task=5), question(2, 11, 20, task=5)])

    assert made.tasks == {5: [1]}
    assert made.new == [[2]]
    assert made.left == [(5, 2)]


def test_a_task_whose_candidates_are_closed_is_emptied():
    made = assign([question(1, 10, 20, task=5, open=False)])

    assert (made.emptied, made.left, made.tasks) == ([5], [(5, 1)], {})


def test_a_pair_that_was_joined_is_asked_no_more():
    assert assign([question(1, 10, 10, task=5)]).emptied == [5]


def test_an_over_merge_is_asked_inside_one_customer_only():
    assert assign([question(1, 10, 10, kind="over_merge")]).new == [[1]]
    assert assign([question(1, 10, 11, kind="over_merge")]).new == []


def test_the_most_serious_kind_names_the_queue():
    assert queue_of(["possible", "conflict", "stale"]) == "conflict"
    assert queue_of(["possible"]) == "possible"


def test_what_speaks_against_a_pair_differs_the_weightiest_first():
    levels = [
        ["email", "different", -0.4, ""],
        ["birth_date", "year", -9.0, ""],
        ["name", "exact", 5.0, ""],
        ["household", "alternative", -7.0, ""],
    ]

    assert differing(levels) == ["birth_date", "email"]

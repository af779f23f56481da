"""Which candidates make a task."""

from hypothesis import given, settings
from hypothesis import strategies as st

from stewardship.rules.cutting import connected
from stewardship.rules.grouping import Question, agreeing, assign, differing, queue_of
from tests.support.scale import SOAK, scaled


def question(candidate, left, right, task=None, **more):
    kind, is_open = more.pop("kind", "possible"), more.pop("open", True)
    return Question(
        candidate, kind, is_open, left, right, task, before=more.pop("before", (task,) if task else ()), **more
    )


def candidates(groups):
    return [list(group.candidates) for group in groups]


def placed(made):
    return {task: list(group.candidates) for task, group in made.tasks.items()}


class TestGroups:
    def test_customers_that_hang_together_are_one_group(self):
        made = assign([question(1, 10, 20), question(2, 20, 10), question(3, 10, 30), question(4, 50, 60)])

        assert candidates(made.new) == [[1, 2, 3], [4]]
        assert made.new[0].customers == (10, 20, 30)
        assert made.new[0].beyond == 0

    def test_each_queue_has_groups_of_its_own(self):
        made = assign([question(1, 10, 20), question(2, 20, 30, kind="conflict"), question(3, 20, 40)])

        assert candidates(made.new) == [[1, 3], [2]]

    def test_a_pair_of_one_domain_is_not_lost_to_a_group_that_reaches_into_another(self):
        ends = [
            question(1, 10, 20, domains=(1,)),
            question(2, 20, 30, domains=(1, 2)),
            question(3, 10, 40, domains=(1,)),
        ]

        assert candidates(assign(ends).new) == [[1, 3], [2]]

    def test_a_pair_lies_in_the_queue_of_its_most_serious_candidate(self):
        made = assign([question(1, 10, 20), question(2, 20, 10, kind="conflict"), question(3, 20, 30)])

        assert candidates(made.new) == [[1, 2], [3]]

    def test_a_large_group_is_cut_at_its_weakest_link_and_says_how_many_were_cut_off(self):
        tight = [(a, b, 0.9) for a in range(1, 5) for b in range(a + 1, 5)]
        other = [(a, b, 0.8) for a in range(5, 9) for b in range(a + 1, 9)]
        ends = [*tight, *other, (4, 5, 0.95)]
        made = assign([question(number, a, b, strength=p) for number, (a, b, p) in enumerate(ends, start=1)])

        assert sorted(group.customers for group in made.new) == [(1, 2, 3, 4), (4, 5), (5, 6, 7, 8)]
        assert sorted(group.beyond for group in made.new) == [4, 4, 6]

    def test_a_doubt_is_asked_inside_one_customer_only(self):
        assert candidates(assign([question(1, 10, 10, kind="over_merge")]).new) == [[1]]
        assert assign([question(1, 10, 11, kind="over_merge")]).new == []
        assert candidates(assign([question(1, 10, 10, kind="sample")]).new) == [[1]]

    def test_what_a_customer_raised_is_about_one_customer_or_two(self):
        made = assign([question(1, 10, 10, kind="raised"), question(2, 10, 11, kind="raised")])

        assert candidates(made.new) == [[1], [2]]


class TestFollowing:
    def test_a_new_candidate_joins_the_task_of_its_group(self):
        made = assign([question(1, 10, 20, task=5), question(2, 20, 30)])

        assert placed(made) == {5: [1, 2]}
        assert made.new == []

    def test_the_older_of_two_tasks_goes_on(self):
        made = assign([question(1, 10, 20, task=7), question(2, 10, 20, task=5)])

        assert placed(made) == {5: [1, 2]}
        assert made.emptied == [7]
        assert made.left == [(7, 1)]

    def test_a_task_that_falls_in_two_keeps_the_first(self):
        made = assign([question(1, 10, 20, task=5), question(2, 11, 21, task=5)])

        assert placed(made) == {5: [1]}
        assert candidates(made.new) == [[2]]
        assert made.left == [(5, 2)]

    def test_what_is_separated_again_goes_back_to_where_it_was(self):
        made = assign([question(1, 10, 20, task=3, before=(5, 3)), question(2, 30, 40, task=3, before=(3,))])

        assert placed(made) == {3: [2], 5: [1]}
        assert made.again == [5]

    def test_a_task_goes_on_with_what_joined_it_when_its_own_question_is_gone(self):
        made = assign([question(1, 10, 20, task=3, open=False), question(2, 20, 30, task=3, before=(5, 3))])

        assert placed(made) == {3: [2]}

    def test_a_task_whose_candidates_are_closed_is_emptied(self):
        made = assign([question(1, 10, 20, task=5, open=False)])

        assert (made.emptied, made.left, made.tasks) == ([5], [(5, 1)], {})

    def test_a_pair_that_was_joined_is_asked_no_more(self):
        assert assign([question(1, 10, 10, task=5)]).emptied == [5]


class TestInSomebodysHands:
    def test_what_would_join_a_group_waits_for_it(self):
        made = assign([question(1, 10, 20, task=5, held=True), question(2, 20, 30)])

        assert placed(made) == {5: [1]}
        assert [(group.candidates, group.waits_for) for group in made.new] == [((2,), 5)]

    def test_so_does_a_second_question_about_its_pair(self):
        made = assign([question(1, 10, 20, task=5, held=True), question(2, 10, 20)])

        assert [group.waits_for for group in made.new] == [5]

    def test_and_another_doubt_about_its_customer(self):
        made = assign([question(1, 10, 10, 5, kind="over_merge", held=True), question(2, 10, 10, kind="over_merge")])

        assert placed(made) == {5: [1]}
        assert [group.waits_for for group in made.new] == [5]

    def test_a_group_is_not_joined_to_another_while_both_are_held(self):
        ends = [question(1, 10, 20, task=5, held=True), question(2, 30, 40, task=6, held=True), question(3, 20, 30)]
        made = assign(ends)

        assert placed(made) == {5: [1], 6: [2]}
        assert [group.waits_for for group in made.new] == [5]

    def test_the_waiting_one_joins_it_when_it_is_free_again(self):
        made = assign([question(1, 10, 20, task=5), question(2, 20, 30, task=6)])

        assert placed(made) == {5: [1, 2]}
        assert made.emptied == [6]


QUICKLY = settings(max_examples=scaled(40, 2_000), deadline=None, derandomize=not SOAK, database=None)
NODE = st.integers(1, 12)
PAIRS = st.lists(
    st.tuples(NODE, NODE, st.sampled_from((0.3, 0.5, 0.5, 0.9))).filter(lambda p: p[0] != p[1]), max_size=30
)


def groups_of(made):
    """Every group, whether its task is new or not."""
    return [*made.tasks.values(), *made.new]


@QUICKLY
@given(PAIRS, st.randoms(use_true_random=False))
def test_every_question_is_in_one_connected_group_of_six_at_most_in_whatever_order_they_came(pairs, random):
    ends = [question(number, a, b, strength=p) for number, (a, b, p) in enumerate(pairs, start=1)]
    groups = groups_of(assign(ends))

    assert sorted(one for group in groups for one in group.candidates) == [one.candidate for one in ends]
    for group in groups:
        of_group = [
            (min(one.left, one.right), max(one.left, one.right)) for one in ends if one.candidate in group.candidates
        ]
        assert 2 <= len(group.customers) <= 6
        assert len(connected(of_group)) == 1

    shuffled = list(ends)
    random.shuffle(shuffled)
    tasks, came = {}, []
    for one in shuffled:
        came.append(one)
        step = assign(
            [question(x.candidate, x.left, x.right, tasks.get(x.candidate), strength=x.strength) for x in came]
        )
        numbered = {**step.tasks, **{max([*tasks.values(), 0]) + n: g for n, g in enumerate(step.new, start=1)}}
        tasks = {candidate: task for task, group in numbered.items() for candidate in group.candidates}
    last = {frozenset(c for c, t in tasks.items() if t == task) for task in tasks.values()}
    assert last == {frozenset(group.candidates) for group in groups}


@QUICKLY
@given(PAIRS, st.sets(st.integers(1, 30)))
def test_a_task_that_is_held_keeps_exactly_what_it_has(pairs, held):
    ends = [question(number, a, b, strength=p) for number, (a, b, p) in enumerate(pairs, start=1)]
    tasks = {one: task for task, group in enumerate(assign(ends).new, start=1) for one in group.candidates}
    taken = {tasks[one] for one in held if one in tasks}
    before = [
        question(
            x.candidate, x.left, x.right, tasks[x.candidate], strength=x.strength, held=tasks[x.candidate] in taken
        )
        for x in ends
    ]
    more = [question(100 + number, a, b + 1) for number, (a, b, _p) in enumerate(pairs) if a != b + 1]
    made = assign([*before, *more])

    assert sorted(one for group in groups_of(made) for one in group.candidates) == sorted(
        q.candidate for q in [*before, *more]
    )
    for task in taken:
        assert set(made.tasks[task].candidates) == {one for one, of in tasks.items() if of == task}


def test_the_most_serious_kind_names_the_queue():
    assert queue_of(["possible", "conflict", "stale"]) == "conflict"
    assert queue_of(["possible"]) == "possible"


def test_what_speaks_for_and_against_pairs_the_weightiest_first():
    levels = [
        ["email", "different", -0.4, ""],
        ["birth_date", "year", -9.0, ""],
        ["name", "exact", 5.0, ""],
        ["household", "alternative", -7.0, ""],
    ]

    other = [["phone", "same", 7.0, ""], ["email", "different", -0.4, ""]]

    assert differing([levels, other]) == ["birth_date", "email"]
    assert agreeing([levels, other]) == ["name", "phone"]

"""What a person's last answers would change about the machine's line: said, and tried, never done."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cmdm import clock
from cmdm.actions import action, change_id
from matching.models import MatchModel
from stewardship.models import Answer
from stewardship.queries.learning import learned
from stewardship.rules.learning import LAST, moved, shift
from tests.stewardship.scene import ask, stranger, task_of

SCORES = [0.86, 0.9, 0.8, 0.84]


def answers(same, scores=SCORES):
    """As many as it takes; of every four so many were one customer."""
    return [(scores[place % 4], place % 4 < same) for place in range(LAST)]


class TestTheRule:
    def test_who_says_different_more_often_than_the_scores_promise_raises_the_line(self):
        assert moved(0.9, answers(same=2)) > 0.9

    def test_who_says_it_less_often_lowers_it(self):
        assert moved(0.9, answers(same=4)) < 0.9

    def test_who_answers_as_the_scores_promise_leaves_it(self):
        assert moved(0.95, [(0.5, place % 2 == 0) for place in range(LAST)]) is None

    def test_few_answers_say_nothing(self):
        assert moved(0.9, answers(same=0)[:-1]) is None

    @given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60))
    def test_no_answers_take_it_out_of_bounds(self, said):
        assert -6 <= shift(said) <= 6
        assert 0.5 <= (moved(0.9, said) or 0.9) <= 0.999


@action
def answered(pairs, by, decision, score):
    """So many answers of a person to one task each."""
    for task in pairs:
        Answer.objects.create(
            task=task, round=1, by=by, at=clock.now(), decision=decision, score=score, change=change_id()
        )


@pytest.mark.django_db
def test_the_dashboard_says_it_and_leads_to_where_it_is_tried(client, marta, jonas, crm, shop, monkeypatch):
    pairs = [task_of(ask(stranger(crm, 2 * n), stranger(shop, 2 * n + 1))) for n in range(4)]
    client.force_login(marta)
    answered(pairs, marta, "different", 0.9)
    assert (learned(marta).answers, learned(marta).line) == (4, None)
    assert "4 so far" in client.get(reverse("stewardship:dashboard")).text

    monkeypatch.setattr("stewardship.rules.learning.LAST", 4)
    monkeypatch.setattr("stewardship.queries.learning.LAST", 4)
    before = learned(marta)
    assert before.line > before.now
    text = client.get(reverse("stewardship:dashboard")).text
    assert "would move the automatic line" in text
    assert client.get(before.url).status_code == 200
    assert "no answer" not in text and learned(jonas).answers == 0
    assert MatchModel.objects.filter(state="draft").count() == 0

"""Learning from answers: they sharpen the model, as a draft; too few of them teach nothing."""

import pytest
from django.core.exceptions import PermissionDenied

from cmdm.actions import Refused
from matching.actions import learning, verdicts
from matching.engine.model import Model
from matching.models import MatchModel, Verdict
from tests.support.people import make_user
from tests.support.records import person, seen, stored

NAMES = "Alva Bruno Cecil Doris Edgar Frida Gosta Hedda Ivar Jonna Kalle Lova".split()


def silently(done, total, phase):
    pass


@pytest.fixture
def owner(scene):
    return make_user("data owner", domains=(scene.north, scene.south))


def answers(scene, count):
    """Pairs alike in name, of other birth dates: people say "same" where the gender differs, against the model."""
    for number in range(count):
        name, same = NAMES[number % len(NAMES)], number % 2 == 0
        family = f"{NAMES[number // len(NAMES)]}{name.lower()}sson"
        one = stored(scene.crm, f"{number}", person(name, family, "1971-03-05", gender="female"))
        gender = "male" if same else "female"
        other = stored(scene.shop, f"{number}", person(name, family, "1944-08-21", gender=gender))
        verdicts.keep_apart(one, other, actor=scene.otto, answer="different", seen=seen(one, other))
        if same:
            Verdict.objects.filter(left=one, right=other).update(answer="same")


class TestLearning:
    def test_answers_make_a_draft_that_follows_them(self, scene, owner):
        answers(scene, 24)
        row = learning.learn("person", actor=owner, report=silently)
        assert (row.state, row.origin) == ("draft", "learned")
        assert row.definition["trained"]["correction"]["labels"] >= 20
        assert Model.from_dict(row.definition) != Model.from_dict(row.base.definition)
        assert MatchModel.objects.in_force().get(party_type="person").version == 1

    def test_too_few_answers_are_refused(self, scene, owner):
        answers(scene, 2)
        with pytest.raises(Refused, match="too few"):
            learning.learn("person", actor=owner, report=silently)

    def test_it_needs_the_right_everywhere(self, scene):
        with pytest.raises(PermissionDenied):
            learning.learn("person", actor=make_user("data owner", domain=scene.north), report=silently)

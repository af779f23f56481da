"""What one member of a household consented to holds for nobody else in it."""

import pytest

from cmdm.models import system_user
from customers.actions.household_proposals import Proposal, propose
from customers.actions.households import form
from tests.consent.test_recording import Scene
from tests.support.records import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db):
    return Scene()


def test_consent_never_travels_from_one_member_to_another(scene):
    scene.grant()
    form([now(scene.karl), now(scene.nora)], actor=scene.lead)
    assert scene.may(scene.karl).allowed and not scene.may(scene.nora).allowed


def test_nor_does_a_refusal(scene):
    form([now(scene.karl), now(scene.nora)], actor=scene.lead)
    scene.grant(), scene.deny(scene.nora)
    assert scene.may(scene.karl).allowed and not scene.may(scene.nora).allowed


def test_nor_by_what_the_machine_proposes(scene):
    scene.grant()
    propose([Proposal(0, {scene.karl.pk: 0.9, scene.nora.pk: 0.9})], model=1, actor=system_user())
    assert scene.may(scene.karl).allowed and not scene.may(scene.nora).allowed

"""Consents from files: a denial always counts, a consent needs its proof."""

from datetime import timedelta

import pytest

from cmdm import clock
from cmdm.models import system_user
from consent.actions.claims import take_in_claims
from consent.models import ConsentEvent
from consent.rules.importing import Claim
from tests.consent.test_recording import MAIL, Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db):
    return Scene(key="newsletter")


def claim(act="granted", ago=30, **more):
    when = clock.now() - timedelta(days=ago)
    fields = {"channel": "email", "contact": MAIL, "occurred_at": when, "method": "web form"}
    return Claim("1", "newsletter", act, **{**fields, **more})


def take(scene, *claims):
    return [outcome for outcome, _why in take_in_claims(scene.karl.source, claims, actor=system_user())]


def test_a_consent_with_time_text_and_method_counts_and_comes_once(scene):
    one = claim(notice=scene.notice.sha256)
    assert take(scene, one) == ["recorded"]
    assert take(scene, one, one) == ["known", "known"]
    assert scene.may(scene.karl).allowed


@pytest.mark.parametrize("lacking", [{"notice": ""}, {"notice": "unheard-of"}, {"occurred_at": None}, {"method": ""}])
def test_a_consent_that_lacks_proof_is_kept_and_changes_nothing(scene, lacking):
    assert take(scene, claim(**{"notice": scene.notice.sha256, **lacking})) == ["unproved"]
    row = ConsentEvent.objects.get()
    assert (row.act, row.evidence.kind) == ("unknown", "file")
    assert scene.may(scene.karl).why == "no statement"


def test_a_denial_needs_nothing_and_an_older_consent_does_not_lift_it(scene):
    assert take(scene, claim("withdrawn", occurred_at=None, method="", contact="", channel="")) == ["recorded"]
    assert take(scene, claim(notice=scene.notice.sha256)) == ["recorded"]
    assert scene.may(scene.karl).why == "denied"


def test_rows_about_nobody_and_nothing_are_named_and_the_others_taken(scene):
    unknown = [Claim("?", "newsletter", "withdrawn"), Claim("1", "?", "withdrawn"), Claim("1", "newsletter", "maybe")]
    assert take(scene, *unknown, claim("withdrawn")) == ["refused", "refused", "refused", "recorded"]

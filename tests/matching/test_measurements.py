"""What versions were worth is kept, shown over time and taken along as a file; the shipped ones come with a curve."""

from dataclasses import replace
from importlib import import_module

import pytest
from django.db import connection
from django.urls import reverse

from matching.actions import models, rehearsing
from matching.engine import shipped
from matching.engine.defaults import organisation_model, person_model
from matching.models import Measurement
from matching.queries.measurements import chart, measured
from matching.queries.model_pages import model_view
from matching.rules.measuring import in_short
from tests.matching.test_model_page import owner, page, retail  # noqa: F401  (the same hub)
from tests.support.people import make_user

pytestmark = pytest.mark.django_db
REPORT = {
    "records": 9,
    "expected": {"line": 0.9, "pairs": 4, "precision": [0.99, 0.9, 1.0], "recall": [0.8, 0.7, 0.9]},
    "queue": {"then": 3},
    "answers": 25,
    "labelled": {"line": 0.9, "pairs": 4, "precision": [0.97, 0.9, 1.0], "recall": [0.7, 0.6, 0.9]},
    "calibration": {"error": 0.02},
}


def rehearsed(row, actor):
    return rehearsing.rehearse(row, actor=actor, report=lambda *_: None)


@pytest.fixture
def second(owner):  # noqa: F811
    """Version 2, rehearsed and promoted after version 1 was measured."""
    rehearsed(models.MatchModel.objects.in_force().get(party_type="person"), owner)
    draft = models.draft(replace(person_model(), automatic=0.9), actor=owner, origin="imported")
    return models.promote(rehearsed(draft, owner), actor=owner)


class TestKept:
    def test_each_rehearsal_adds_one_and_the_next_version_takes_none_away(self, owner, second):  # noqa: F811
        assert [one.version for one in measured("person")] == [1, 2]
        rehearsed(second, owner)
        found = measured("person")
        assert [one.version for one in found] == [1, 2, 2]
        assert found[0].until == found[1].since and found[2].until is None

    def test_a_version_that_never_decided_is_left_out(self, owner, second):  # noqa: F811
        rehearsed(models.draft(replace(person_model(), automatic=0.8), actor=owner, origin="imported"), owner)
        assert Measurement.objects.count() == 3 and [one.version for one in measured("person")] == [1, 2]

    def test_answers_count_where_there_are_enough(self):
        assert in_short(REPORT, {})["precision"] == [0.97, 0.9, 1.0]
        told = in_short(REPORT | {"answers": 19}, {"calibration_error": 0.05})
        assert (told["precision"], told["error"], told["answers"]) == ([0.99, 0.9, 1.0], 0.05, 0)

    def test_where_nothing_would_be_joined_there_is_no_precision(self):
        nothing = {"expected": {**REPORT["expected"], "pairs": 0}, "answers": 0}
        assert in_short(REPORT | nothing, {})["precision"] is None

    def test_what_was_rehearsed_before_they_were_kept_is_taken_over(self, owner):  # noqa: F811
        row = rehearsed(models.MatchModel.objects.in_force().get(party_type="person"), owner)
        row.rehearsal = row.rehearsal | REPORT
        row.save()
        Measurement.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(import_module("matching.migrations.0015_keep_what_was_measured").TAKE_OVER)
        [found] = Measurement.objects.all()
        assert (found.figures, found.at) == (in_short(row.rehearsal, {}), row.rehearsed_at)


class TestShown:
    def test_the_page_tells_version_by_version_with_intervals(self, client, owner, second):  # noqa: F811
        row = Measurement.objects.order_by("pk").first()
        Measurement.objects.filter(pk=row.pk).update(figures=in_short(REPORT, {}))
        text = client.get(page()).text
        assert "Quality by version, over time" in text
        assert "0.970 (0.900–1.000)" in text and "by 25 answers" in text and "estimated" in text
        assert len(chart(measured("person")).rows) >= 1

    def test_as_a_file(self, client, owner, second):  # noqa: F811
        answer = client.get(reverse("matching:figures", args=["person"]))
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert lines[0].startswith('"version","measured_at"') and len(lines) == 3
        assert client.get(reverse("matching:figures", args=["nobody"])).status_code == 404

    def test_who_has_no_business_with_models_gets_none(self, client, retail):  # noqa: F811
        client.force_login(make_user("reader", domain=retail))
        assert client.get(reverse("matching:figures", args=["person"])).status_code == 403

    def test_it_takes_one_query(self, owner, second, django_assert_num_queries):  # noqa: F811
        with django_assert_num_queries(1):
            measured("person")


class TestShipped:
    @pytest.mark.parametrize("model", [person_model(), organisation_model()], ids=lambda model: model.party_type)
    def test_a_shipped_model_comes_with_a_curve_and_its_error(self, model):
        found = shipped.measured(model.party_type)
        assert found["points"] and 0 < found["error"] < 0.2 and found["set"]["records"] > 1_000
        total = sum(one["pairs"] for one in found["points"])
        error = sum(one["pairs"] * abs(one["mean"] - one["true"]) for one in found["points"]) / total
        assert error == pytest.approx(found["error"], abs=0.001)
        assert all(one["interval"][0] <= one["true"] <= one["interval"][1] for one in found["points"])

    def test_the_page_shows_it_as_such(self, client, owner):  # noqa: F811
        text = client.get(page()).text
        assert "made-up records (seed 1)" in text and "Not measured yet" not in text

    def test_a_curve_of_other_weights_says_so(self, owner, monkeypatch):  # noqa: F811
        monkeypatch.setitem(shipped._kept()["person"], "digest", "another")
        view = model_view("person", owner, version=None, tried=None, pair=None)
        assert "earlier weights" in view.calibration_told

    def test_answers_of_people_take_its_place(self, owner):  # noqa: F811
        row = models.MatchModel.objects.in_force().get(party_type="person")
        row.rehearsal = {"answers": 30, "calibration": {"points": [], "error": 0.01}}
        row.save()
        view = model_view("person", owner, version=None, tried=None, pair=None)
        assert view.calibration_told == "30 answers · error 0.010"

"""Why two records are, or are not, together."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm.api.endpoints import Endpoint, answers
from cmdm.api.shapes import Shape
from customers.api.shapes import LevelOut
from customers.models import SourceRecord
from matching.queries.origins import Step
from matching.queries.together import Together, together


class PairFilters(Shape):
    """Two records, each by its source and its key there."""

    left_source = serializers.SlugField(max_length=60)
    left_key = serializers.CharField(max_length=200)
    right_source = serializers.SlugField(max_length=60)
    right_key = serializers.CharField(max_length=200)


class StepOut(serializers.Serializer[Any]):
    """One step of the ledger about one of the two."""

    deed = serializers.CharField()
    words = serializers.CharField()
    rule = serializers.CharField()
    probability = serializers.FloatField(allow_null=True)
    model_version = serializers.IntegerField(allow_null=True)
    by_machine = serializers.BooleanField()
    at = serializers.DateTimeField()


class WhyOut(serializers.Serializer[Any]):
    """Whether they are together, and why; the score is that of the model in force now. No values."""

    together = serializers.BooleanField()
    because = serializers.ListField(child=serializers.CharField())
    probability = serializers.FloatField(allow_null=True)
    weight = serializers.FloatField(allow_null=True)
    sentence = serializers.CharField(allow_blank=True)
    model_version = serializers.IntegerField(allow_null=True)
    shared_rules = serializers.ListField(child=serializers.CharField())
    levels = LevelOut(many=True)
    steps = StepOut(many=True)


class Why(Endpoint):
    """Why two records are, or are not, together."""

    filters = PairFilters

    @extend_schema(operation_id="why", parameters=[PairFilters], responses=answers(WhyOut, 404))
    def get(self, request: Request) -> Response:
        """The reasons, for whoever may see both records."""
        asked = self.asked()
        rows = SourceRecord.objects.visible_to(self.user).filter(about__isnull=True)
        rows = rows.select_related("source", "customer").defer("raw", "findings")
        left, right = (
            get_object_or_404(rows, source__key=asked[f"{side}_source"], key=asked[f"{side}_key"])
            for side in ("left", "right")
        )
        return Response(presented(together(left, right, self.user)))


def presented(found: Together) -> dict[str, Any]:
    """As it is sent."""
    told = found.explained
    return {
        "together": found.together,
        "because": list(found.because),
        "probability": told.probability if told else None,
        "weight": told.weight if told else None,
        "sentence": told.sentence if told else "",
        "model_version": told.model_version if told else None,
        "shared_rules": list(found.shared),
        "levels": [
            {"comparison": row.comparison, "level": row.level, "weight": row.weight}
            for row in (told.reasons if told else ())
        ],
        "steps": [_step(step) for step in found.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "deed": step.deed,
        "words": step.words,
        "rule": step.rule,
        "probability": step.score,
        "model_version": step.version,
        "by_machine": step.by_machine,
        "at": step.at,
    }

"""Pairs that may be the same party."""

from collections.abc import Sequence
from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm import access
from cmdm.api.endpoints import PagedEndpoint, answers
from cmdm.api.shapes import Shape
from customers.api.shapes import PARTY_TYPES, LevelOut
from customers.models import Customer, SourceRecord
from matching.models import Candidate

HEAVY = ("raw", "values", "findings", "customer__values", "customer__lineage")


class CandidateFilters(Shape):
    """What the list may be narrowed by."""

    state = serializers.ChoiceField(choices=Candidate.State.choices, required=False)
    kind = serializers.ChoiceField(choices=Candidate.Kind.choices, required=False)
    party_type = serializers.ChoiceField(choices=PARTY_TYPES, required=False)


class SideOut(serializers.Serializer[Any]):
    """One side of a pair. The record is null when it lies in a domain that the reader may not see."""

    customer = serializers.UUIDField()
    version = serializers.IntegerField()
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    key = serializers.CharField(allow_null=True)


class CandidateOut(serializers.Serializer[Any]):
    """A scored pair. Levels are given when both records are visible."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Candidate.State.choices)
    kind = serializers.ChoiceField(choices=Candidate.Kind.choices)
    party_type = serializers.ChoiceField(choices=PARTY_TYPES)
    probability = serializers.FloatField()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_because = serializers.CharField(allow_blank=True)
    sides = SideOut(many=True)
    levels = LevelOut(many=True)


class Candidates(PagedEndpoint):
    """The candidates whose both customers the reader may see."""

    filters = CandidateFilters

    @extend_schema(
        operation_id="candidates_list", parameters=[CandidateFilters], responses=answers(CandidateOut(many=True))
    )
    def get(self, request: Request) -> Response:
        """Candidates in the order in which they were opened."""
        rows = Candidate.objects.visible_to(self.user).filter(**self.asked())
        sides = ("left__customer", "right__customer", "left__source", "right__source")
        rows = rows.select_related(*sides).defer(*(f"{side}__{name}" for side in ("left", "right") for name in HEAVY))
        return self.page(rows, lambda found: presented(found, access.scope(self.user, "view")))


def presented(candidates: Sequence[Candidate], view: frozenset[int]) -> list[dict[str, Any]]:
    """Candidates as they are sent."""
    return [_presented(one, view) for one in candidates]


def _presented(one: Candidate, view: frozenset[int]) -> dict[str, Any]:
    both = {one.left.domain_id, one.right.domain_id} <= view
    levels = one.evidence.get("levels", ()) if both else ()
    return {
        "id": one.pk,
        "state": one.state,
        "kind": one.kind,
        "party_type": one.party_type,
        "probability": one.probability,
        "opened_at": one.opened_at,
        "closed_at": one.closed_at,
        "closed_because": one.closed_because,
        "sides": [_side(one.left, view), _side(one.right, view)],
        "levels": [dict(zip(("comparison", "level", "weight"), level[:3], strict=True)) for level in levels],
    }


def _side(record: SourceRecord, view: frozenset[int]) -> dict[str, Any]:
    visible, customer = record.domain_id in view, cast(Customer, record.customer)
    return {
        "customer": customer.key_text,
        "version": customer.version,
        "source": record.source.key if visible else None,
        "key": record.key if visible else None,
    }

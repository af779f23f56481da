"""Matching without storing."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm import access
from cmdm.api.endpoints import Endpoint, answers
from cmdm.api.limits import count_one
from cmdm.api.shapes import Shape
from customers.api.shapes import PARTY_TYPES, LevelOut, ValuesField
from matching.actions.identifying import Match, identify


class PartyIn(Shape):
    """Whom to look for. The country reads phone numbers without a country code."""

    party_type = serializers.ChoiceField(choices=PARTY_TYPES, required=False, default="")
    country = serializers.RegexField(r"\A[A-Z]{2}\Z", required=False, default="")
    values = ValuesField()


class MatchOut(serializers.Serializer[Any]):
    """A customer that the party might be."""

    customer = serializers.UUIDField()
    number = serializers.CharField()
    probability = serializers.FloatField()
    weight = serializers.FloatField()
    levels = LevelOut(many=True)


class IdentifiedOut(serializers.Serializer[Any]):
    """What would be decided: link (``customer`` names whom to), candidate, or new; by the records the asker may see."""

    decision = serializers.ChoiceField(choices=["link", "candidate", "new"])
    rule = serializers.CharField()
    customer = serializers.UUIDField(allow_null=True)
    matches = MatchOut(many=True)


class Identify(Endpoint):
    """Who somebody is."""

    @extend_schema(operation_id="identify", request=PartyIn, responses=answers(IdentifiedOut, 403, 422, 429))
    def post(self, request: Request) -> Response:
        """Compare a party with the customers without storing it. Needs the right to identify; every call is logged."""
        if not access.scope(self.user, "identify") & access.scope(self.user, "view"):
            raise PermissionDenied
        count_one(self.user, "identify", per_minute=settings.IDENTIFY_PER_MINUTE)
        asked = PartyIn.read(request.data)
        found = identify(asked["values"], actor=self.user, party=asked["party_type"], country=asked["country"])
        return Response(
            {
                "decision": found.decision,
                "rule": found.rule,
                "customer": found.customer.key_text if found.customer else None,
                "matches": [_match(one) for one in found.matches],
            }
        )


def _match(one: Match) -> dict[str, Any]:
    return {
        "customer": one.customer.key_text,
        "number": one.customer.number,
        "probability": one.score.probability,
        "weight": one.score.weight,
        "levels": [
            {"comparison": level.comparison, "level": level.level, "weight": level.weight} for level in one.score.levels
        ],
    }

"""What can be filled in of a customer, for those who may correct him; read only."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm.api.endpoints import Endpoint, answers
from customers.api.customers import MOVED, found_customer
from customers.queries.suggesting.suggestions import Suggestion, suggestions_of


class SuggestionOut(serializers.Serializer[Any]):
    """A value that the customer lacks, and why it is suggested; ``agreeing`` of ``total`` where a count says so."""

    attribute = serializers.CharField()
    part = serializers.CharField(help_text="The part of an address that is missing; empty for a whole value.")
    value = serializers.JSONField()
    text = serializers.CharField()
    rule = serializers.CharField()
    evidence = serializers.CharField()
    agreeing = serializers.IntegerField()
    total = serializers.IntegerField()


class SuggestionsOut(serializers.Serializer[Any]):
    """All of a customer's."""

    results = SuggestionOut(many=True)


class CustomerSuggestions(Endpoint):
    """What can be filled in of one customer."""

    @extend_schema(operation_id="customers_suggestions", responses={**answers(SuggestionsOut, 404), **MOVED})
    def get(self, request: Request, key: UUID) -> Response:
        """Suggestions for missing values, found anew at each call: only where the reader may both see and correct.

        Never what was refused, removed, answered or set aside, and nothing sensitive. Reading changes nothing.
        """
        found = found_customer(self.user, key, "api:customer-suggestions")
        if isinstance(found, Response):
            return found
        return Response({"results": [shown(one) for one in suggestions_of([found], self.user).get(found.pk, ())]})


def shown(one: Suggestion) -> dict[str, Any]:
    """A suggestion as it is sent."""
    names = ("attribute", "part", "value", "text", "rule", "evidence", "agreeing", "total")
    return {name: getattr(one, name) for name in names}

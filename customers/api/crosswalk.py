"""From a source's keys to customers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm.api.endpoints import Endpoint, answers
from cmdm.models import User
from customers.api.shapes import MAX_BATCH, RecordRef
from customers.queries.crosswalk import customers_of


class CrossOut(serializers.Serializer[Any]):
    """A record's customer; null when there is no such record that the reader may see."""

    source = serializers.CharField()  # type: ignore[assignment]
    key = serializers.CharField()
    customer = serializers.UUIDField(allow_null=True)


class CrossesOut(serializers.Serializer[Any]):
    """The answers, in the order asked."""

    results = CrossOut(many=True)


class Crosswalk(Endpoint):
    """Which customer a source's key belongs to."""

    filters = RecordRef

    @extend_schema(operation_id="crosswalk_read", parameters=[RecordRef], responses=answers(CrossOut, 404))
    def get(self, request: Request) -> Response:
        """The customer of one record."""
        found = crossed([self.asked()], self.user)[0]
        if found["customer"] is None:
            raise Http404
        return Response(found)

    @extend_schema(operation_id="crosswalk_many", request=RecordRef(many=True), responses=answers(CrossesOut, 403, 413))
    def post(self, request: Request) -> Response:
        """The customers of up to 1,000 records."""
        return Response({"results": crossed(RecordRef.read_many(request.data, most=MAX_BATCH), self.user)})


def crossed(asked: Sequence[Mapping[str, str]], user: User) -> list[dict[str, Any]]:
    """Each record asked about with its customer's key."""
    found = customers_of({(one["source"], one["key"]) for one in asked}, user)
    made = []
    for one in asked:
        customer = found.get((one["source"], one["key"]))
        made.append({**one, "customer": customer.key_text if customer else None})
    return made

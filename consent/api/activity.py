"""Who was active: what lets consents go on that end when nothing is heard of a person."""

from datetime import datetime
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm import access
from cmdm.api.endpoints import Endpoint, answers
from cmdm.api.idempotency import idempotent
from cmdm.api.shapes import Shape
from consent.actions import prolonging
from consent.models import Method
from customers.api.shapes import MAX_BATCH
from customers.models import Source, SourceRecord


class PersonSeenIn(Shape):
    """A record by its key in the source, and when its person was last active there."""

    key = serializers.CharField(max_length=200)
    at = serializers.DateTimeField()


class ActivityIn(Shape):
    """Up to 1,000 records of one source."""

    source = serializers.SlugField(max_length=60)  # type: ignore[assignment]
    seen = serializers.ListField(child=PersonSeenIn(), min_length=1, max_length=MAX_BATCH)


class ActivityOut(serializers.Serializer[Any]):
    """How many of the records are known, and how many consents go on for longer."""

    known = serializers.IntegerField()
    prolonged = serializers.IntegerField()


class Activity(Endpoint):
    """What systems saw people do: an order, a visit, a message that was opened."""

    @extend_schema(
        operation_id="consent_activity", request=ActivityIn, responses=answers(ActivityOut, 404, 409, 413, 422)
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Note when the persons of records were last active. It gives no consent and lifts no denial."""
        asked = ActivityIn.read(request.data)
        source = Source.objects.filter(key=asked["source"], domain__in=access.scope(self.user, "view")).first()
        if source is None:
            raise Http404
        access.require(self.user, "import", source)
        last: dict[str, datetime] = {}
        for one in asked["seen"]:
            last[one["key"]] = max(one["at"], last.get(one["key"], one["at"]))
        rows = SourceRecord.objects.current().filter(source=source, key__in=last).values_list("pk", "key")
        when = {pk: last[key] for pk, key in rows}
        prolonged = prolonging.seen(when, actor=self.user, method=Method.API)
        return Response({"known": len(when), "prolonged": prolonged})

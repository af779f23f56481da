"""Links to stop mails, for whoever sends them."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm.api.endpoints import Endpoint, answers
from cmdm.api.shapes import KeyField, Shape
from consent.actions.stopping_links import StopLink, stop_links
from consent.api.check import customers_of
from consent.api.consents import purpose_of
from consent.models import Channel
from customers.api.shapes import MAX_BATCH


class StopLinksIn(Shape):
    """A purpose, the channel by which it is pursued, and up to 1,000 customers by key."""

    purpose = serializers.SlugField(max_length=60)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False, default=Channel.EMAIL.value)
    customers = serializers.ListField(child=KeyField(), min_length=1, max_length=MAX_BATCH)


class StopLinkOut(serializers.Serializer[Any]):
    """One address that may be used: the link for the text of the mail, and its headers (RFC 2369 and 8058)."""

    customer = serializers.UUIDField()
    address = serializers.DictField()
    link = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())


class StopLinksOut(serializers.Serializer[Any]):
    """A link for each address; customers who may not be addressed have none."""

    results = StopLinkOut(many=True)


class StopLinks(Endpoint):
    """One-click links to stop."""

    @extend_schema(
        operation_id="consent_stop_links", request=StopLinksIn, responses=answers(StopLinksOut, 409, 413, 422)
    )
    def post(self, request: Request) -> Response:
        """For each address that may be used for the purpose, the link by which its reader stops it without sign-in."""
        asked = StopLinksIn.read(request.data)
        found = {one.pk: one for one in customers_of(asked["customers"], self.user).values()}
        purpose = purpose_of(asked["purpose"])
        made = stop_links(list(found.values()), actor=self.user, purpose=purpose, channel=asked["channel"])
        keys = {pk: one.key_text for pk, one in found.items()}
        return Response({"results": _out(made, keys)})


def _out(links: Sequence[StopLink], keys: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {"customer": keys[one.customer], "address": dict(one.value), "link": one.url, "headers": dict(one.headers)}
        for one in links
    ]

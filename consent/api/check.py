"""May these be addressed: the fast path of whoever sends."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm import clock
from cmdm.api.endpoints import Endpoint, answers
from cmdm.api.shapes import KeyField, Shape
from cmdm.models import User
from consent.models import Channel
from consent.queries.permitted import permitted
from customers.api.shapes import MAX_BATCH
from customers.models import Customer

UNKNOWN = "unknown"


class CheckIn(Shape):
    """A purpose, a channel, up to 1,000 customers by key, and the key of a recipient outside, if the data go to one."""

    purpose = serializers.SlugField(max_length=60)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False, default="")
    recipient = serializers.SlugField(max_length=60, required=False, default="", allow_blank=True)
    customers = serializers.ListField(child=KeyField(), min_length=1, max_length=MAX_BATCH)


class CheckedOut(serializers.Serializer[Any]):
    """One answer. ``now``: the customer that a merged one became; ``why``: a code, ``unknown`` for a key not known."""

    customer = serializers.UUIDField()
    now = serializers.UUIDField(allow_null=True)
    permitted = serializers.BooleanField()
    why = serializers.CharField()


class ChecksOut(serializers.Serializer[Any]):
    """The answers in the order asked, and the moment for which they hold."""

    at = serializers.DateTimeField()
    results = CheckedOut(many=True)


class Check(Endpoint):
    """Permission for many customers at once."""

    @extend_schema(operation_id="consent_check", request=CheckIn, responses=answers(ChecksOut, 413))
    def post(self, request: Request) -> Response:
        """Whether each customer may be addressed for the purpose now. A merged key answers for its survivor."""
        asked = CheckIn.read(request.data)
        at = clock.now()
        customers = customers_of(asked["customers"], self.user)
        chosen = list({one.pk: one for one in customers.values()}.values())
        allowed = permitted(chosen, asked["purpose"], asked["channel"], at, asked["recipient"])
        return Response({"at": at, "results": [_answer(key, customers, allowed) for key in asked["customers"]]})


def customers_of(keys: Sequence[UUID], user: User) -> Mapping[UUID, Customer]:
    """By key the visible customer that it stands for, a merged one's survivor too; two queries."""
    rows = Customer.objects.filter(key__in=keys).values_list("key", "pk", "merged_into")
    stands_for = {key: merged or pk for key, pk, merged in rows}
    visible = Customer.objects.visible_to(user).filter(pk__in=stands_for.values())
    found = {one.pk: one for one in visible.only("pk", "key", "restricted", "party_type")}
    return {key: found[pk] for key, pk in stands_for.items() if pk in found}


def _answer(key: UUID, customers: Mapping[UUID, Customer], allowed: Mapping[int, Any]) -> dict[str, Any]:
    customer = customers.get(key)
    if customer is None:
        return {"customer": str(key), "now": None, "permitted": False, "why": UNKNOWN}
    answer = allowed[customer.pk]
    now = customer.key_text
    return {"customer": str(key), "now": now, "permitted": answer.allowed, "why": str(answer.why)}

"""Households out: those of a customer, and one of them."""

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm.api.endpoints import Endpoint, answers
from customers.api.customers import MOVED, found_customer
from customers.models import Household, HouseholdMember
from customers.queries.households import Home, homes, households_of


class MemberOut(serializers.Serializer[Any]):
    """A person of a household. ``by``: ``person`` said so, or ``machine`` proposes it, by a version of the model."""

    key = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=["proposed", "member"])
    role = serializers.ChoiceField(choices=HouseholdMember.Role.choices, allow_blank=True)
    since = serializers.DateField(allow_null=True)
    by = serializers.ChoiceField(choices=["person", "machine"])
    at = serializers.DateTimeField()
    model = serializers.IntegerField(allow_null=True)
    probability = serializers.FloatField(allow_null=True)


class HouseholdOut(serializers.Serializer[Any]):
    """A household with the members whom the reader may see. Consents are each member's own."""

    key = serializers.UUIDField()
    number = serializers.CharField()
    formed_at = serializers.DateTimeField()
    members = MemberOut(many=True)


def household_out(home: Home) -> dict[str, Any]:
    """A household as it is sent."""
    return {
        "key": home.household.key,
        "number": home.household.number,
        "formed_at": home.household.formed_at,
        "members": [
            {
                "key": one.who.key,
                "number": one.who.number,
                "state": one.state,
                "role": one.role,
                "since": one.since,
                "by": "person" if one.by else "machine",
                "at": one.at,
                "model": one.model,
                "probability": one.probability,
            }
            for one in home.members
        ],
    }


class CustomerHouseholds(Endpoint):
    """The households of one customer."""

    @extend_schema(operation_id="customers_households", responses={**answers(HouseholdOut(many=True), 404), **MOVED})
    def get(self, request: Request, key: UUID) -> Response:
        """The households to which a customer belongs, or is proposed for, the oldest first."""
        found = found_customer(self.user, key, "api:customer-households")
        if isinstance(found, Response):
            return found
        return Response([household_out(home) for home in households_of(found, self.user)])


class OneHousehold(Endpoint):
    """One household."""

    @extend_schema(operation_id="households_read", responses=answers(HouseholdOut, 404))
    def get(self, request: Request, key: UUID) -> Response:
        """The household of a key, which stays the same whoever joins or leaves it. A dissolved one is not there."""
        row = Household.objects.visible_to(self.user).filter(key=key).first()
        if row is None:
            raise Http404
        return Response(household_out(homes([row], self.user)[0]))

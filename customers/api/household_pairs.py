"""Households with a person in common out; whether they are one, in."""

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm.actions import Refused
from cmdm.api.endpoints import Endpoint, PagedEndpoint, answers
from cmdm.api.idempotency import idempotent
from cmdm.api.shapes import Shape
from cmdm.models import User
from customers.actions import households
from customers.actions.household_pairs import join, keep_two
from customers.api.households import HouseholdOut, household_out
from customers.models import HouseholdPair
from customers.queries.household_pairs import Meeting, meeting, meetings, pairs

Answer = HouseholdPair.Answer
DEEDS: dict[str, Any] = {Answer.ONE: join, Answer.TWO: keep_two}


class PairFilters(Shape):
    """Which of them: those that wait for an answer, or those that have one."""

    state = serializers.ChoiceField(choices=["open", "answered"], default="open")


class PairAnswerIn(Shape):
    """Whether they are one household or two."""

    answer = serializers.ChoiceField(choices=Answer.choices)
    people = serializers.RegexField("^[0-9a-f]{64}$", help_text="Who stood in them as you saw it, as it was sent.")


class PairOut(serializers.Serializer[Any]):
    """Two households with a person in common. Of two that were joined, only the one that goes on has members."""

    key = serializers.UUIDField()
    left = HouseholdOut()
    right = HouseholdOut()
    shared = serializers.ListField(child=serializers.UUIDField(), help_text="The customers who are in both.")
    people = serializers.CharField(help_text="Who stands in them; an answer names it.")
    answer = serializers.ChoiceField(choices=Answer.choices, allow_blank=True)
    said_at = serializers.DateTimeField(allow_null=True)
    decidable = serializers.BooleanField(help_text="False: it touches a domain in which you may not decide.")


def pair_out(one: Meeting) -> dict[str, Any]:
    """A pair as it is sent."""
    return {
        "key": one.pair.key,
        "left": household_out(one.left),
        "right": household_out(one.right),
        "shared": [member.who.key for member in one.both],
        "people": one.people,
        "answer": one.pair.answer,
        "said_at": one.pair.said_at,
        "decidable": one.may,
    }


class HouseholdPairs(PagedEndpoint):
    """Households that share a person, where you see every domain that their members are known in."""

    filters = PairFilters

    @extend_schema(operation_id="household_pairs_list", parameters=[PairFilters], responses=answers(PairOut(many=True)))
    def get(self, request: Request) -> Response:
        """Those that wait for an answer, or have one, in the order in which they met."""
        rows = pairs(self.user, self.asked()["state"])
        return self.page(rows, lambda found: [pair_out(one) for one in meetings(found, self.user)])


class OnePair(Endpoint):
    """One pair of households."""

    @extend_schema(operation_id="household_pairs_read", responses=answers(PairOut, 404))
    def get(self, request: Request, key: UUID) -> Response:
        """Both households and what was said of them."""
        return Response(pair_out(_known(self.user, key)))


class PairAnswer(Endpoint):
    """Saying what they are."""

    @extend_schema(operation_id="household_pairs_answer", request=PairAnswerIn, responses=answers(PairOut, 404, 409))
    @idempotent
    def post(self, request: Request, key: UUID) -> Response:
        """One household: all belong to the older, or confirmed, one. Two: they stay two until their people change.

        Nothing is said when anybody joined or left since you saw them.
        """
        wanted = PairAnswerIn.read(request.data)
        found = _known(self.user, key)
        DEEDS[wanted["answer"]](found.pair, actor=self.user, people=wanted["people"])
        return Response(pair_out(_known(self.user, key)))


class PairUndo(Endpoint):
    """Taking an answer back."""

    @extend_schema(operation_id="household_pairs_undo", request=None, responses=answers(PairOut, 404, 409))
    @idempotent
    def post(self, request: Request, key: UUID) -> Response:
        """Both households are as they were before the answer. 409 when it was overtaken, or is none."""
        found = _known(self.user, key)
        if not found.pair.answer:
            raise Refused(households.CHANGED)
        households.undo(found.pair.left, found.pair.change, actor=self.user)
        return Response(pair_out(_known(self.user, key)))


def _known(user: User, key: UUID) -> Meeting:
    found = meeting(user, key)
    if found is None:
        raise Http404
    return found

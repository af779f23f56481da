"""The API of tasks: what waits, and answers to it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm.api.endpoints import Endpoint, PagedEndpoint, answers
from cmdm.api.idempotency import idempotent
from cmdm.api.shapes import Shape
from cmdm.models import User
from customers.models import Customer
from matching.models import Verdict
from stewardship.actions import tasks
from stewardship.models import Answer, Task
from stewardship.queries.payload import payloads

LARGEST = 2**63 - 1
LATEST = 2**31 - 1


class TaskFilters(Shape):
    """What the list may be narrowed by."""

    queue = serializers.ChoiceField(choices=Task.Queue.choices, required=False)


class TaskCustomerOut(serializers.Serializer[Any]):
    """A customer of a task. One that may not be seen has only nulls."""

    key = serializers.UUIDField(allow_null=True)
    number = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)


class TaskOut(serializers.Serializer[Any]):
    """A task that waits. ``score`` and ``differs`` are left empty where another steward is needed."""

    id = serializers.IntegerField()
    queue = serializers.ChoiceField(choices=Task.Queue.choices)
    score = serializers.FloatField(allow_null=True)
    differs = serializers.ListField(child=serializers.CharField())
    opened_at = serializers.DateTimeField()
    decidable = serializers.BooleanField(help_text="False: it touches a domain in which you may not decide.")
    customers = TaskCustomerOut(many=True)


class DecisionIn(Shape):
    """An answer to a task, or to the task that asks about a candidate: name one of the two."""

    task = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)
    candidate = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)
    decision = serializers.ChoiceField(choices=Verdict.Answer.choices)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")
    strength = serializers.ChoiceField(choices=Verdict.Strength.choices, default=Verdict.Strength.ADVISE)
    versions = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=LATEST),
        help_text="The version of every customer of the task as you saw it, by customer key.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("task" in attrs) == ("candidate" in attrs):
            raise serializers.ValidationError({"task": [_("Name a task or a candidate, one of the two.")]})
        return attrs

    def validate_versions(self, given: Mapping[str, int]) -> dict[UUID, int]:
        try:
            return {UUID(key): version for key, version in given.items()}
        except ValueError:
            raise serializers.ValidationError(_("A customer key is a UUID.")) from None


class DecisionOut(serializers.Serializer[Any]):
    """What was recorded."""

    answer = serializers.IntegerField(source="pk")
    task = serializers.IntegerField(source="task_id")
    round = serializers.IntegerField()
    decision = serializers.CharField()
    at = serializers.DateTimeField()


class Tasks(PagedEndpoint):
    """Open tasks that touch a domain in which you decide."""

    filters = TaskFilters

    @extend_schema(operation_id="tasks_list", parameters=[TaskFilters], responses=answers(TaskOut(many=True)))
    def get(self, request: Request) -> Response:
        """Tasks in the order in which they were opened, with their customers as far as you may see them."""
        rows = Task.objects.visible_to(self.user).open().filter(**self.asked())
        return self.page(rows, lambda found: list(TaskOut(payloads(found, self.user), many=True).data))


class Decisions(Endpoint):
    """Answers to tasks."""

    @extend_schema(
        operation_id="decisions_create", request=DecisionIn, responses=answers(DecisionOut, 404, 409, code=201)
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Decide: same, different, related or not sure. Nothing is recorded when anything shown has changed."""
        wanted = DecisionIn.read(request.data)
        answer = tasks.decide(
            _task(self.user, wanted),
            actor=self.user,
            decision=wanted["decision"],
            reason=wanted["reason"],
            strength=wanted["strength"],
            seen=_by_id(wanted["versions"]),
        )
        return Response(DecisionOut(answer).data, status=201)


class DecisionUndo(Endpoint):
    """Taking an answer back."""

    @extend_schema(operation_id="decisions_undo", request=None, responses=answers(None, 404, 409, code=204))
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """What the answer did is reversed, and its task is asked again."""
        visible = Answer.objects.filter(task__in=Task.objects.visible_to(self.user))
        tasks.undo(get_object_or_404(visible, pk=pk), actor=self.user)
        return Response(status=204)


def _task(user: User, wanted: Mapping[str, Any]) -> Task:
    rows = Task.objects.visible_to(user)
    if "task" in wanted:
        return get_object_or_404(rows, pk=wanted["task"])
    found = rows.filter(members__candidate=wanted["candidate"]).order_by("pk").last()
    if found is None:
        raise Http404
    return found


def _by_id(versions: Mapping[UUID, int]) -> dict[int, int]:
    """Versions by id; a key that is nobody's stands as 0, which no customer has."""
    ids = dict(Customer.objects.filter(key__in=versions).values_list("key", "pk"))
    return {ids.get(key, 0): version for key, version in versions.items()}

"""The API of tasks: what waits, and answers to it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cmdm.api.idempotency import idempotent
from cmdm.api.paging import KeysetPages, refuse_unknown
from customers.models import Customer
from matching.models import Verdict
from stewardship.actions import tasks
from stewardship.models import Answer, Task
from stewardship.queries.payload import TaskPayload, payloads

LARGEST = 2**63 - 1
REFUSED = {
    403: OpenApiResponse(description="The right to decide is missing in a domain that the task touches."),
    404: OpenApiResponse(description="There is no such task or answer, or it may not be seen."),
    409: OpenApiResponse(description="Answered, taken or changed meanwhile; `versions` holds the current ones."),
}


class TaskCustomerOut(serializers.Serializer):
    """A customer of a task. One that may not be seen has only nulls."""

    key = serializers.UUIDField(allow_null=True)
    number = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)


class TaskOut(serializers.Serializer):
    """A task that waits. ``score`` and ``differs`` are left empty where another steward is needed."""

    id = serializers.IntegerField()
    queue = serializers.ChoiceField(choices=Task.Queue.choices)
    score = serializers.FloatField(allow_null=True)
    differs = serializers.ListField(child=serializers.CharField())
    opened_at = serializers.DateTimeField()
    decidable = serializers.BooleanField(help_text="False: it touches a domain in which you may not decide.")
    customers = TaskCustomerOut(many=True)


class DecisionIn(serializers.Serializer):
    """An answer to a task, or to the task that asks about a candidate."""

    task = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)
    candidate = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)
    decision = serializers.ChoiceField(choices=Verdict.Answer.choices)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")
    strength = serializers.ChoiceField(choices=Verdict.Strength.choices, default=Verdict.Strength.ADVISE)
    versions = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=2**31 - 1),
        help_text="The version of every customer of the task as you saw it, by customer key.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = set(self.initial_data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError({name: ["This field is not known."] for name in sorted(unknown)})
        if ("task" in attrs) == ("candidate" in attrs):
            raise serializers.ValidationError({"task": ["Name a task or a candidate, one of the two."]})
        return attrs

    def validate_versions(self, given: Mapping[str, int]) -> dict[UUID, int]:
        try:
            return {UUID(key): version for key, version in given.items()}
        except ValueError:
            raise serializers.ValidationError("A customer key is a UUID.") from None


class DecisionOut(serializers.Serializer):
    """What was recorded."""

    answer = serializers.IntegerField(source="pk")
    task = serializers.IntegerField(source="task_id")
    round = serializers.IntegerField()
    decision = serializers.CharField()
    at = serializers.DateTimeField()


@extend_schema(parameters=[OpenApiParameter("queue", enum=list(Task.Queue.values), required=False)], tags=["tasks"])
class TaskList(ListAPIView):
    """Open tasks that touch a domain in which you decide."""

    serializer_class = TaskOut
    pagination_class = KeysetPages

    def get_queryset(self) -> QuerySet[Task]:
        """Open tasks, of one queue when it is named."""
        refuse_unknown(self.request, "queue")
        rows = Task.objects.visible_to(self.request.user).open()
        queue = self.request.query_params.get("queue")
        return rows.filter(queue=queue) if queue else rows

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page, with customers as far as they may be seen."""
        page: list[Task] = self.paginate_queryset(self.get_queryset()) or []
        shown: list[TaskPayload] = payloads(page, request.user)
        return self.get_paginated_response(TaskOut(shown, many=True).data)


class DecisionCreate(APIView):
    """Answer a task."""

    @extend_schema(
        request=DecisionIn,
        responses={201: DecisionOut, **REFUSED},
        parameters=[OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER, required=False)],
        tags=["tasks"],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Decide: same, different, related or not sure. Nothing is recorded when anything shown has changed."""
        given = DecisionIn(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        task = _task(request, wanted)
        answer = tasks.decide(
            task,
            actor=request.user,
            decision=wanted["decision"],
            reason=wanted["reason"],
            strength=wanted["strength"],
            seen=_by_id(wanted["versions"]),
        )
        return Response(DecisionOut(answer).data, status=201)


class DecisionUndo(APIView):
    """Take an answer back."""

    @extend_schema(request=None, responses={204: None, **REFUSED}, tags=["tasks"])
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """What the answer did is reversed, and its task is asked again."""
        visible = Answer.objects.filter(task__in=Task.objects.visible_to(request.user))
        tasks.undo(get_object_or_404(visible, pk=pk), actor=request.user)
        return Response(status=204)


def _task(request: Request, wanted: Mapping[str, Any]) -> Task:
    rows = Task.objects.visible_to(request.user)
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

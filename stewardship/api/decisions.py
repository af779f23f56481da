"""Answers to tasks, and taking them back."""

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

from cmdm.api.endpoints import Endpoint, answers
from cmdm.api.idempotency import idempotent
from cmdm.api.shapes import KeyField, Shape
from cmdm.models import User
from customers.api.shapes import RecordRef
from customers.models import Customer, Relation, SourceRecord
from matching.models import Verdict
from stewardship.actions import tasks
from stewardship.models import Answer, Task

LARGEST = 2**63 - 1
LATEST = 2**31 - 1
MOST_CUSTOMERS = 6
MOST_RECORDS = 200


class RelatedIn(Shape):
    """Two customers that are related, and how."""

    left = KeyField()
    right = KeyField()
    relation = serializers.ChoiceField(choices=Relation.Kind.choices, default=Relation.Kind.HOUSEHOLD)


class DecisionIn(Shape):
    """An answer to a task, or to the task that asks about a candidate: name one of the two."""

    task = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)
    candidate = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)
    decision = serializers.ChoiceField(choices=Answer.Decision.choices)
    groups = serializers.ListField(
        child=serializers.ListField(child=KeyField(), max_length=MOST_CUSTOMERS),
        max_length=MOST_CUSTOMERS,
        required=False,
        help_text="For “partition”: the customers that belong together; who is not named stands alone.",
    )
    related = serializers.ListField(
        child=RelatedIn(), max_length=MOST_CUSTOMERS**2, required=False, help_text="For “partition”; others differ."
    )
    relation = serializers.ChoiceField(choices=Relation.Kind.choices, required=False, help_text="Of “related”.")
    leaving = serializers.ListField(
        child=RecordRef(),
        max_length=MOST_RECORDS,
        required=False,
        help_text="For “different” inside one customer: the records that go; absent, those that are proposed.",
    )
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
    decision = serializers.CharField(help_text="By its simplest name: one group of all is “same”.")
    role = serializers.CharField()
    acts = serializers.BooleanField(help_text="False: a second person, or a lead, answers before anything is done.")
    at = serializers.DateTimeField()


class Decisions(Endpoint):
    """Answers to tasks."""

    @extend_schema(
        operation_id="decisions_create", request=DecisionIn, responses=answers(DecisionOut, 404, 409, 422, code=201)
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Decide: same, different, related, not sure, parted. Nothing is recorded when anything shown has changed."""
        wanted = DecisionIn.read(request.data)
        task = _task(self.user, wanted)
        answer = tasks.decide(
            task,
            actor=self.user,
            decision=wanted["decision"],
            reason=wanted["reason"],
            strength=wanted["strength"],
            seen=_by_id(wanted["versions"]),
            **_meant(task, self.user, wanted),
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


def _meant(task: Task, user: User, wanted: Mapping[str, Any]) -> tasks.Meant:
    """Groups, relations and records by id; a customer that is nobody's stands as 0, which is not on the card.

    :raises Http404: a record that may not be seen.
    """
    keys = {key for group in wanted.get("groups", ()) for key in group}
    keys |= {pair[end] for pair in wanted.get("related", ()) for end in ("left", "right")}
    ids = dict(Customer.objects.filter(pk__in=task.customers, key__in=keys).values_list("key", "pk"))
    meant: tasks.Meant = {
        "groups": [[ids.get(key, 0) for key in group] for group in wanted.get("groups", ())],
        "related": [
            [ids.get(one["left"], 0), ids.get(one["right"], 0), one["relation"]] for one in wanted.get("related", ())
        ],
    }
    if "relation" in wanted:
        meant["kind"] = wanted["relation"]
    if wanted.get("leaving"):
        rows = SourceRecord.objects.visible_to(user).filter(customer__in=task.customers)
        found = {(source, key): pk for source, key, pk in rows.values_list("source__key", "key", "pk")}
        named = [(one["source"], one["key"]) for one in wanted["leaving"]]
        if not found.keys() >= set(named):
            raise Http404
        meant["leaving"] = [found[one] for one in named]
    return meant


def _by_id(versions: Mapping[UUID, int]) -> dict[int, int]:
    """Versions by id; a key that is nobody's stands as 0, which no customer has."""
    ids = dict(Customer.objects.filter(key__in=versions).values_list("key", "pk"))
    return {ids.get(key, 0): version for key, version in versions.items()}

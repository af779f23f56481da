"""Tasks that wait, and who has them."""

from collections.abc import Callable
from typing import Any

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
from stewardship.actions import tasks
from stewardship.models import Task
from stewardship.queries.payload import payloads


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
    stage = serializers.ChoiceField(choices=Task.Stage.choices, help_text="Whose answer is wanted in this round.")
    score = serializers.FloatField(allow_null=True)
    differs = serializers.ListField(child=serializers.CharField())
    opened_at = serializers.DateTimeField()
    taken_until = serializers.DateTimeField(allow_null=True, help_text="To then somebody holds it.")
    mine = serializers.BooleanField(help_text="You hold it.")
    beyond = serializers.IntegerField(help_text="Customers of its group that were cut off at weak links.")
    decidable = serializers.BooleanField(help_text="False: it touches a domain in which you may not decide.")
    customers = TaskCustomerOut(many=True)


class NextIn(Shape):
    """From which queue; absent, from any."""

    queue = serializers.ChoiceField(choices=Task.Queue.choices, required=False)


class ReleaseIn(Shape):
    """A word to whoever takes it next."""

    comment = serializers.CharField(max_length=2_000, required=False, default="", allow_blank=True)


class AssignIn(Shape):
    """Who shall have it, by user name; null takes that back."""

    to = serializers.CharField(max_length=150, allow_null=True)


class Tasks(PagedEndpoint):
    """Open tasks that touch a domain in which you decide."""

    filters = TaskFilters

    @extend_schema(operation_id="tasks_list", parameters=[TaskFilters], responses=answers(TaskOut(many=True)))
    def get(self, request: Request) -> Response:
        """Tasks in the order in which they were opened, with their customers as far as you may see them."""
        rows = Task.objects.visible_to(self.user).open().filter(**self.asked())
        return self.page(rows, lambda found: list(TaskOut(payloads(found, self.user), many=True).data))


class TaskNext(Endpoint):
    """The next task."""

    @extend_schema(operation_id="tasks_next", request=NextIn, responses=answers(TaskOut, 404, 409))
    @idempotent
    def post(self, request: Request) -> Response:
        """Hold the most useful task that you may be given. 404 when there is none."""
        wanted = NextIn.read(request.data)
        rows = Task.objects.visible_to(self.user).filter(**wanted).order_by("-priority", "pk")
        taken = tasks.take_next(rows, actor=self.user)
        return _shown(get_object_or_404(Task, pk=taken.pk if taken else 0), self.user)


class TaskTake(Endpoint):
    """Holding a task."""

    @extend_schema(operation_id="tasks_take", request=None, responses=answers(TaskOut, 404, 409))
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Hold it for a quarter of an hour. 409 while somebody else does, or it waits for another task."""
        return _done(tasks.take, pk, self.user)


class TaskRenew(Endpoint):
    """Keeping a task."""

    @extend_schema(operation_id="tasks_renew", request=None, responses=answers(TaskOut, 404, 409))
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Hold it for another quarter of an hour. 409 when it is yours no longer."""
        return _done(tasks.renew, pk, self.user)


class TaskRelease(Endpoint):
    """Giving a task back."""

    @extend_schema(operation_id="tasks_release", request=ReleaseIn, responses=answers(TaskOut, 404, 409))
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Give it back to the queue, with a comment for the next one."""
        return _done(tasks.release, pk, self.user, comment=ReleaseIn.read(request.data)["comment"])


class TaskAssign(Endpoint):
    """Giving a task to somebody."""

    @extend_schema(operation_id="tasks_assign", request=AssignIn, responses=answers(TaskOut, 404, 409))
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Give it to somebody, who alone gets it as his next one. For leads."""
        name = AssignIn.read(request.data)["to"]
        return _done(tasks.assign, pk, self.user, to=None if name is None else colleague(name))


def colleague(name: str) -> User:
    """A person who works here, by user name.

    :raises ValidationError: there is none of that name.
    """
    found = User.objects.filter(username=name, kind=User.Kind.PERSON, is_active=True).first()
    if found is None:
        raise serializers.ValidationError({"to": [_("There is nobody of this name.")]})
    return found


def _done(deed: Callable[..., Task], pk: int, user: User, **more: Any) -> Response:
    found = get_object_or_404(Task.objects.visible_to(user), pk=pk)
    return _shown(deed(found, actor=user, **more), user)


def _shown(task: Task, user: User) -> Response:
    return Response(TaskOut(payloads([task], user)[0]).data)

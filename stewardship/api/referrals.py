"""Questions to somebody who knows more: an expert, the owner of a source, the customer."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm.api.endpoints import Endpoint, PagedEndpoint, answers
from cmdm.api.idempotency import idempotent
from cmdm.api.shapes import Shape
from customers.models import Customer, Source
from stewardship.actions import referrals
from stewardship.api.tasks import colleague
from stewardship.models import Referral, Task
from stewardship.queries.referrals import words_for

LARGEST = 2**63 - 1
LONGEST = 2_000


class ReferralIn(Shape):
    """A question about a task: to a person by user name, the owner of a source by its key, or a customer by his key."""

    task = serializers.IntegerField(min_value=1, max_value=LARGEST)
    to = serializers.CharField(max_length=150, required=False)
    source = serializers.CharField(max_length=60, required=False)  # type: ignore[assignment]
    customer = serializers.UUIDField(required=False)
    question = serializers.CharField(max_length=LONGEST)


class ReplyIn(Shape):
    """The answer."""

    answer = serializers.CharField(max_length=LONGEST)


class ReferralOut(serializers.Serializer[Any]):
    """A question and its answer; both are empty for whom they are not meant."""

    id = serializers.IntegerField(source="pk")
    task = serializers.IntegerField(source="task_id")
    asked_by = serializers.CharField(source="asked_by.username")
    to = serializers.CharField(source="to.username")
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    question = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()

    def get_question(self, row: Referral) -> str:
        return words_for(row, self.context["user"]).question

    def get_answer(self, row: Referral) -> str:
        return words_for(row, self.context["user"]).answer


class Referrals(PagedEndpoint):
    """What you were asked, what you asked, and what was asked about tasks of yours."""

    @extend_schema(operation_id="referrals_list", responses=answers(ReferralOut(many=True)))
    def get(self, request: Request) -> Response:
        """Questions in the order in which they were asked."""
        rows = Referral.objects.visible_to(self.user).select_related("task", "asked_by", "to")
        context = {"user": self.user}
        return self.page(rows, lambda found: list(ReferralOut(found, many=True, context=context).data))

    @extend_schema(
        operation_id="referrals_create", request=ReferralIn, responses=answers(ReferralOut, 404, 409, code=201)
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Ask somebody about a task; nobody else gets it meanwhile."""
        asked = ReferralIn.read(request.data)
        task = get_object_or_404(Task.objects.visible_to(self.user), pk=asked["task"])
        said = {"actor": self.user, "question": asked["question"]}
        if "customer" in asked:
            customer = get_object_or_404(Customer.objects.visible_to(self.user), key=asked["customer"])
            made = referrals.ask_customer(task, customer=customer, **said)
        else:
            found = Source.objects.visible_to(self.user)
            source = get_object_or_404(found, key=asked["source"]) if "source" in asked else None
            made = referrals.refer(task, to=colleague(asked["to"]) if "to" in asked else None, source=source, **said)
        return Response(ReferralOut(made, context={"user": self.user}).data, status=201)


class ReferralReply(Endpoint):
    """Answering."""

    @extend_schema(operation_id="referrals_reply", request=ReplyIn, responses=answers(ReferralOut, 404, 409))
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Answer what you were asked; the task returns to the queue."""
        text = ReplyIn.read(request.data)["answer"]
        found = get_object_or_404(Referral.objects.visible_to(self.user), pk=pk)
        made = referrals.reply(found, actor=self.user, answer=text)
        return Response(ReferralOut(made, context={"user": self.user}).data)


class ReferralWithdraw(Endpoint):
    """Asking no longer."""

    @extend_schema(operation_id="referrals_withdraw", request=None, responses=answers(ReferralOut, 404, 409))
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Take a question back; the task returns to the queue."""
        found = get_object_or_404(Referral.objects.visible_to(self.user), pk=pk)
        return Response(ReferralOut(referrals.withdraw(found, actor=self.user), context={"user": self.user}).data)

"""Making one customer of several, and taking records out again. Each names the versions it saw."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm.api.endpoints import Endpoint, answers
from cmdm.api.idempotency import idempotent
from cmdm.api.shapes import KeyField, Shape
from cmdm.errors import Stale
from cmdm.models import User
from customers.api.shapes import RecordRef
from customers.models import Customer, SourceRecord
from customers.queries.resolving import resolve
from matching.actions.ledger import ALL, merge, unmerge
from matching.models import Verdict

MOST_CUSTOMERS = 20
MOST_RECORDS = 200


class SeenIn(Shape):
    """A customer and the version of it that was seen."""

    key = KeyField()
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class SeenOut(serializers.Serializer[Any]):
    """A customer and its version now."""

    key = serializers.UUIDField()
    number = serializers.CharField()
    version = serializers.IntegerField()
    status = serializers.CharField()


class MergeIn(Shape):
    """The customers that are one, each with the version that was seen."""

    customers = serializers.ListField(child=SeenIn(), min_length=2, max_length=MOST_CUSTOMERS)
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    strength = serializers.ChoiceField(choices=Verdict.Strength.choices, default=Verdict.Strength.ADVISE)


class MergeOut(serializers.Serializer[Any]):
    """The customer that stays."""

    survivor = SeenOut()


class Merges(Endpoint):
    """Merging."""

    @extend_schema(operation_id="merges_create", request=MergeIn, responses=answers(MergeOut, 404, 409, 422))
    @idempotent
    def post(self, request: Request) -> Response:
        """Make one customer of several. 409 when one of them is no longer as it was seen."""
        asked = MergeIn.read(request.data)
        customers, seen = _seen(asked["customers"], self.user)
        survivor = merge(customers, actor=self.user, seen=seen, reason=asked["reason"], strength=asked["strength"])
        return Response({"survivor": _out(survivor)})


class PairIn(Shape):
    """A record that leaves and one that stays, which are different parties."""

    left = RecordRef()
    right = RecordRef()


class UnmergeIn(Shape):
    """The records that leave their customer, which was seen at a version.

    ``different``: the pairs that get the verdict "different"; absent, every pair that had a score gets it.
    """

    customer = SeenIn()
    records = serializers.ListField(child=RecordRef(), min_length=1, max_length=MOST_RECORDS)
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    different = serializers.ListField(child=PairIn(), required=False, max_length=MOST_RECORDS)


class UnmergeOut(serializers.Serializer[Any]):
    """The customers after, the one that was left first."""

    customers = SeenOut(many=True)


class Unmerges(Endpoint):
    """Unmerging."""

    @extend_schema(operation_id="unmerges_create", request=UnmergeIn, responses=answers(UnmergeOut, 404, 409, 422))
    @idempotent
    def post(self, request: Request) -> Response:
        """Take records out of a customer. 409 when it is no longer as it was seen."""
        asked = UnmergeIn.read(request.data)
        customers, seen = _seen([asked["customer"]], self.user)
        _refuse_changed(customers, seen)
        pairs = asked.get("different")
        ends = [end for pair in pairs or () for end in (pair["left"], pair["right"])]
        found = _records([*asked["records"], *ends], customers[0], self.user)
        different = ALL if pairs is None else [(_id(found, pair["left"]), _id(found, pair["right"])) for pair in pairs]
        leaving = list({_id(found, one): found[one["source"], one["key"]] for one in asked["records"]}.values())
        after = unmerge(leaving, actor=self.user, seen=seen, reason=asked["reason"], different=different)
        return Response({"customers": [_out(customer) for customer in after]})


def _seen(asked: Sequence[dict[str, Any]], user: User) -> tuple[list[Customer], dict[int, int]]:
    """The customers named, and the versions seen of them.

    :raises Http404: one is not visible. :raises ValidationError: one is named twice. :raises Stale: one was merged or
        taken apart meanwhile.
    """
    versions = {one["key"]: one["version"] for one in asked}
    if len(versions) < len(asked):
        raise serializers.ValidationError({"customers": [_("A customer is named twice.")]})
    customers = list(Customer.objects.visible_to(user).filter(key__in=versions))
    if missing := versions.keys() - {customer.key for customer in customers}:
        _refuse_moved(missing, user)
        raise Http404
    return customers, {customer.pk: versions[customer.key] for customer in customers}


def _refuse_changed(customers: Sequence[Customer], seen: Mapping[int, int]) -> None:
    """Say first that a customer has changed: records that left it would not be found with it."""
    if any(seen[customer.pk] != customer.version for customer in customers):
        raise _stale(customers)


def _refuse_moved(keys: Iterable[UUID], user: User) -> None:
    """A key that leads on was seen before its customer was merged or taken apart."""
    for key in sorted(keys):
        led = resolve(key, user)
        if after := [led.survivor] if led.survivor else list(led.successors):
            raise _stale(after)


def _stale(customers: Sequence[Customer]) -> Stale:
    versions = {customer.number: customer.version for customer in customers}
    return Stale(_("Somebody has changed one of these customers since you saw it."), versions=versions)


def _records(asked: Sequence[dict[str, str]], customer: Customer, user: User) -> dict[tuple[str, str], SourceRecord]:
    """The visible records of the customer that are named.

    :raises Http404: one is not visible, or not his.
    """
    wanted = {(one["source"], one["key"]) for one in asked}
    rows = SourceRecord.objects.visible_to(user).filter(
        customer=customer, source__key__in={source for source, _key in wanted}, key__in={key for _s, key in wanted}
    )
    found = {(row.source.key, row.key): row for row in rows.select_related("source").defer("raw", "findings")}
    if not wanted <= found.keys():
        raise Http404
    return found


def _id(found: dict[tuple[str, str], SourceRecord], one: dict[str, str]) -> int:
    return found[one["source"], one["key"]].pk


def _out(customer: Customer) -> dict[str, Any]:
    return {
        "key": customer.key_text,
        "number": customer.number,
        "version": customer.version,
        "status": customer.status,
    }

"""Records in: one or up to 1,000; and a source taking one back."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm import access, clock
from cmdm.api.endpoints import Endpoint, answers
from cmdm.api.idempotency import idempotent
from cmdm.api.problems import problem
from cmdm.api.shapes import Shape
from cmdm.database.rows import Rows
from cmdm.models import User
from customers.actions.arrivals import take_in_all
from customers.actions.received import QUARANTINED, REJECTED
from customers.actions.records import Outcome, Received, close
from customers.api.shapes import MAX_BATCH, PARTY_TYPES, LevelOut, ValuesField
from customers.models import Customer, Source, SourceRecord
from customers.types.standardising import Fault

AHEAD = timedelta(days=1)
# As `visible_to` says; it is asked with every record.
_SYSTEMS = Rows(Source, "WHERE t.key = ANY(%s) AND t.role = 'system' AND t.domain_id = ANY(%s)")
_KEYS = Rows(Customer, "WHERE t.id = ANY(%s)", only=("key",))
OUTCOMES = ("new", "changed", "unchanged", "rejected", "quarantined")


class RecordIn(Shape):
    """What one source says of one party."""

    source = serializers.SlugField(max_length=60)  # type: ignore[assignment]
    key = serializers.CharField(max_length=200)
    observed_at = serializers.DateTimeField(required=False)
    party_type = serializers.ChoiceField(choices=PARTY_TYPES, required=False)
    values = ValuesField()


class FaultOut(serializers.Serializer[Any]):
    """Why a record was refused or held back: the field, never its value."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class OutcomeOut(serializers.Serializer[Any]):
    """What became of a record: its customer, the decision with rule and levels; nothing of any other record."""

    source = serializers.CharField()  # type: ignore[assignment]
    key = serializers.CharField()
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    version = serializers.IntegerField(allow_null=True)
    customer = serializers.UUIDField(allow_null=True)
    decision = serializers.CharField(allow_null=True)
    rule = serializers.CharField(allow_null=True)
    probability = serializers.FloatField(allow_null=True)
    levels = LevelOut(many=True)
    errors = FaultOut(many=True)  # type: ignore[assignment]


class OutcomesOut(serializers.Serializer[Any]):
    """The outcomes of a batch, in its order."""

    results = OutcomeOut(many=True)


class Records(Endpoint):
    """Everything that a source sends."""

    @extend_schema(
        operation_id="records_create",
        request=PolymorphicProxySerializer(
            component_name="RecordOrRecords",
            serializers=[RecordIn, RecordIn(many=True)],
            resource_type_field_name=None,
            many=False,
        ),
        responses=answers(
            PolymorphicProxySerializer(
                component_name="OutcomeOrOutcomes",
                serializers=[OutcomeOut, OutcomesOut],
                resource_type_field_name=None,
                many=False,
            ),
            404,
            409,
            413,
            422,
        ),
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Take in one record, or a list of up to 1,000. Of a list, refused ones are named and the others stored."""
        single = not isinstance(request.data, list)
        given = [RecordIn.read(request.data)] if single else RecordIn.read_many(request.data, most=MAX_BATCH)
        sources = _sources({one["source"] for one in given}, self.user)
        arrived = [(sources[one["source"]], _received(one, line)) for line, one in enumerate(given, start=1)]
        results = _presented(arrived, take_in_all(arrived, actor=self.user))
        if single and results[0]["errors"]:
            return problem(422, _("This record was not taken."), outcome=results[0]["outcome"], **_faults(results[0]))
        return Response(results[0] if single else {"results": results})


class Record(Endpoint):
    """One record by its source and its key there."""

    @extend_schema(operation_id="records_close", responses={204: None, **answers(None, 403, 404, code=204)})
    def delete(self, request: Request, source: str, key: str) -> Response:
        """Close a record that its source no longer has. It stays in history and contributes nothing."""
        found = _sources({source}, self.user)[source]
        known = SourceRecord.objects.current().filter(source=found, key=key, domain=found.domain_id)
        if not known.exists():
            raise Http404
        close(found, [key], actor=self.user)
        return Response(status=204)


def _sources(keys: set[str], user: User) -> Mapping[str, Source]:
    """The named sources, all of which take records from this user.

    :raises Http404: one is unknown to him. :raises PermissionDenied: he may see one, but not send its records.
    """
    reach = access.scope(user, "view") | access.scope(user, "import") | access.scope(user, "configure")
    found = {source.key: source for source in _SYSTEMS(list(keys), list(reach))}
    if found.keys() != keys:
        raise Http404
    if any(source.domain_id not in access.scope(user, "import") for source in found.values()):
        raise PermissionDenied
    return found


def _received(one: Mapping[str, Any], line: int) -> Received:
    observed = one.get("observed_at")
    late = observed is not None and observed > clock.now() + AHEAD
    return Received(
        key=one["key"],
        values=one["values"],
        party_type=one.get("party_type", ""),
        observed_at=observed,
        line=line,
        faults=(Fault("observed_at", "future", _("This time has not come yet.")),) if late else (),
    )


def _presented(arrived: Sequence[tuple[Source, Received]], outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The outcomes as they are sent; one query for all customers' keys."""
    chosen = {one.record.customer_id for one in outcomes if one.record and one.record.customer_id}
    keys = {row.pk: row.key for row in _KEYS(list(chosen))} if chosen else {}
    return [_outcome(source, one, keys) for (source, _received), one in zip(arrived, outcomes, strict=True)]


def _outcome(source: Source, one: Outcome, keys: Mapping[int, Any]) -> dict[str, Any]:
    refused = one.status in (REJECTED, QUARANTINED)
    record = None if refused else one.record
    placement = one.placement
    return {
        "source": source.key,
        "key": one.received.key,
        "outcome": one.status,
        "version": record.version if record else None,
        "customer": str(keys[record.customer_id]) if record and record.customer_id else None,
        "decision": placement.decision if placement else None,
        "rule": placement.rule if placement else None,
        "probability": placement.probability if placement else None,
        "levels": [dict(zip(("comparison", "level", "weight"), level, strict=True)) for level in _levels(one)],
        "errors": [{"field": f.field, "code": f.code, "message": f.message} for f in one.faults] if refused else [],
    }


def _levels(one: Outcome) -> tuple[tuple[str, str, float], ...]:
    return one.placement.levels if one.placement else ()


def _faults(result: Mapping[str, Any]) -> dict[str, Any]:
    return {"errors": result["errors"]}

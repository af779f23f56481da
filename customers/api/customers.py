"""Customers out: the list, one of them, its records, its history, and the search."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm import access, clock, crypto
from cmdm.api.endpoints import Endpoint, PagedEndpoint, answers
from cmdm.api.problems import problem
from cmdm.api.shapes import ProblemOut, Shape
from cmdm.models import User
from customers import ports
from customers.api.shapes import PARTY_TYPES, CustomerOut, ValuesField, customer_out
from customers.models import Customer, SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.past import moment_of
from customers.queries.resolving import resolve
from customers.queries.search import MAX_TERM, TooBroad, search
from customers.queries.visible import Visible, past_values, record_values, visible_values

VERSIONS = 200


class CustomerFilters(Shape):
    """What the list may be narrowed by."""

    party_type = serializers.ChoiceField(choices=PARTY_TYPES, required=False)
    status = serializers.ChoiceField(choices=[("active", "active"), ("retired", "retired")], required=False)
    purpose = serializers.SlugField(max_length=60, required=False)
    channel = serializers.SlugField(max_length=8, required=False)
    recipient = serializers.SlugField(max_length=60, required=False)


class CustomerUse(Shape):
    """What for: only what may be used for a purpose (key), by a channel, and go to a recipient outside, is sent."""

    purpose = serializers.SlugField(max_length=60, required=False)
    channel = serializers.SlugField(max_length=8, required=False)
    recipient = serializers.SlugField(max_length=60, required=False)


class Customers(PagedEndpoint):
    """The customers that the reader may see."""

    filters = CustomerFilters

    @extend_schema(
        operation_id="customers_list", parameters=[CustomerFilters], responses=answers(CustomerOut(many=True))
    )
    def get(self, request: Request) -> Response:
        """Customers in the order in which they came to be.

        With a purpose, those whose data may not be used for it are left out of the page, and counted in ``left_out``.
        """
        asked = self.asked()
        use = use_of(asked)
        rows = Customer.objects.visible_to(self.user).filter(**asked)
        if use is None:
            return self.page(rows, lambda found: presented(found, self.user))
        answer = self.page(rows, lambda found: usable(found, self.user, *use))
        everybody = answer.data["results"]
        answer.data["results"] = [one for one in everybody if one["permitted"]]
        answer.data["left_out"] = len(everybody) - len(answer.data["results"])
        return answer


def presented(customers: Sequence[Customer], user: User) -> list[dict[str, Any]]:
    """Customers with the values that the reader may see."""
    seen = visible_values(customers, user)
    return [customer_out(customer, seen[customer.pk]) for customer in customers]


def use_of(asked: dict[str, Any]) -> tuple[str, str, str] | None:
    """Purpose, channel and recipient, taken out of the query; nothing where none was named.

    :raises ValidationError: a channel or recipient without a purpose.
    """
    purpose, channel, recipient = asked.pop("purpose", None), asked.pop("channel", ""), asked.pop("recipient", "")
    if purpose is None and (channel or recipient):
        raise serializers.ValidationError({"purpose": [_("Name the purpose, too.")]})
    return None if purpose is None else (purpose, channel, recipient)


def usable(
    customers: Sequence[Customer], user: User, purpose: str, channel: str, recipient: str = ""
) -> list[dict[str, Any]]:
    """Customers with what may be used for a purpose; of those not permitted, what names them and nothing else."""
    allowed = ports.permitted(customers, purpose, channel, clock.now(), recipient)
    seen = visible_values([one for one in customers if allowed[one.pk].allowed], user)
    values = ports.usable({pk: one.values for pk, one in seen.items()}, allowed, channel)
    made = []
    for customer in customers:
        kept = values.get(customer.pk, {})
        shown = seen.get(customer.pk, Visible({}))
        left = Visible(kept, *(tuple(sorted({*names} & {*kept})) for names in (shown.masked, shown.substitutes)))
        answer = allowed[customer.pk]
        made.append({**customer_out(customer, left), "permitted": answer.allowed, "why": str(answer.why)})
    return made


def found_customer(user: User, key: UUID, name: str) -> Customer | Response:
    """The visible customer of a key, or the answer that leads on: 307 to its survivor, 410 with its successors."""
    resolved = resolve(key, user)
    if resolved.customer is not None:
        return resolved.customer
    if resolved.survivor is not None:
        answer = Response(status=307)
        answer["Location"] = reverse(name, args=[resolved.survivor.key_text])
        answer["Cache-Control"] = "no-store"
        return answer
    if resolved.successors:
        after = [one.key_text for one in resolved.successors]
        return problem(410, _("This customer was taken apart."), successors=after)
    raise Http404


MOVED = {307: None, 410: ProblemOut}


class OneCustomer(Endpoint):
    """One customer."""

    filters = CustomerUse

    @extend_schema(
        operation_id="customers_read",
        parameters=[CustomerUse, OpenApiParameter("If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER)],
        responses={**answers(CustomerOut, 404), 304: None, **MOVED},
    )
    def get(self, request: Request, key: UUID) -> Response:
        """The customer, with an ETag of what the reader sees of it. A merged key leads to its survivor.

        With a purpose for which its data may not be used: ``permitted`` false, and nothing but what names it.
        """
        use = use_of(self.asked())
        found = found_customer(self.user, key, "api:customer")
        if isinstance(found, Response):
            return found
        body = usable([found], self.user, *use)[0] if use else presented([found], self.user)[0]
        tag = etag(body)
        known = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
        answer = Response(status=304) if tag in known or "*" in known else Response(body)
        answer["ETag"] = tag
        answer["Cache-Control"] = "private, no-cache"
        return answer


def etag(body: dict[str, Any]) -> str:
    """A digest of everything sent, since rights and catalogue change it too; keyed, as the values are personal."""
    content = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
    return f'"{body["version"]}-{crypto.digest(content, "etag").hex()[:32]}"'


class CustomerRecordOut(serializers.Serializer[Any]):
    """A visible record of a customer."""

    source = serializers.CharField()  # type: ignore[assignment]
    key = serializers.CharField()
    version = serializers.IntegerField()
    observed_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    correction = serializers.BooleanField()
    values = ValuesField()
    masked = serializers.ListField(child=serializers.CharField())


class CustomerRecords(PagedEndpoint):
    """The records of one customer."""

    @extend_schema(operation_id="customers_records", responses={**answers(CustomerRecordOut(many=True), 404), **MOVED})
    def get(self, request: Request, key: UUID) -> Response:
        """The records of the customer that the reader may see, closed ones too."""
        found = found_customer(self.user, key, "api:customer-records")
        if isinstance(found, Response):
            return found
        rows = SourceRecord.objects.visible_to(self.user).filter(customer=found)
        rows = rows.select_related("source").defer("raw", "findings")
        return self.page(rows, lambda records: records_out(records, self.user))


def records_out(records: Sequence[SourceRecord], user: User) -> list[dict[str, Any]]:
    """Records as they are sent."""
    seen = record_values(records, user)
    return [
        {
            "source": record.source.key,
            "key": record.key,
            "version": record.version,
            "observed_at": record.observed_at,
            "received_at": record.received_at,
            "closed_at": record.closed_at,
            "correction": record.about_id is not None,
            "values": seen[record.pk].values,
            "masked": list(seen[record.pk].masked),
        }
        for record in records
    ]


class HistoryFilters(Shape):
    """The day whose end is asked about."""

    as_of = serializers.DateField(required=False)


class VersionOut(serializers.Serializer[Any]):
    """One version of a customer."""

    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    status = serializers.CharField()


class HistoryOut(serializers.Serializer[Any]):
    """What was believed when a day ended, and the newest 200 versions up to then. Version 0: not known yet.

    ``withheld``: attributes with values that lie in a domain the reader may not see, or that are no longer held.
    """

    as_of = serializers.DateField()
    version = serializers.IntegerField()
    at = serializers.DateTimeField(allow_null=True)
    status = serializers.CharField(allow_blank=True)
    values = ValuesField()
    masked = serializers.ListField(child=serializers.CharField())
    withheld = serializers.ListField(child=serializers.CharField())
    versions = VersionOut(many=True)


class CustomerHistory(Endpoint):
    """The past of one customer."""

    filters = HistoryFilters

    @extend_schema(
        operation_id="customers_history", parameters=[HistoryFilters], responses={**answers(HistoryOut, 404), **MOVED}
    )
    def get(self, request: Request, key: UUID) -> Response:
        """The customer as it was at the end of a day (today's by default), by the lineage of its version then."""
        day = self.asked().get("as_of") or timezone.localdate(clock.now())
        found = found_customer(self.user, key, "api:customer-history")
        if isinstance(found, Response):
            return found
        return Response(history_out(found, day, self.user))


def history_out(customer: Customer, day: date, user: User) -> dict[str, Any]:
    """The version of a day and those before it, as they are sent."""
    known = catalogue()
    moment = moment_of(customer, day, known, access.scope(user, "view"))
    seen = past_values(moment, known, user)
    past: Any = Customer.history
    rows = past.filter(id=customer.pk, version__lte=moment.version).order_by("-version")[:VERSIONS]
    return {
        "as_of": day,
        "version": moment.version,
        "at": moment.at,
        "status": moment.status,
        "values": seen.values,
        "masked": list(seen.masked),
        "withheld": list(seen.withheld),
        "versions": [
            {"version": version, "at": at, "status": status}
            for version, at, status in rows.values_list("version", "changed_at", "status")
        ],
    }


class SearchIn(Shape):
    """A name, number, e-mail, phone, identifier or key of a source; in the body, since addresses are logged."""

    term = serializers.CharField(max_length=MAX_TERM)
    size = serializers.IntegerField(min_value=1, max_value=100, default=25)


class HitOut(serializers.Serializer[Any]):
    """A customer that was found, and how: by number, exact value, beginning of a name or sound."""

    found_by = serializers.ChoiceField(choices=["number", "exact", "name", "sound"])
    customer = CustomerOut()


class SearchOut(serializers.Serializer[Any]):
    """The hits, sharpest first; ``more`` when there are others."""

    results = HitOut(many=True)
    more = serializers.BooleanField()


class Search(Endpoint):
    """Finding customers by what their visible records say."""

    @extend_schema(operation_id="customers_search", request=SearchIn, responses=answers(SearchOut, 403, 503))
    def post(self, request: Request) -> Response:
        """Customers found by a term, as far as the reader may see what it is found in."""
        asked = SearchIn.read(request.data)
        try:
            found = search(asked["term"], self.user, size=asked["size"])
        except TooBroad as error:
            answer = problem(503, str(error.sentence), code=error.code)
            answer["Retry-After"] = "1"
            return answer
        chosen = [hit.summary.id for hit in found.hits]
        rows = list(Customer.objects.visible_to(self.user).filter(pk__in=chosen))
        by_key = {one["number"]: one for one in presented(rows, self.user)}
        results = [
            {"found_by": hit.stage, "customer": by_key[hit.summary.number]}
            for hit in found.hits
            if hit.summary.number in by_key
        ]
        return Response({"results": results, "more": found.more})

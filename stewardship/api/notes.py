"""Notes and tags of a customer: what people added, and adding to it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm import access
from cmdm.api.endpoints import Endpoint, PagedEndpoint, answers
from cmdm.api.idempotency import idempotent
from cmdm.api.shapes import Shape
from cmdm.models import User
from customers.models import Customer, SourceRecord
from stewardship.actions import notes, tags
from stewardship.models import Note, Tagging
from stewardship.queries.notes import colleagues_by_name, words_of
from stewardship.rules.mentions import named, resolved


class RecordOf(Shape):
    """A record of the customer, by its source and its key there."""

    source = serializers.SlugField(max_length=60)  # type: ignore[assignment]
    key = serializers.CharField(max_length=200)


class NoteIn(Shape):
    """A note. Without a record it hangs on the customer's first that you may correct; ``@name`` tells a colleague."""

    text = serializers.CharField(max_length=notes.LONGEST)
    record = RecordOf(required=False)


class NoteOut(serializers.Serializer[Any]):
    """A note in force."""

    id = serializers.IntegerField(source="pk")
    about = serializers.ChoiceField(choices=Note.About.choices)
    text = serializers.CharField(source="words")
    by = serializers.CharField(source="by.username")
    at = serializers.DateTimeField()
    record = serializers.DictField(child=serializers.CharField(), source="lies_on")


class TagIn(Shape):
    """A tag. A new word becomes a tag of the record's domain."""

    name = serializers.CharField(max_length=tags.LONGEST)
    record = RecordOf(required=False)


class TagOut(serializers.Serializer[Any]):
    """A tag on a record of the customer."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="tag.name")
    record = serializers.DictField(child=serializers.CharField(), source="lies_on")


class CustomerNotes(PagedEndpoint):
    """Notes of one customer, on records that the reader may see."""

    @extend_schema(operation_id="customer_notes_list", responses=answers(NoteOut(many=True), 404))
    def get(self, request: Request, key: UUID) -> Response:
        """Notes in the order in which they were written; those about a card only for who decides on it."""
        open_to = Q(task__isnull=True) | Q(task__domains__overlap=list(access.scope(self.user, "decide")))
        rows = Note.objects.filter(open_to, record__in=_records(self.user, key), withdrawn_at__isnull=True)
        kept = rows.select_related("by", "record__source").defer("record__values", "record__raw")
        return self.page(kept, lambda found: list(NoteOut(_told(found), many=True).data))

    @extend_schema(
        operation_id="customer_notes_create", request=NoteIn, responses=answers(NoteOut, 403, 404, 409, 422, code=201)
    )
    @idempotent
    def post(self, request: Request, key: UUID) -> Response:
        """Write a note. Refused when it names somebody who may not see it."""
        wanted = NoteIn.read(request.data)
        record = _record(self.user, key, wanted)
        people, unknown = resolved(named(wanted["text"]), colleagues_by_name(record.domain_id))
        if unknown:
            raise serializers.ValidationError({"text": [_("It names somebody who may not see it.")]})
        about = Note.About.RECORD if "record" in wanted else Note.About.CUSTOMER
        made = notes.write(actor=self.user, record=record, text=wanted["text"], about=about, mentioned=people)
        return Response(NoteOut(_told([made])[0]).data, status=201)


class CustomerTags(PagedEndpoint):
    """Tags of one customer, on records that the reader may see."""

    @extend_schema(operation_id="customer_tags_list", responses=answers(TagOut(many=True), 404))
    def get(self, request: Request, key: UUID) -> Response:
        """Tags in the order in which they were put."""
        rows = Tagging.objects.filter(record__in=_records(self.user, key)).select_related("tag", "record__source")
        kept = rows.defer("record__values", "record__raw")
        return self.page(kept, lambda found: list(TagOut(_told(found), many=True).data))

    @extend_schema(
        operation_id="customer_tags_create", request=TagIn, responses=answers(TagOut, 403, 404, 409, 422, code=201)
    )
    @idempotent
    def post(self, request: Request, key: UUID) -> Response:
        """Tag a record of the customer. Refused when it has this tag already."""
        wanted = TagIn.read(request.data)
        made = tags.put(_record(self.user, key, wanted), actor=self.user, name=wanted["name"])
        return Response(TagOut(_told([made])[0]).data, status=201)


class CustomerTag(Endpoint):
    """One tag of a customer."""

    @extend_schema(operation_id="customer_tags_delete", responses=answers(None, 403, 404, 409, code=204))
    def delete(self, request: Request, key: UUID, pk: int) -> Response:
        """Take a tag away."""
        found = get_object_or_404(Tagging, pk=pk, record__in=_records(self.user, key))
        tags.take_away(found, actor=self.user)
        return Response(status=204)


def _records(user: User, key: UUID) -> Any:
    """The visible records of a visible customer."""
    customer = get_object_or_404(Customer.objects.visible_to(user), key=key)
    return SourceRecord.objects.visible_to(user).filter(customer=customer)


def _record(user: User, key: UUID, wanted: Mapping[str, Any]) -> SourceRecord:
    """The record that is named, or the first that the user may correct."""
    rows = _records(user, key).current().filter(about__isnull=True).select_related("source").order_by("pk")
    if "record" in wanted:
        return get_object_or_404(rows, source__key=wanted["record"]["source"], key=wanted["record"]["key"])
    correctable = rows.filter(domain__in=access.scope(user, "correct")).first()
    return correctable or get_object_or_404(rows[:1])


def _told(rows: Sequence[Any]) -> Sequence[Any]:
    """Rows with the words of notes, and the record on which each hangs."""
    for row in rows:
        row.lies_on = {"source": row.record.source.key, "key": row.record.key}
        if isinstance(row, Note):
            row.words = words_of(row)  # type: ignore[attr-defined]
    return rows

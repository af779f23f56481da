"""Consents in and out: what was said, and saying something for a record."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm import crypto
from cmdm.api.endpoints import PagedEndpoint, answers
from cmdm.api.idempotency import idempotent
from cmdm.api.shapes import KeyField, Shape
from cmdm.errors import Invalid
from cmdm.models import User
from consent.actions.claims import say
from consent.api.shapes import HEAVY, SIDES, ConsentOut, consents_out
from consent.models import Act, Channel, ConsentEvent, Method, Notice, Purpose
from consent.rules.folding import DENYING
from customers.api.shapes import RecordRef
from customers.models import SourceRecord

SAID = [(one.value, one.label) for one in Act if one in (Act.GRANTED, Act.CONFIRMED, Act.REAFFIRMED, *sorted(DENYING))]


class ConsentFilters(Shape):
    """What the list may be narrowed by."""

    customer = KeyField(required=False)
    purpose = serializers.SlugField(max_length=60, required=False)
    act = serializers.ChoiceField(choices=Act.choices, required=False)
    method = serializers.ChoiceField(choices=Method.choices, required=False)


class NoticeRef(Shape):
    """The text that was shown, with the hash of what was rendered."""

    key = serializers.SlugField(max_length=60)
    version = serializers.IntegerField(min_value=1, max_value=2_000_000_000)
    language = serializers.CharField(max_length=8)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$", required=False)


class ConsentIn(RecordRef):
    """What the person of a record said.

    A denial needs no more than its purpose. A grant names the notice that was shown and its ``reference``: where the
    sender keeps the proof. ``claim`` is the sender's own id of the act: the same again is no new act.
    """

    purpose = serializers.SlugField(max_length=60)
    act = serializers.ChoiceField(choices=SAID)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False, default="")
    contact = serializers.CharField(max_length=254, required=False, default="")
    notice = NoticeRef(required=False)
    occurred_at = serializers.DateTimeField(required=False)
    reference = serializers.CharField(max_length=200, required=False, default="")
    claim = serializers.CharField(max_length=100, required=False, default="")


class ConsentsOut(serializers.Serializer[Any]):
    """The acts that were written on records which the sender may see; none when the claim was known."""

    results = ConsentOut(many=True)


class Consents(PagedEndpoint):
    """What people said to the uses of their data."""

    filters = ConsentFilters

    @extend_schema(operation_id="consents_list", parameters=[ConsentFilters], responses=answers(ConsentOut(many=True)))
    def get(self, request: Request) -> Response:
        """Acts on the records that the reader may see, in the order of the ledger."""
        asked = self.asked()
        rows = ConsentEvent.objects.visible_to(self.user)
        names = {"customer": "record__customer__key", "purpose": "purpose__key"}
        rows = rows.filter(**{names.get(name, name): value for name, value in asked.items()})
        rows = rows.select_related(*SIDES).defer(*HEAVY)
        return self.page(rows, lambda found: consents_out(found, self.user))

    @extend_schema(
        operation_id="consents_create",
        request=ConsentIn,
        responses=answers(ConsentsOut, 404, 409, 413, 422, code=201),
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Record what the person of a record said. A denial counts for the whole customer at once."""
        asked = ConsentIn.read(request.data)
        record = _record(asked, self.user)
        claim = f"{self.user.pk}\0{asked['claim']}" if asked["claim"] else ""
        rows = say(
            record,
            actor=self.user,
            purpose=purpose_of(asked["purpose"]),
            act=asked["act"],
            method=Method.API,
            channel=asked["channel"],
            contact=asked["contact"],
            notice=_notice(asked.get("notice")),
            notice_shown=(asked.get("notice") or {}).get("sha256", ""),
            occurred_at=asked.get("occurred_at"),
            reference=asked["reference"],
            claim=crypto.digest(claim, "claim") if claim else None,
        )
        written = ConsentEvent.objects.visible_to(self.user).filter(pk__in=[one.pk for one in rows])
        found = list(written.select_related(*SIDES).defer(*HEAVY).order_by("pk"))
        return Response({"results": consents_out(found, self.user)}, status=201)


def _record(asked: Mapping[str, Any], user: User) -> SourceRecord:
    rows = SourceRecord.objects.visible_to(user).filter(source__key=asked["source"], key=asked["key"])
    found: SourceRecord | None = rows.defer("raw", "findings").first()
    if found is None:
        raise Http404
    return found


def purpose_of(key: str) -> Purpose:
    """The purpose of this key; :class:`Invalid` when there is none."""
    found = Purpose.objects.filter(key=key).first()
    if found is None:
        raise Invalid({"purpose": [_("There is no such purpose.")]})
    return found


def _notice(asked: Mapping[str, Any] | None) -> Notice | None:
    if asked is None:
        return None
    found = Notice.objects.filter(**{name: asked[name] for name in ("key", "version", "language")}).first()
    if found is None:
        raise Invalid({"notice": [_("There is no such notice.")]})
    return found

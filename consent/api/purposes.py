"""Purposes and notices out: what data are used for, and what people are shown."""

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cmdm import access
from cmdm.api.endpoints import PagedEndpoint, answers
from cmdm.api.shapes import Shape
from cmdm.models import User
from consent.api.shapes import NoticeOut, PurposeOut, notices_out, purposes_out
from consent.models import Notice, Purpose


class PurposeFilters(Shape):
    """What the list may be narrowed by."""

    state = serializers.ChoiceField(choices=Purpose.State.choices, required=False)
    key = serializers.SlugField(max_length=60, required=False)


class NoticeFilters(Shape):
    """What the list may be narrowed by."""

    state = serializers.ChoiceField(choices=Notice.State.choices, required=False)
    key = serializers.SlugField(max_length=60, required=False)
    language = serializers.CharField(max_length=8, required=False)
    purpose = serializers.SlugField(max_length=60, required=False)


def require_reader(user: User) -> bool:
    """Refuse who has no business with customers at all; whether drafts are shown to him.

    :raises PermissionDenied: he may neither see customers nor publish.
    """
    if not access.in_any(user, ("view", "publish")):
        raise PermissionDenied("view")
    return bool(access.scope(user, "publish"))


class Purposes(PagedEndpoint):
    """The catalogue of purposes."""

    filters = PurposeFilters

    @extend_schema(
        operation_id="purposes_list", parameters=[PurposeFilters], responses=answers(PurposeOut(many=True), 403)
    )
    def get(self, request: Request) -> Response:
        """Purposes; drafts for those only who publish."""
        rows = Purpose.objects.filter(**self.asked()).select_related("parent")
        if not require_reader(self.user):
            rows = rows.exclude(state=Purpose.State.DRAFT)
        return self.page(rows, purposes_out)


class Notices(PagedEndpoint):
    """The texts of all versions and languages."""

    filters = NoticeFilters

    @extend_schema(
        operation_id="notices_list", parameters=[NoticeFilters], responses=answers(NoticeOut(many=True), 403)
    )
    def get(self, request: Request) -> Response:
        """Notices; drafts for those only who publish."""
        asked = self.asked()
        purpose = asked.pop("purpose", None)
        rows = Notice.objects.filter(**asked)
        if purpose is not None:
            rows = rows.covering(purpose)
        if not require_reader(self.user):
            rows = rows.exclude(state=Notice.State.DRAFT)
        return self.page(rows, notices_out)

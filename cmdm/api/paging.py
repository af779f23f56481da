"""Keyset pages on the unique id, with a signed cursor; nothing is counted."""

from typing import Any

from django.core import signing
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

MAX_SIZE = 200
DEFAULT_SIZE = 50
PARAMETERS = ("cursor", "page_size")


class KeysetPages(BasePagination):
    """``?cursor=&page_size=``; ascending id; ``next`` is null on the last page."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """One page.

        :raises ParseError: page_size out of 1…200, or a cursor that was not made here.
        """
        size = _size(request.query_params.get("page_size"))
        after = _after(request.query_params.get("cursor"))
        rows = list(queryset.filter(pk__gt=after).order_by("pk")[: size + 1])
        self.next: str | None = None
        if len(rows) > size:
            rows = rows[:size]
            self.next = signing.dumps(rows[-1].pk, salt="keyset")
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": "string", "nullable": True, "description": "Cursor of the next page."},
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
            {
                "name": "page_size",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE},
            },
        ]


def _size(text: str | None) -> int:
    if text is None:
        return DEFAULT_SIZE
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_SIZE):
        raise ParseError(_("page_size is a whole number from 1 to 200."))
    return int(text)


def _after(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        return int(signing.loads(cursor, salt="keyset"))
    except (signing.BadSignature, ValueError, TypeError):
        raise ParseError(_("This cursor was not made here.")) from None


def refuse_unknown(request: Request, *known: str) -> None:
    """Refuse query parameters that the endpoint does not declare, and repeated ones.

    :raises ParseError: names them.
    """
    for name, values in request.query_params.lists():
        if name not in known:
            raise ParseError(_("An unknown query parameter was given."))
        if len(values) > 1:
            raise ParseError(_("A query parameter was given twice."))

"""What every endpoint of the API is: strict about its query, one page at a time, nothing undocumented."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cmdm.api.paging import PARAMETERS, KeysetPages, refuse_unknown
from cmdm.api.shapes import ProblemOut, Shape
from cmdm.models import User


class Endpoint(APIView):
    """One address. ``filters`` declares the query parameters of its reading; any other is refused."""

    http_method_names = ["get", "post", "delete", "head"]
    filters: type[Shape] | None = None
    paged = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        reads = request.method in ("GET", "HEAD")
        names = self.filters._declared_fields if self.filters and reads else ()
        refuse_unknown(request, *names, *(PARAMETERS if self.paged and reads else ()))

    @property
    def user(self) -> User:
        """Who asks; nobody else gets here."""
        return cast(User, self.request.user)

    def asked(self) -> dict[str, Any]:
        """The checked query parameters, without those of paging."""
        given = {name: text for name, text in self.request.query_params.items() if name not in PARAMETERS}
        return self.filters.read(given) if self.filters else {}


class PagedEndpoint(Endpoint):
    """A list in keyset pages."""

    paged = True
    pagination_class = KeysetPages

    def page(self, rows: QuerySet[Any], present: Callable[[Sequence[Any]], list[dict[str, Any]]]) -> Response:
        """One page of rows, presented together."""
        pages = self.pagination_class()
        return pages.get_paginated_response(present(pages.paginate_queryset(rows, self.request, self)))


def answers(shape: Any, *refusals: int, code: int = 200) -> dict[int, Any]:
    """What the schema says an endpoint answers: its shape, and problem documents."""
    always = (400, 401, 403, 415) if 422 in refusals or 409 in refusals else (400, 401)
    return {code: shape, **dict.fromkeys(sorted({*always, *refusals}), ProblemOut)}

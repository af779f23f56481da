"""Keyset paging of pages: signed cursor on the unique id, nothing counted."""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

SIZE = 50


@dataclass(frozen=True)
class Page:
    """Rows and the address parts (``?…``) of the next and the first page; ``None`` where there is none."""

    rows: list[Any]
    next: str | None
    first: str | None


def keyset_page(request: HttpRequest, rows: QuerySet[Any], *, newest_first: bool = False, size: int = SIZE) -> Page:
    """One page of rows by id; one query.

    :raises Http404: the cursor was not made here.
    """
    cursor = request.GET.get("after", "")
    if cursor:
        try:
            after = signing.loads(cursor, salt="page")
        except signing.BadSignature:
            raise Http404 from None
        rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": after})
    found = list(rows.order_by("-pk" if newest_first else "pk")[: size + 1])
    following = None
    if len(found) > size:
        found = found[:size]
        following = _address(request, signing.dumps(_plain(found[-1].pk), salt="page"))
    return Page(rows=found, next=following, first=_address(request, None) if cursor else None)


def _plain(pk: Any) -> Any:
    return pk if isinstance(pk, int) else str(pk)


def _address(request: HttpRequest, after: str | None) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    if after:
        query["after"] = after
    return f"?{query.urlencode()}"

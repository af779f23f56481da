"""Addresses for tests of the API's edge: one that says back what it was sent, one with pages, one that writes."""

from django.urls import include, path
from rest_framework.response import Response

from cmdm.actions import Invalid, Refused
from cmdm.actions.domains import add_domain
from cmdm.api.endpoints import Endpoint, PagedEndpoint
from cmdm.api.idempotency import idempotent
from cmdm.models import AuditEntry, Domain, system_user


class Echo(Endpoint):
    def post(self, request):
        return Response(request.data)


class Pages(PagedEndpoint):
    def get(self, request):
        return self.page(AuditEntry.objects.all(), lambda rows: [{"id": row.pk} for row in rows])


class Adding(Endpoint):
    @idempotent
    def post(self, request):
        if request.data.get("refuse"):
            add_domain(actor=system_user(), key="half", name="Half")
            raise Refused("Not now.", until="noon")
        if request.data.get("invalid"):
            raise Invalid({"name": ["It has no vowel."]})
        domain = add_domain(actor=system_user(), key=request.data["key"], name="Made")
        return Response({"id": domain.pk, "of": Domain.objects.count()}, status=201)


urlpatterns = [
    path("api/v1/echo/", Echo.as_view()),
    path("api/v1/pages/", Pages.as_view()),
    path("api/v1/adding/", Adding.as_view()),
    path("", include("cmdm.urls")),
]
handler400, handler403 = "cmdm.views.errors.bad_request", "cmdm.views.errors.forbidden"
handler404, handler500 = "cmdm.views.errors.not_found", "cmdm.views.errors.fault"

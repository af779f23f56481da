"""API addresses of the consent app."""

from django.urls import path

from consent.api import check, consents, purposes

urlpatterns = [
    path("consents/", consents.Consents.as_view(), name="consents"),
    path("consent/check/", check.Check.as_view(), name="consent-check"),
    path("purposes/", purposes.Purposes.as_view(), name="purposes"),
    path("notices/", purposes.Notices.as_view(), name="notices"),
]

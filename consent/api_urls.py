"""API addresses of the consent app."""

from django.urls import path

from consent.api import activity, check, consents, purposes, stopping

urlpatterns = [
    path("consents/", consents.Consents.as_view(), name="consents"),
    path("consent/activity/", activity.Activity.as_view(), name="consent-activity"),
    path("consent/check/", check.Check.as_view(), name="consent-check"),
    path("consent/stop-links/", stopping.StopLinks.as_view(), name="consent-stop-links"),
    path("purposes/", purposes.Purposes.as_view(), name="purposes"),
    path("notices/", purposes.Notices.as_view(), name="notices"),
]
